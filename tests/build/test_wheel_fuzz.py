"""Damaged wheels are refused with a diagnostic, or mean the same to us as to everybody else: nothing in between."""

import tempfile
import zipfile
import zlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from layerforge.build.index import WheelIndex
from layerforge.build.wheel import check_wheel
from layerforge.diagnostics import FindingsError
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256
from support.raw_zip import Raw, deflate, demo, extra, raw_zip

PIN = Pin(name=PackageName("demo"), version="1.0", file="demo-1.0-py3-none-any.whl", sha256=Sha256("0" * 64))
TEXT = b"some text, some more text"
DESCRIPTOR = b"PK\7\x08" + b"".join(
    value.to_bytes(4, "little") for value in (zlib.crc32(TEXT), len(deflate(TEXT)), len(TEXT))
)
BASE = raw_zip(
    demo(
        Raw(name="demo/größe.txt".encode(), content=TEXT, flags=0x808, descriptor=DESCRIPTOR),
        Raw(name=b"demo/stored", content=TEXT, method=0, extra_in_local=extra(0x5455, b"12345")),
        Raw(name=b"demo/empty/", attributes=0o40755 << 16),
        Raw(name=b"demo-1.0.data/scripts/run", content=b"#!python\n", attributes=0o100755 << 16),
    )
)
POSITIONS = st.integers(0, len(BASE) - 1)
CHANGES = st.one_of(
    st.tuples(st.just("set"), POSITIONS, st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("insert"), POSITIONS, st.binary(min_size=1, max_size=40)),
    st.tuples(st.just("cut"), POSITIONS, st.integers(1, 60).map(bytes)),
    st.tuples(st.just("repeat"), POSITIONS, st.integers(1, 200).map(bytes)),
)


def changed(changes: list[tuple[str, int, bytes]]) -> bytes:
    content = bytearray(BASE)
    for kind, at, data in changes:
        match kind:
            case "set":
                content[at : at + len(data)] = data
            case "insert":
                content[at:at] = data
            case "cut":
                del content[at : at + len(data)]
            case _:
                content[at:at] = content[at : at + len(data)]
    return bytes(content)


def checked(path: Path) -> WheelIndex | str:
    """Return the index of a wheel, or the code of what is wrong with it."""
    try:
        return check_wheel(path, PIN)
    except FindingsError as error:
        return error.diagnostics[0].code


@settings(max_examples=1500)
@given(st.lists(CHANGES, max_size=3))
def test_a_damaged_wheel_is_refused_or_reads_as_others_read_it(changes: list[tuple[str, int, bytes]]) -> None:
    content = changed(changes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, PIN.file)
        path.write_bytes(content)
        index = checked(path)
        if isinstance(index, str):
            assert index.startswith("WHEEL")
            return
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            assert {(member.name, member.size, member.crc32) for member in index.members} == {
                (info.filename, info.file_size, info.CRC) for info in files
            }
            for member in index.members:
                raw = content[member.offset : member.offset + member.compressed_size]
                assert (zlib.decompress(raw, -15) if member.method else raw) == archive.read(member.name)


def test_the_wheel_is_good_before_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / PIN.file
    path.write_bytes(BASE)
    assert len(check_wheel(path, PIN).members) == 6


def test_a_wheel_cut_off_anywhere_is_refused(tmp_path: Path) -> None:
    path = tmp_path / PIN.file
    for length in range(len(BASE)):
        path.write_bytes(BASE[:length])
        assert checked(path) in {"WHEEL001", "WHEEL002"}
