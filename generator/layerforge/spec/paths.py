"""Paths and globs in a spec: relative to a folder, in POSIX form, never out of it."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from layerforge.spec.problem import problem
from layerforge.spec.scalars import FilledLine
from layerforge.spec.show import show

_DRIVE: Final = re.compile(r"[A-Za-z]:(?:[/\\]|$)")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|git@")
_NAME_BYTES: Final = 255


def _relative(value: str) -> str:
    """Refuse what is not relative to a folder or not in POSIX form, and return the path in its shortest form."""
    if _URL.match(value):
        raise problem("SPEC034", f"{show(value)} is a URL", "name a file or folder beside the spec")
    if _DRIVE.match(value) or value.startswith(("/", "~", "\\\\")):
        raise problem(
            "SPEC034", f"the path {show(value)} is not relative", "paths start at the spec's folder: `src/shared_utils`"
        )
    if "\\" in value:
        raise problem(
            "SPEC034", f"the path {show(value)} holds a backslash", f"write {show(value.replace(chr(92), '/'))}"
        )
    parts = [part for part in value.split("/") if part not in ("", ".")]
    if any(len(part.encode(errors="surrogatepass")) > _NAME_BYTES for part in parts):
        raise problem("SPEC034", f"a name in the path {show(value)} is longer than {_NAME_BYTES} bytes", "shorten it")
    return "/".join(parts) or "."


def _inside(value: str) -> str:
    if ".." in value.split("/"):
        raise problem(
            "SPEC034",
            f"the path {show(value)} leads out of its folder",
            "keep the spec beside or above the code, and write the path without `..`",
        )
    return value


def _glob(value: str) -> str:
    if value.startswith("!"):
        raise problem("SPEC035", f"the glob {show(value)} begins with `!`", "globs only add up: write what matches")
    if value.startswith("/"):
        hint = f"globs start at the ZIP's root: {show(value.lstrip('/') or '**')}"
        raise problem("SPEC035", f"the glob {show(value)} begins with a slash", hint)
    if "\\" in value:
        raise problem("SPEC035", f"the glob {show(value)} holds a backslash", "put slashes between names")
    if ".." in value.split("/"):
        raise problem("SPEC035", f"the glob {show(value)} leads out of the layer", "write it without `..`")
    return value


FilePath = Annotated[FilledLine, AfterValidator(_relative)]
"""A file that is read and goes nowhere: it may lie above the spec's folder."""

InsidePath = Annotated[FilledLine, AfterValidator(_relative), AfterValidator(_inside)]
"""A path that shapes the layer, so that it must be the same on every checkout."""

Glob = Annotated[FilledLine, AfterValidator(_glob)]
"""A glob over paths within the layer's root, or over own files."""
