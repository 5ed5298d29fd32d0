"""Looks whether pip is told of an index that uv is not told of: then uv would ask the public one."""

import configparser
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.lock.uv_settings import Settings, machine_tables
from layerforge.paths import expanded

_UV_VARIABLES: Final = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
)
_UV_SETTINGS: Final = ("index", "index-url", "extra-index-url", "find-links", "no-index")
_OPTIONS: Final = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX"}
_SECTIONS: Final = ("global", "install", "download", "wheel")
_SYSTEM_FILE: Final = Path("/etc/pip.conf")
_PUBLIC: Final = re.compile(r"https?://(?:www\.)?pypi\.(?:python\.)?org(?:/simple)?/?")


def check_pip(settings: Settings, given: Mapping[str, str] | None = None) -> None:
    """Refuse to resolve where pip's configuration names an index and uv's names nothing.

    uv reads neither ``PIP_*`` nor pip.conf. A private name would come from the public index, from whoever registered
    it there. pip's find-links are no index: what they hold is also had from the index, so they are left alone.

    Raises:
        SpecError: ``UV040``.
    """
    ours = os.environ if given is None else given
    tables = [settings.table, *machine_tables()]
    if any(ours.get(name) for name in _UV_VARIABLES) or any(key in table for table in tables for key in _UV_SETTINGS):
        return
    found = list(_named(ours))
    if found:
        wanted = " and ".join(f"`{variable}`" for variable in dict.fromkeys(_OPTIONS[option] for _, option in found))
        places = ", ".join(dict.fromkeys(place for place, _ in found))
        raise SpecError(
            Diagnostic(
                code="UV040",
                message=f"pip is told of an index ({places}), and uv, which resolves, is not",
                hint=f"set {wanted} to the same URL, or put `[[index]]` into a `uv.toml` beside the spec",
                notes=("else a private package's name would be looked for in the public index",),
            )
        )


def _named(ours: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the place and the option of each index that pip is told of, in pip's own order of reading."""
    for option in _OPTIONS:
        name = "PIP_" + option.replace("-", "_").upper()
        if _private(ours.get(name, "")):
            yield f"`{name}`", option
    for path in _files(ours):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        for section in _SECTIONS:
            for option in _OPTIONS:
                if parser.has_section(section) and _private(_value(parser, section, option)):
                    yield str(path), option


def _value(parser: configparser.RawConfigParser, section: str, option: str) -> str:
    spelled = (option, option.replace("-", "_"))
    return next((parser.get(section, name) for name in spelled if parser.has_option(section, name)), "")


def _private(value: str) -> bool:
    return any(not _PUBLIC.fullmatch(url) for url in value.split())


def _files(ours: Mapping[str, str]) -> list[Path]:
    chosen = ours.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return []
    home = expanded(ours.get("HOME", "~"))
    config = Path(ours["XDG_CONFIG_HOME"]) if ours.get("XDG_CONFIG_HOME") else home / ".config"
    paths = [Path(item) / "pip" / "pip.conf" for item in ours.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":") if item]
    paths += [_SYSTEM_FILE, home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
    paths += [home / "Library" / "Application Support" / "pip" / "pip.conf"] if sys.platform == "darwin" else []
    paths += [Path(ours["VIRTUAL_ENV"]) / "pip.conf"] if ours.get("VIRTUAL_ENV") else []
    paths += [Path(chosen)] if chosen else []
    return [path for path in paths if path.is_file()]
