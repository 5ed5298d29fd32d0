"""The accounts that layers may come from."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from lambda_layer_rules.world import stop

ACCOUNTS = "LAYERFORGE_LAYER_ACCOUNTS"
_ACCOUNT = re.compile(r"\d{12}")


def accounts() -> frozenset[str] | None:
    """Return the allowed accounts; ``None`` where nobody has said which.

    ``LAYERFORGE_LAYER_ACCOUNTS`` holds account ids with commas between them, or the path of a JSON or YAML file: a
    list of ids, or ``accounts:`` with a list, or with a map from ids to anything, such as whose they are.
    """
    written = os.environ.get(ACCOUNTS, "").strip()
    return _read(written) if written else None


@lru_cache(maxsize=8)
def _read(written: str) -> frozenset[str]:
    if re.fullmatch(r"[\d,\s]+", written):
        found = [one for one in re.split(r"[,\s]+", written) if one]
    else:
        found = _from_file(Path(written))
    wrong = [one for one in found if not _ACCOUNT.fullmatch(one)]
    if wrong or not found:
        said = f"`{wrong[0]}` is no account id of 12 digits" if wrong else "no account id is in it"
        stop(f"{ACCOUNTS}: {said}")
    return frozenset(found)


def _from_file(path: Path) -> list[str]:
    try:
        # Scalars stay as they are written: YAML would take 012345678901 for an octal number.
        document: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        stop(f"{ACCOUNTS}: {path} cannot be read: {error}")
    listed = document.get("accounts") if isinstance(document, dict) else document
    return [str(one) for one in listed] if isinstance(listed, (list, dict)) else []
