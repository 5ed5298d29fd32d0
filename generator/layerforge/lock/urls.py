"""Asks uv where the files of pins are: one tool reads indexes, and it is uv."""

import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import tomli_w
from packaging.utils import parse_wheel_filename

from layerforge.diagnostics import Diagnostic, OutsideError, SpecError
from layerforge.lock.pip_config import check_pip
from layerforge.lock.question import PROJECT
from layerforge.lock.types import Pin
from layerforge.lock.url_text import without_credentials
from layerforge.lock.uv import run_uv
from layerforge.lock.uv_settings import Settings, find_settings
from layerforge.lock.uv_talk import failure
from layerforge.names import Sha256

_LATE: Final = "3.15.99"
"""Any wheel that is not for one Python alone is listed for a late one: uv looks at lower bounds only."""


def find_urls(pins: Sequence[Pin], root: Path) -> Mapping[Sha256, str]:
    """Return where each pin's wheel can be had: an index's URL without credentials, or ``file://`` for find-links.

    A yanked file is found all the same: a lock goes on to work.

    Args:
        pins: of any units, also several versions of one package.
        root: the folder whose uv settings count, see `settings_root`.

    Raises:
        OutsideError: ``UV070`` to ``UV072`` files that are gone or changed, all at once; what an index refuses.
        SpecError: uv's settings cannot be used.
    """
    settings = find_settings(root)
    check_pip(settings)
    batches = [(python, batch) for python, members in _by_python(pins).items() for batch in _distinct(members)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        listed = list(pool.map(lambda job: _list(job[1], job[0], settings), batches))
    found: dict[Sha256, str] = {}
    problems: list[Diagnostic] = []
    for (_, batch), (files, missing) in zip(batches, listed, strict=True):
        problems += missing
        gone = {item.message for item in missing}
        for pin in batch:
            problem = _gone(pin)
            if problem.message in gone:
                continue
            urls = files.get(pin.file, {})
            if pin.sha256 in urls:
                found[pin.sha256] = urls[pin.sha256]
            else:
                problems.append(_changed(pin, urls) if urls else problem)
    if problems:
        raise OutsideError(problems)
    return found


Files = Mapping[str, Mapping[str, str]]
"""URL by sha256 by file name."""


def _list(pins: Sequence[Pin], python: str, settings: Settings) -> tuple[Files, list[Diagnostic]]:
    """Return the files of the pins' versions; and the pins that no index has, found one by one where uv fails."""
    try:
        return _compile(pins, python, settings), []
    except SpecError as error:
        if len(pins) == 1:
            notes = tuple(note for item in error.diagnostics for note in item.notes)
            return {}, [_gone(pins[0], notes)]
    files: dict[str, Mapping[str, str]] = {}
    problems: list[Diagnostic] = []
    for pin in pins:
        more, missing = _list([pin], python, settings)
        files |= more
        problems += missing
    return files, problems


def _compile(pins: Sequence[Pin], python: str, settings: Settings) -> Files:
    names = {pin.name for pin in pins}
    sources = {
        name: [{"index": item["index"]} for item in entries if "index" in item]
        for name, entries in settings.sources.items()
        if name in names
    }
    tool: dict[str, Any] = {**settings.where, "sources": {name: items[:1] for name, items in sources.items() if items}}
    if "index-strategy" in settings.table:
        tool["index-strategy"] = settings.table["index-strategy"]
    project = {"name": PROJECT, "version": "0", "dependencies": [f"{pin.name}==={pin.version}" for pin in pins]}
    with tempfile.TemporaryDirectory(prefix="layerforge-") as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text(tomli_w.dumps({"project": project, "tool": {"uv": tool}}), "utf-8")
        words = ["pip", "compile", "pyproject.toml", "--no-deps", "--universal", "--python-version", python]
        words += ["--only-binary", ":all:", "--no-header", "--format", "pylock.toml"]
        done = run_uv(words, cwd=folder)
    if done.returncode:
        raise failure(done, None, ())
    listed: dict[str, dict[str, str]] = {}
    for package in tomllib.loads(done.stdout).get("packages", ()):
        for wheel in package.get("wheels", ()):
            url = without_credentials(wheel["url"]) if "url" in wheel else Path(wheel["path"]).absolute().as_uri()
            file = wheel.get("name") or url.rsplit("/", 1)[-1]
            listed.setdefault(unquote(file), {}).setdefault(wheel.get("hashes", {}).get("sha256", ""), url)
    return listed


def _by_python(pins: Iterable[Pin]) -> dict[str, list[Pin]]:
    """Sort pins by the Python that uv has to be asked for: that of a wheel for one Python alone, else a late one."""
    found: dict[str, list[Pin]] = {}
    for pin in sorted(set(pins)):
        tags = parse_wheel_filename(pin.file)[3]
        several = any(tag.abi == "abi3" or not tag.interpreter.startswith("cp3") for tag in tags)
        minor = 0 if several else max(int(tag.interpreter[3:] or 0) for tag in tags)
        found.setdefault(f"3.{minor}.99" if minor else _LATE, []).append(pin)
    return found


def _distinct(pins: Iterable[Pin]) -> list[list[Pin]]:
    """Cut pins into batches that hold one version of a package each."""
    batches: list[dict[str, list[Pin]]] = []
    for pin in pins:
        for batch in batches:
            if pin.name not in batch or batch[pin.name][0].version == pin.version:
                batch.setdefault(pin.name, []).append(pin)
                break
        else:
            batches.append({pin.name: [pin]})
    return [[pin for members in batch.values() for pin in members] for batch in batches]


def _gone(pin: Pin, notes: tuple[str, ...] = ()) -> Diagnostic:
    return Diagnostic(
        code="UV070",
        message=f"`{pin.file}` is locked, and no index has it any more",
        hint=f"if it was deleted there, `layerforge lock --upgrade {pin.name}` takes another; an index that wants"
        " a login may answer with a page for people: look at its URL and credentials",
        notes=notes,
    )


def _changed(pin: Pin, urls: Mapping[str, str]) -> Diagnostic:
    if set(urls) == {""}:
        return Diagnostic(
            code="UV072",
            message=f"the index gives no sha256 of `{pin.file}`",
            hint="have the index give it, or put the wheel into a find-links folder",
        )
    return Diagnostic(
        code="UV071",
        message=f"`{pin.file}` is not the file that was locked: its content was changed where it is served",
        hint=f"find out who changed it; if that is meant, `layerforge lock --upgrade {pin.name}` takes the new one",
        notes=(f"locked: sha256 {pin.sha256}", *(f"served: sha256 {digest}, {url}" for digest, url in urls.items())),
    )
