"""Where Terraform finds its provider on this machine, and an environment with nothing of the user's but that."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

MIRROR_VARIABLE: Final = "LAYERFORGE_TF_MIRROR"
BINARY_VARIABLE: Final = "LAYERFORGE_TERRAFORM"
PASSED_ON: Final = ("PATH", "LANG", "TMPDIR", "SSL_CERT_FILE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY")
PASSED_ON_LOWER: Final = tuple(name.lower() for name in PASSED_ON if name.endswith("_PROXY"))
MIRRORS: Final = (Path("/opt"), Path("/srv"), Path("/usr/local/share"))
"""Folders that people put mirrors into."""
REGION: Final = "eu-west-1"
_MIRROR_IN_CONFIG: Final = re.compile(r'filesystem_mirror\s*\{[^}]*?path\s*=\s*"([^"]+)"', re.DOTALL)


def find_mirror(environ: Mapping[str, str], *, home: Path, roots: Iterable[Path]) -> Path | None:
    """Return the first folder that holds the AWS provider in a mirror's layout, ``None`` for none.

    Looked at in this order: our own variable, the mirrors that the user's CLI configuration names, the folders that
    Terraform searches by itself, and mirrors directly below ``roots``.
    """
    named = [Path(environ[MIRROR_VARIABLE])] if environ.get(MIRROR_VARIABLE) else []
    config = Path(environ.get("TF_CLI_CONFIG_FILE") or home / ".terraformrc")
    if config.is_file():
        named += [Path(path).expanduser() for path in _MIRROR_IN_CONFIG.findall(config.read_text(encoding="utf-8"))]
    standard = [
        home / ".terraform.d/plugins",
        home / ".local/share/terraform/plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        Path("terraform.d/plugins"),
    ]
    below = [folder for root in roots if root.is_dir() for folder in sorted(root.iterdir())]
    return next((folder.absolute() for folder in (*named, *standard, *below) if _holds_provider(folder)), None)


def _holds_provider(folder: Path) -> bool:
    try:
        return any(folder.glob("*/hashicorp/aws/[56].*")) or any(folder.glob("*/hashicorp/aws/*_[56].*.zip"))
    except OSError:
        return False


def clean_environment(environ: Mapping[str, str], *, home: Path, mirror: Path | None) -> dict[str, str]:
    """Return an environment that holds nothing of the user's but the way to the network, with dummy keys for AWS."""
    env = {name: environ[name] for name in (*PASSED_ON, *PASSED_ON_LOWER) if name in environ}
    env |= {
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }
    if mirror is not None:
        config = home / "mirror.tfrc"
        path = json.dumps(str(mirror))
        config.write_text(f"provider_installation {{\n  filesystem_mirror {{\n    path = {path}\n  }}\n}}\n")
        env["TF_CLI_CONFIG_FILE"] = str(config)
    elif Path(environ.get("TF_CLI_CONFIG_FILE", "")).is_file():
        env["TF_CLI_CONFIG_FILE"] = environ["TF_CLI_CONFIG_FILE"]
    return env
