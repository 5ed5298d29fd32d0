"""A wheel is checked in full when it enters the store: what is refused, and in which words. Nothing is written."""

import os
import stat
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from layerforge.build.wheel import check_wheel
from layerforge.diagnostics import FindingsError
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256
from support.raw_zip import Raw, deflate, demo, extra, raw_zip

FILE = "demo-1.0-py3-none-any.whl"
PIN = Pin(name=PackageName("demo"), version="1.0", file=FILE, sha256=Sha256("0" * 64))
MEND = "it was published like this: pin another version of `demo`, or ask its publishers to mend it"
LOOK = "look at what the index serves under that name: its address, and whether it wants credentials"
LINK = (stat.S_IFLNK | 0o777) << 16
GOOD = raw_zip(demo())


def refusal(tmp_path: Path, content: bytes, pin: Pin = PIN) -> tuple[str, str]:
    path = tmp_path / "incoming"
    path.write_bytes(content)
    with pytest.raises(FindingsError) as caught:
        check_wheel(path, pin)
    assert list(tmp_path.iterdir()) == [path]
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.hint == (LOOK if diagnostic.code == "WHEEL001" else MEND)
    start = f"`{pin.file}` "
    assert diagnostic.message.startswith(start)
    return diagnostic.code, diagnostic.message.removeprefix(start)


def with_name(name: str | bytes, **more: object) -> bytes:
    raw = name if isinstance(name, bytes) else name.encode()
    return raw_zip(demo(Raw(name=raw, content=b"x", flags=0 if raw.isascii() else 0x800, **more)))  # type: ignore[arg-type]


NAMES: Mapping[str, tuple[str | bytes, str, str]] = {
    "absolute": ("/etc/passwd", "WHEEL010", "has a member with an absolute path: `/etc/passwd`"),
    "parent": ("demo/../../x", "WHEEL010", "has a member with `..` in its path: `demo/../../x`"),
    "parent alone": ("..", "WHEEL010", "has a member with `..` in its path: `..`"),
    "here": ("./demo/x", "WHEEL010", "has a member with an empty part or `.` in its path: `./demo/x`"),
    "empty part": ("demo//x", "WHEEL010", "has a member with an empty part or `.` in its path: `demo//x`"),
    "empty": ("", "WHEEL010", "has a member with an empty name: ``"),
    "backslash": ("demo\\x", "WHEEL010", "has a member with a backslash in its name: `demo\\x`"),
    "drive": ("C:/x", "WHEEL010", "has a member with a drive letter in its name: `C:/x`"),
    "nul": ("demo/x\0.py", "WHEEL010", "has a member with a control character in its name: `demo/x\\x00.py`"),
    "escape": ("demo/\x1b[2J", "WHEEL010", "has a member with a control character in its name: `demo/\\x1b[2J`"),
    "line end": ("demo/a\nb", "WHEEL010", "has a member with a control character in its name: `demo/a\\nb`"),
    "delete": ("demo/\x7f", "WHEEL010", "has a member with a control character in its name: `demo/\\x7f`"),
    "C1": ("demo/\x9b", "WHEEL010", "has a member with a control character in its name: `demo/\\x9b`"),
    "direction": ("demo/\u202eyp", "WHEEL010", "has a member with a control character in its name: `demo/\\u202eyp`"),
    "long part": (
        "demo/" + "x" * 256,
        "WHEEL010",
        f"has a member with a part of over 255 bytes in its path: `demo/{'x' * 256}`",
    ),
    "long": ("x/" * 2049, "WHEEL010", "has a member with a name of 4,098 bytes"),
    "NFD": (
        "demo/u\u0308.py",
        "WHEEL011",
        "has a member whose name is not in Unicode's composed form (NFC): `demo/u\u0308.py`",
    ),
    "not UTF-8": (
        b"demo/\xff.py",
        "WHEEL011",
        "has a member whose name is marked as UTF-8 and is not: `demo/\\xff.py`",
    ),
    "twice": ("demo/__init__.py", "WHEEL012", "has two members of one name: `demo/__init__.py`"),
    "file and folder": ("demo", "WHEEL013", "has a file and a folder of one name: `demo`"),
    "file in a file": ("demo/__init__.py/x", "WHEEL013", "has a file and a folder of one name: `demo/__init__.py`"),
    "no scheme": ("demo-1.0.data/x", "WHEEL023", "has `demo-1.0.data/x`, and no installer knows where that goes"),
    "odd scheme": (
        "demo-1.0.data/bin/x",
        "WHEEL023",
        "has `demo-1.0.data/bin/x`, and no installer knows where that goes",
    ),
    "two dist-info": (
        "else-1.0.dist-info/METADATA",
        "WHEEL019",
        "has several `.dist-info` folders: `demo-1.0.dist-info`, `else-1.0.dist-info`",
    ),
}


