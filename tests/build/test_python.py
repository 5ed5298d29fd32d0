"""Which members a wheel puts into a Python layer, where, with which mode."""

import zipfile
from pathlib import Path

import pytest

from layerforge.build.content import Script
from layerforge.build.python import list_members
from layerforge.build.types import Member
from layerforge.build.wheel import check_wheel
from support.wheels import make_wheel, pin_of, write_zip


def listed(path: Path) -> list[Member]:
    pin = pin_of(path)
    return list_members(pin, path, check_wheel(path, pin))


def placed(path: Path) -> dict[str, int]:
    return {member.name: member.mode for member in listed(path)}


def content(path: Path, name: str) -> bytes:
    [found] = [member for member in listed(path) if member.name == name]
    return b"".join(found.content.chunks())


DIST_INFO = {
    "python/my_pkg-1.0.dist-info/METADATA": 0o644,
    "python/my_pkg-1.0.dist-info/WHEEL": 0o644,
    "python/my_pkg-1.0.dist-info/RECORD": 0o644,
}


def test_every_scheme_goes_to_its_place(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path,
        "my-pkg",
        "1.0",
        files={"my_pkg/__init__.py": b"", "my_pkg.libs/libx.so": b"\x7fELF", "my_pkg.pth": b"import my_pkg\n"},
        executable=["my_pkg.libs/libx.so"],
        data={
            "purelib/pure/x.py": b"",
            "platlib/plat/x.so": b"",
            "data/share/my_pkg/x.json": b"{}",
            "headers/x.h": b"",
        },
        scripts={"run": b"#!/bin/sh\n", "sub/tool": b"\x7fELF"},
    )
    assert placed(wheel) == DIST_INFO | {
        "python/my_pkg/__init__.py": 0o644,
        "python/my_pkg.libs/libx.so": 0o755,
        "python/my_pkg.pth": 0o644,
        "python/pure/x.py": 0o644,
        "python/plat/x.so": 0o644,
        "python/share/my_pkg/x.json": 0o644,
        "bin/run": 0o755,
        "bin/sub/tool": 0o755,
    }


def test_entries_for_folders_are_left_out_also_in_data(tmp_path: Path) -> None:
    path = make_wheel(tmp_path, "my-pkg", "1.0", files={"my_pkg/x.py": b""})
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    folders = dict.fromkeys(("my_pkg/", "my_pkg-1.0.data/", "my_pkg-1.0.data/data/", "my_pkg-1.0.data/data/a/"), b"")
    write_zip(path, folders | members, set())
    assert placed(path) == DIST_INFO | {"python/my_pkg/x.py": 0o644}


def test_bytecode_and_what_installers_write_stay_out(tmp_path: Path) -> None:
    info = "my_pkg-1.0.dist-info"
    files = ["my_pkg/a.py", "my_pkg/a.pyc", "my_pkg/a.pyo", "my_pkg/only.pyc", "my_pkg/__pycache__/a.cpython-312.pyc"]
    files += ["my_pkg/__pycache__/x/notes.txt", "my_pkg/x__pycache__/y", "__pycache__/top.pyc", "my_pkg/INSTALLER"]
    files += [f"{info}/{name}" for name in ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD.jws", "RECORD.p7s")]
    files += [f"{info}/licenses/INSTALLER", f"{info}/entry_points.txt"]
    kept = ["my_pkg/a.py", "my_pkg/only.pyc", "my_pkg/x__pycache__/y", "my_pkg/INSTALLER"]
    kept += [f"{info}/licenses/INSTALLER", f"{info}/entry_points.txt"]
    wheel = make_wheel(tmp_path, "my-pkg", "1.0", files=dict.fromkeys(files, b"x"))
    assert placed(wheel) == DIST_INFO | {f"python/{name}": 0o644 for name in kept}


def test_no_programs_are_made_for_entry_points(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "my-pkg", "1.0", files={}, entry_points="[console_scripts]\nrun = my_pkg:main\n")
    assert placed(wheel) == DIST_INFO | {"python/my_pkg-1.0.dist-info/entry_points.txt": 0o644}


@pytest.mark.parametrize("level", [0, 6])
@pytest.mark.parametrize(
    ("script", "rewritten"),
    [
        (b"#!python\nimport x\n", b"#!/usr/bin/env python3\nimport x\n"),
        (b"#!pythonw\nimport x\n", b"#!/usr/bin/env python3\nimport x\n"),
        (b"#!python3 -E\r\nimport x\r\n", b"#!/usr/bin/env python3\nimport x\r\n"),
        (b"#!python", b"#!/usr/bin/env python3\n"),
        (b"#!python\n" + b"x = 1\n" * 200_000, b"#!/usr/bin/env python3\n" + b"x = 1\n" * 200_000),
        (b"#!python " + b"-" * 600_000 + b"\nx\n", b"#!/usr/bin/env python3\nx\n"),
    ],
)
def test_scripts_that_name_no_interpreter_get_one_and_are_stored(
    script: bytes, rewritten: bytes, level: int, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "my-pkg", "1.0", scripts={"run": script}, level=level)
    assert content(wheel, "bin/run") == rewritten
    [member] = [member for member in listed(wheel) if member.name == "bin/run"]
    assert (member.method, member.mode, member.size) == (0, 0o755, len(rewritten))
    assert isinstance(member.content, Script)


@pytest.mark.parametrize("script", [b"", b"#!/bin/sh\n", b"#!/usr/bin/env python\n", b"\x7fELF" * 99, b" #!python\n"])
def test_other_scripts_are_copied_as_they_are(script: bytes, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "my-pkg", "1.0", scripts={"run": script}, level=0)
    assert content(wheel, "bin/run") == script


def test_a_data_folder_of_any_spelling_is_placed(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path, "my-pkg", "1.0", files={"My.Pkg-1.0.data/purelib/x.py": b"", "my_pkg/some.data/x": b""}
    )
    assert {"python/x.py", "python/my_pkg/some.data/x"} <= placed(wheel).keys()


def test_members_say_who_brings_them(tmp_path: Path) -> None:
    assert {member.origin for member in listed(make_wheel(tmp_path, "My.Pkg", "1.0"))} == {"my-pkg 1.0"}
