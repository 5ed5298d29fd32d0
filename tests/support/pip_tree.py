"""What ``pip install --target`` makes of a wheel, and the written list of what a layer has otherwise."""

import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

Tree = dict[str, tuple[bool, bytes]]
"""Executable or not, and content, by path."""

PLATFORMS = ("2_34", "2_31", "2_28", "2_27", "2_26", "2_24", "2_17", "2_12", "2_5")


def pip(*arguments: str) -> None:
    """Run pip for Linux on x86_64 and the running Python, whatever this machine is."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        *arguments,
        "--no-deps",
        "--only-binary=:all:",
    ]
    for glibc in PLATFORMS:
        command += ["--platform", f"manylinux_{glibc}_x86_64"]
    for alias in ("2014", "2010", "1"):
        command += ["--platform", f"manylinux{alias}_x86_64"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def install(wheel: Path, target: Path) -> Tree:
    """Install a wheel with pip, and return the files."""
    pip("install", "--no-compile", "--no-index", "--target", str(target), str(wheel))
    return read_tree(target)


def read_tree(root: Path) -> Tree:
    """Return all files below a folder."""
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): (bool(path.stat().st_mode & 0o100), path.read_bytes()) for path in files}


def as_a_layer(installed: Tree, wheel: Path) -> Tree:
    """Apply the written list of differences to what pip installed. Whatever differs beside these is a fault.

    1. pip puts everything into one folder; in a layer modules lie in ``python/``, and programs of the ``scripts``
       scheme in ``bin/``.
    2. pip writes ``INSTALLER``, ``REQUESTED`` and ``direct_url.json``, which tell of the installation.
    3. pip writes ``RECORD`` anew; a layer has the wheel's, with the wheel's mode.
    4. pip makes programs for entry points; a layer has none.
    5. ``#!python`` of a script becomes the path of an interpreter with pip, ``#!/usr/bin/env python3`` in a layer.
    6. pip puts the ``headers`` scheme into ``include/``; a layer has no headers.
    7. pip loses what ``.data/data`` has in ``lib/``, since its modules go there first; a layer keeps it.
    8. pip keeps bytecode that a wheel has; a layer has none in ``__pycache__``, nor any with its source beside it.
    """
    with zipfile.ZipFile(wheel) as archive:
        packed = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
        modes = {info.filename: bool(info.external_attr >> 16 & 0o111) for info in archive.infolist()}
    info = next(name.split("/")[0] for name in packed if name.split("/")[0].endswith(".dist-info"))
    tree: Tree = {}
    scripts = _of_scheme(packed, "scripts")
    data = _of_scheme(packed, "data")
    own_bin = {path for path in data if path.startswith("bin/")}
    own_bin |= {name for name in packed if name.startswith("bin/")}
    for path, (executable, content) in installed.items():
        folder, _, name = path.rpartition("/")
        if folder == info and name in {"INSTALLER", "REQUESTED", "direct_url.json"}:
            continue
        if path.startswith("bin/") and path.removeprefix("bin/") in scripts:
            tree[path] = (True, _with_our_shebang(scripts[path.removeprefix("bin/")], content))
        elif path.startswith("bin/") and path not in own_bin:
            continue  # made for an entry point
        elif path.startswith("include/") and path not in data:
            continue
        elif path == f"{info}/RECORD":
            tree[f"python/{path}"] = (modes[path], packed[path])
        elif "__pycache__" not in path.split("/") and (not path.endswith(".pyc") or path[:-1] not in installed):
            tree[f"python/{path}"] = (executable, content)
    for path, content in data.items():
        if path.startswith("lib/"):
            source = next(name for name in packed if name.endswith(f".data/data/{path}"))
            tree[f"python/{path}"] = (modes[source], content)
    return tree


def _of_scheme(packed: Mapping[str, bytes], scheme: str) -> dict[str, bytes]:
    found = {}
    for name, content in packed.items():
        top, _, rest = name.partition("/")
        if top.endswith(".data") and rest.startswith(f"{scheme}/"):
            found[rest.removeprefix(f"{scheme}/")] = content
    return found


def _with_our_shebang(packed: bytes, installed: bytes) -> bytes:
    if not packed.startswith(b"#!python"):
        return installed
    line, _, rest = installed.partition(b"\n")
    assert line.startswith(b"#!/")
    return b"#!/usr/bin/env python3\n" + rest