@pytest.mark.parametrize("case", NAMES)
def test_refuses_a_name(case: str, tmp_path: Path) -> None:
    name, code, message = NAMES[case]
    assert refusal(tmp_path, with_name(name)) == (code, message)


def bad(name: bytes = b"demo/x", content: bytes = b"x" * 9, **fields: object) -> bytes:
    return raw_zip(demo(Raw(name=name, content=content, **fields)))  # type: ignore[arg-type]


ZIP64 = struct.pack("<QQ", 9, 9)
PACKED = len(deflate(b"x" * 9))
ARCHIVES: Mapping[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "WHEEL001", "is empty"),
    "web page": (b"\n <!DOCTYPE html><html>Sign in</html>", "WHEEL001", "is not a wheel but a web page"),
    "web page with BOM": (b"\xef\xbb\xbf<html></html>", "WHEEL001", "is not a wheel but a web page"),
    "text": (b"404 not found" * 9, "WHEEL001", "is not a wheel: it is no ZIP file"),
    "cut off": (GOOD[:-30], "WHEEL002", "is cut off: the ZIP's end is missing"),
    "cut off by a byte": (GOOD[:-1], "WHEEL002", "is cut off: the ZIP's end is missing"),
    "cut off at the front": (GOOD[50:], "WHEEL002", "is cut off, or its end says more than there is"),
    "before": (b"#!/bin/sh\n" + GOOD, "WHEEL003", "has 10 bytes beside its members and its directory"),
    "before, offsets right": (
        raw_zip(demo(code={"before": b"0123456789"})),
        "WHEEL003",
        "has 10 bytes before its first member",
    ),
    "between": (
        raw_zip(demo(metadata={"before": b"0123456789"})),
        "WHEEL003",
        "has 10 bytes between its members, after `demo/__init__.py`",
    ),
    "before the directory": (
        raw_zip(demo(), before_directory=b"0123"),
        "WHEEL003",
        "has 4 bytes between its members, after `demo-1.0.dist-info/WHEEL`",
    ),
    "in the directory": (
        raw_zip(demo(), in_directory=b"0123"),
        "WHEEL005",
        "has more in its central directory than the 3 members that it counts",
    ),
    "after": (GOOD + b"0123", "WHEEL003", "has 4 bytes after its end"),
    "comment": (GOOD[:-2] + b"\2\0ab", "WHEEL003", "has 2 bytes after its end"),
    "several disks": (raw_zip(demo(), disk=1), "WHEEL004", "is one part of a ZIP that spans several files"),
    "member on another disk": (
        raw_zip(demo(code={"central": {"disk": 1}})),
        "WHEEL004",
        "is one part of a ZIP that spans several files",
    ),
    "ZIP64": (
        raw_zip(demo(), count=0xFFFF, here=0xFFFF),
        "WHEEL004",
        "is a ZIP64 archive: over 65,534 members or 4 GiB, far more than a layer can hold",
    ),
    "ZIP64 in the directory": (
        bad(extra_in_central=extra(1, ZIP64)),
        "WHEEL004",
        "has ZIP64 sizes in its central directory, at member `demo/x`",
    ),
    "large directory": (
        raw_zip(demo(), length=40 << 20),
        "WHEEL005",
        "has a central directory of 41,943,040 bytes, over the 33,554,432 allowed",
    ),
    "counts too many": (
        raw_zip(demo(), count=4, here=4),
        "WHEEL005",
        "has a damaged central directory at member 4 of 4",
    ),
    "counts too few": (
        raw_zip(demo(), count=2, here=2),
        "WHEEL005",
        "has more in its central directory than the 2 members that it counts",
    ),
    "long comment": (
        raw_zip(demo(wheel={"central": {"n_comment": 9}})),
        "WHEEL005",
        "has a damaged central directory at member 3 of 3",
    ),
    "no local header": (
        bad(local={"sig": 0x04034B51}),
        "WHEEL005",
        "has no local header where its directory says so, for `demo/x`",
    ),
    "extra cut off": (
        bad(extra_in_local=b"ab"),
        "WHEEL005",
        "has a member with damaged extra fields: `demo/x`",
    ),
    "extra too long": (
        bad(extra_in_central=b"\1\2\4\0abc"),
        "WHEEL005",
        "has a member with damaged extra fields: `demo/x`",
    ),
    "extra twice": (
        bad(extra_in_local=extra(2, b"") * 2),
        "WHEEL005",
        "has a member with damaged extra fields: `demo/x`",
    ),
    "ZIP64 of odd length": (
        bad(extra_in_local=extra(1, b"12345678")),
        "WHEEL005",
        "has a member with damaged extra fields: `demo/x`",
    ),
    "other name": (
        bad(name_in_local=b"demo/y"),
        "WHEEL006",
        "has two headers that disagree on the name of `demo/x`",
    ),
    "second name": (
        bad(extra_in_central=extra(0x7075, b"\1\0\0\0\0demo/y")),
        "WHEEL006",
        "gives a member a second name in an extra field: `demo/x`",
    ),
    "other flags": (bad(local={"flags": 2}), "WHEEL006", "has two headers that disagree on the flags of `demo/x`"),
    "other method": (bad(local={"method": 0}), "WHEEL006", "has two headers that disagree on the method of `demo/x`"),
    "other CRC": (bad(local={"crc": 7}), "WHEEL006", "has two headers that disagree on the CRC of `demo/x`"),
    "other compressed size": (
        bad(local={"packed": 7}),
        "WHEEL006",
        "has two headers that disagree on the compressed size of `demo/x`",
    ),
    "other size": (bad(local={"size": 7}), "WHEEL006", "has two headers that disagree on the size of `demo/x`"),
    "other size in ZIP64": (
        bad(extra_in_local=extra(1, struct.pack("<QQ", 8, PACKED)), local={"size": 0xFFFFFFFF}),
        "WHEEL006",
        "has two headers that disagree on the size of `demo/x`",
    ),
    "two sizes in one header": (
        bad(extra_in_local=extra(1, struct.pack("<QQ", 8, PACKED))),
        "WHEEL006",
        "has a local header that gives two sizes for `demo/x`",
    ),
    "stored in two sizes": (
        bad(method=0, packed=b"x"),
        "WHEEL006",
        "has a stored member that gives two sizes: `demo/x`",
    ),
    "descriptor disagrees": (
        bad(flags=8, descriptor=struct.pack("<3I", 1, 2, 3)),
        "WHEEL006",
        "has a data descriptor that disagrees with the directory on `demo/x`",
    ),
    "no descriptor": (bad(flags=8), "WHEEL003", "has no room for a data descriptor after `demo/x`"),
    "too much for a descriptor": (
        bad(flags=8, descriptor=b"x" * 30),
        "WHEEL003",
        "has 30 bytes instead of a data descriptor after `demo/x`",
    ),
    "overlap": (bad(central={"start": 60}), "WHEEL007", "has members that overlap, after `demo/__init__.py`"),
    "same start": (bad(central={"start": 0}), "WHEEL007", "has members that overlap, after `demo/__init__.py`"),
    "into the directory": (
        bad(central={"packed": 90}, local={"packed": 90}),
        "WHEEL007",
        "has members that overlap, after `demo/x`",
    ),
    "bzip2": (
        bad(method=12),
        "WHEEL008",
        "has a member compressed with bzip2, where wheels use DEFLATE: `demo/x`",
    ),
    "LZMA": (bad(method=14), "WHEEL008", "has a member compressed with LZMA, where wheels use DEFLATE: `demo/x`"),
    "zstd": (bad(method=93), "WHEEL008", "has a member compressed with zstd, where wheels use DEFLATE: `demo/x`"),
    "method 77": (
        bad(method=77),
        "WHEEL008",
        "has a member compressed with method 77, where wheels use DEFLATE: `demo/x`",
    ),
    "encrypted": (bad(flags=1), "WHEEL009", "has an encrypted member: `demo/x`"),
    "strongly encrypted": (bad(flags=0x41), "WHEEL009", "has an encrypted member: `demo/x`"),
    "unknown flag": (bad(flags=0x20), "WHEEL009", "has a member with unknown flags 0x0020: `demo/x`"),
    "new version": (
        bad(central={"needed": 63}),
        "WHEEL009",
        "has a member that needs version 6.3 of the ZIP format: `demo/x`",
    ),
    "name not marked": (
        bad(name="demo/ü".encode()),
        "WHEEL011",
        "has a member whose name is neither ASCII nor marked as UTF-8: `demo/ü`",
    ),
    "cp437": (
        bad(name=b"demo/\x81"),
        "WHEEL011",
        "has a member whose name is neither ASCII nor marked as UTF-8: `demo/\\x81`",
    ),
    "link": (bad(attributes=LINK), "WHEEL014", "has a symbolic link: `demo/x`"),
    "device": (
        bad(attributes=(stat.S_IFCHR | 0o666) << 16),
        "WHEEL014",
        "has a device, socket or pipe: `demo/x`",
    ),
    "pipe": (bad(attributes=(stat.S_IFIFO | 0o666) << 16), "WHEEL014", "has a device, socket or pipe: `demo/x`"),
    "folder without slash": (
        bad(attributes=(stat.S_IFDIR | 0o755) << 16),
        "WHEEL014",
        "has a folder whose name does not end in a slash: `demo/x`",
    ),
    "DOS folder without slash": (
        bad(attributes=0x10),
        "WHEEL014",
        "has a folder whose name does not end in a slash: `demo/x`",
    ),
    "file with slash": (bad(name=b"demo/x/"), "WHEEL014", "has a file whose name ends in a slash: `demo/x/`"),
    "folder with content": (
        bad(name=b"demo/x/", attributes=0x10),
        "WHEEL014",
        "has a file whose name ends in a slash: `demo/x/`",
    ),
    "no DEFLATE": (bad(packed=b"\xff" * 9), "WHEEL015", "has a member that does not inflate: `demo/x`"),
    "stream without end": (
        bad(packed=deflate(b"x" * 9)[:-2]),
        "WHEEL015",
        "has a DEFLATE stream without an end: `demo/x`",
    ),
    "no stream": (bad(packed=b""), "WHEEL015", "has a DEFLATE stream without an end: `demo/x`"),
    "after the stream": (
        bad(packed=deflate(b"x" * 9) + b"!"),
        "WHEEL015",
        "has bytes after the end of a DEFLATE stream: `demo/x`",
    ),
    "far after the stream": (
        bad(packed=deflate(b"x" * 9) + b"!" * (300 << 10)),
        "WHEEL015",
        "has bytes after the end of a DEFLATE stream: `demo/x`",
    ),
    "wrong CRC": (
        bad(central={"crc": 7}, local={"crc": 7}),
        "WHEEL016",
        "has a member with a wrong CRC: `demo/x`",
    ),
    "larger": (
        bad(central={"size": 3}, local={"size": 3}),
        "WHEEL017",
        "has a member that is larger than the 3 bytes it gives: `demo/x`",
    ),
    "smaller": (
        bad(central={"size": 30}, local={"size": 30}),
        "WHEEL017",
        "has a member of 9 bytes that gives 30: `demo/x`",
    ),
    "no METADATA": (
        raw_zip(demo()[::2]),
        "WHEEL020",
        "has no `demo-1.0.dist-info/METADATA`",
    ),
    "other name in METADATA": (
        raw_zip(demo(metadata={"content": b"Name: demon\nVersion: 1.0\n"})),
        "WHEEL020",
        "has a METADATA that names `demon`",
    ),
    "no name in METADATA": (
        raw_zip(demo(metadata={"content": b"Version: 1.0\n\nName: demo\n"})),
        "WHEEL020",
        "has a METADATA without `Name`",
    ),
    "no version in METADATA": (
        raw_zip(demo(metadata={"content": b"Name: demo\n"})),
        "WHEEL020",
        "has a METADATA without `Version`",
    ),
    "other version in METADATA": (
        raw_zip(demo(metadata={"content": b"Name: demo\nVersion: 1.1\n"})),
        "WHEEL020",
        "has a METADATA that gives version `1.1`",
    ),
    "no version at all": (
        raw_zip(demo(metadata={"content": b"Name: demo\nVersion: one\n"})),
        "WHEEL020",
        "has a METADATA that gives version `one`",
    ),
    "no WHEEL": (raw_zip(demo()[:2]), "WHEEL021", "has no `demo-1.0.dist-info/WHEEL`"),
    "WHEEL 2": (
        raw_zip(demo(wheel={"content": b"Wheel-Version: 2.0\n"})),
        "WHEEL021",
        "is of wheel format 2.0, and 1.x is known",
    ),
    "WHEEL without version": (
        raw_zip(demo(wheel={"content": b"Tag: py3-none-any\n"})),
        "WHEEL021",
        "has a WHEEL file without `Wheel-Version`",
    ),
    "WHEEL with odd version": (
        raw_zip(demo(wheel={"content": b"Wheel-Version: x\n"})),
        "WHEEL021",
        "has a WHEEL file with the strange version `x`",
    ),
    "no members": (raw_zip([]), "WHEEL019", "is not a wheel: it has no `.dist-info` folder"),
    "any ZIP": (raw_zip(demo()[:1]), "WHEEL019", "is not a wheel: it has no `.dist-info` folder"),
    "dist-info of another": (
        raw_zip([Raw(name=b"else-1.0.dist-info/METADATA")]),
        "WHEEL019",
        "has the folder `else-1.0.dist-info`, which is not of `demo`",
    ),
    "RECORD of no text": (
        raw_zip(demo(Raw(name=b"demo-1.0.dist-info/RECORD", content=b"\xff"))),
        "WHEEL022",
        "has a RECORD that cannot be read: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
    "RECORD of no CSV": (
        raw_zip(demo(Raw(name=b"demo-1.0.dist-info/RECORD", content=b'"a"b,'))),
        "WHEEL022",
        "has a RECORD that cannot be read: ',' expected after '\"'",
    ),
    "other digest in RECORD": (
        raw_zip(demo(Raw(name=b"demo-1.0.dist-info/RECORD", content=b"demo/__init__.py,sha256=abc,200\n"))),
        "WHEEL022",
        "has a member whose digest is not the one in RECORD: `demo/__init__.py`",
    ),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_refuses_an_archive(case: str, tmp_path: Path) -> None:
    content, code, message = ARCHIVES[case]
    assert refusal(tmp_path, content) == (code, message)


def test_refuses_a_bomb_before_it_inflates_a_byte(tmp_path: Path) -> None:
    size = 100 << 20
    said = {"size": size, "crc": 0}
    content = bad(packed=b"\xff" * 100, central=said, local=said)
    code, message = refusal(tmp_path, content)
    total = size + 200 + len(b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n") + len(b"Wheel-Version: 1.0\n")
    assert (code, message) == ("WHEEL018", f"would unpack to {total:,} bytes from {len(content):,}")


def test_refuses_what_is_too_large_whatever_its_ratio(tmp_path: Path) -> None:
    said = {"size": (2 << 30) + 1}
    code, message = refusal(tmp_path, bad(packed=b"\xff" * (12 << 20), central=said, local=said))
    assert code == "WHEEL018"
    assert message.startswith("would unpack to 2,147,483,9")


def test_refuses_metadata_that_nobody_would_read(tmp_path: Path) -> None:
    content = raw_zip(demo(metadata={"content": os.urandom(1 << 20) + b"\0" * (32 << 20)}))
    message = "has 34,603,008 bytes in `demo-1.0.dist-info/METADATA`, over the 33,554,432 allowed"
    assert refusal(tmp_path, content) == ("WHEEL018", message)


def test_refuses_a_file_name_that_is_no_wheels(tmp_path: Path) -> None:
    pin = Pin(name=PackageName("demo"), version="1.0", file="demo.whl", sha256=Sha256("0" * 64))
    assert refusal(tmp_path, GOOD, pin) == ("WHEEL020", "has not the file name of a wheel")
