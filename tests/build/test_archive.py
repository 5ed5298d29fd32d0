"""Archive format 1: pinned by a digest, by a second writer after its description, by other programs' reading."""

import hashlib
import io
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.build.archive import ArchiveWriter, check_size
from layerforge.build.content import Span
from layerforge.build.types import Member
from layerforge.diagnostics import FindingsError
from support.raw_zip import deflate

GOLDEN = "de713625828b66abb9b14684fdd0eefc740c44fa18528676b5abd5ee6bd97e14"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "archive-format-1.md"


@dataclass(frozen=True)
class Given:
    """Content that lies in memory, in pieces."""

    pieces: tuple[bytes, ...]

    def chunks(self) -> Iterator[bytes]:
        yield from self.pieces


def member(name: str, content: bytes, *, mode: int = 0o644, packed: bytes | None = None) -> Member:
    data = content if packed is None else packed
    return Member(
        name=name,
        mode=mode,
        method=0 if packed is None else 8,
        crc32=zlib.crc32(content),
        compressed_size=len(data),
        size=len(content),
        content=Given((data[:5], data[5:])),
        origin="someone 1.0",
    )


def one_block(content: bytes) -> bytes:
    """Return a DEFLATE stream that no compressor had a hand in: one block, stored."""
    return b"\1" + len(content).to_bytes(2, "little") + (len(content) ^ 0xFFFF).to_bytes(2, "little") + content


def written(members: Sequence[Member]) -> tuple[bytes, str]:
    stream = io.BytesIO()
    digest, size = ArchiveWriter(stream).write(members)
    assert size == len(stream.getvalue())
    assert digest == hashlib.sha256(stream.getvalue()).hexdigest()
    return stream.getvalue(), digest


def by_the_description(members: Sequence[Member]) -> bytes:
    """Write a ZIP as ``docs/archive-format-1.md`` says, with nothing of the product."""

    def number(value: int, width: int) -> bytes:
        return value.to_bytes(width, "little")

    out, directory = b"", b""
    for item in sorted(members, key=lambda item: item.name.encode()):
        name, data = item.name.encode(), b"".join(item.content.chunks())
        shared = number(20 if item.method else 10, 2)
        shared += number(0x0800 if any(byte > 127 for byte in name) else 0, 2)
        shared += number(item.method, 2) + bytes.fromhex("00002100") + number(item.crc32, 4)
        shared += number(len(data), 4) + number(item.size, 4) + number(len(name), 2) + number(0, 2)
        directory += bytes.fromhex("504b01021403") + shared + number(0, 6)
        directory += number(0x81ED0000 if item.mode == 0o755 else 0x81A40000, 4) + number(len(out), 4) + name
        out += bytes.fromhex("504b0304") + shared + name + data
    count = number(len(members), 2)
    end = bytes.fromhex("504b0506") + number(0, 4) + count + count + number(len(directory), 4) + number(len(out), 4)
    return out + directory + end + number(0, 2)


EXAMPLE = (
    member("bin/tool", b"#!/usr/bin/env python3\n", mode=0o755),
    member("python/demo/__init__.py", b""),
    member("python/demo/data.txt", b"layer " * 3, packed=one_block(b"layer " * 3)),
    member("python/demo/größe.txt", "größe\n".encode()),
    member("python/demo.py", b"value = 1\n"),
)


def test_one_digest_pins_the_format() -> None:
    content, digest = written(sorted(EXAMPLE))
    assert digest == GOLDEN
    assert content == by_the_description(EXAMPLE)
    assert GOLDEN in DOCUMENT.read_text(encoding="utf-8")


def test_unzip_finds_nothing_wrong(tmp_path: Path) -> None:
    unzip = shutil.which("unzip")
    if unzip is None:
        pytest.skip("unzip is not installed")
    path = tmp_path / "layer.zip"
    path.write_bytes(written(sorted(EXAMPLE))[0])
    done = subprocess.run([unzip, "-tq", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"No errors detected in compressed data of {path}.\n")


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="/\\"), min_size=1), max_size=3
).map("/".join)
FILES = st.dictionaries(
    NAMES.map(lambda name: f"python/{name}x"), st.tuples(st.binary(max_size=400), st.booleans(), st.booleans())
)


@given(FILES)
def test_what_was_put_in_is_read_back(files: dict[str, tuple[bytes, bool, bool]]) -> None:
    members = [
        member(name, content, mode=0o755 if runs else 0o644, packed=deflate(content) if packs else None)
        for name, (content, runs, packs) in files.items()
    ]
    content, _ = written(sorted(members))
    assert content == by_the_description(members)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        infos = archive.infolist()
        assert [info.filename for info in infos] == sorted(files, key=str.encode)
        for info in infos:
            data, runs, packs = files[info.filename]
            assert archive.read(info) == data
            assert (info.date_time, info.compress_type) == ((1980, 1, 1, 0, 0, 0), 8 if packs else 0)
            assert info.external_attr >> 16 == (0o100755 if runs else 0o100644)
            assert not info.extra
            assert not info.comment


def test_spans_of_wheels_are_copied_whatever_their_size(tmp_path: Path) -> None:
    sizes = [0, 1, 100_000, 128 << 10, 512 << 10, (512 << 10) + 1, 1_500_000]
    source = tmp_path / "some.whl"
    offset, members = 3, []
    content = b"???" + bytes(range(251)) * (sum(sizes) // 251 + 1)
    source.write_bytes(content)
    for number, size in enumerate(sizes):
        data = content[offset : offset + size]
        span = Span(path=source, offset=offset, length=size)
        members.append(member(f"python/{number}", data)._replace(content=span))
        offset += size
    assert written(members)[0] == by_the_description(members)


def test_more_wheels_than_files_may_be_open(tmp_path: Path) -> None:
    members = []
    for number in range(200):
        path = tmp_path / f"{number}.whl"
        path.write_bytes(b"%d" % number)
        span = Span(path=path, offset=0, length=path.stat().st_size)
        members.append(member(f"python/{number:03}", path.read_bytes())._replace(content=span))
    assert written(members)[0] == by_the_description(members)


def refusal(members: Sequence[Member]) -> tuple[str, str, str | None]:
    with pytest.raises(FindingsError) as caught:
        ArchiveWriter(io.BytesIO()).write(members)
    [diagnostic] = caught.value.diagnostics
    return diagnostic.code, diagnostic.message, diagnostic.hint


HINT = "leave files out with `exclude`, or cut it into several layers"


def test_refuses_more_members_than_a_zip_holds() -> None:
    members = [member(f"python/{number:05}", b"") for number in range(65_536)]
    check_size(members[1:])
    message = "the ZIP has 65,536 files, and a ZIP holds at most 65,535"
    assert refusal(members) == ("BUILD006", message, HINT)


def test_refuses_more_bytes_than_a_zip_holds() -> None:
    members = [member(f"python/{number}", b"")._replace(compressed_size=1 << 30) for number in range(4)]
    message = "the ZIP has 4,294,967,686 bytes zipped, and a ZIP holds less than 4 GiB"
    assert refusal(members) == ("BUILD006", message, HINT)
    message = "the ZIP has a file of 4,294,967,295 bytes, `python/x`, and a ZIP holds less than 4 GiB"
    assert refusal([member("python/x", b"")._replace(size=(1 << 32) - 1)]) == ("BUILD006", message, HINT)


CHANGED = ("BUILD011", "`some.whl` in the store is not the file any more that was checked")
VERIFY = "`layerforge cache verify --drop` removes what is damaged; the next build fetches it again"


def test_notices_a_wheel_that_became_shorter(tmp_path: Path) -> None:
    path = tmp_path / "some.whl"
    path.write_bytes(b"short")
    span = Span(path=path, offset=2, length=9)
    assert refusal([member("python/x", b"x" * 9)._replace(content=span)]) == (*CHANGED, VERIFY)
    with pytest.raises(FindingsError, match="is not the file any more"):
        list(span.chunks())


def test_notices_a_wheel_that_is_gone(tmp_path: Path) -> None:
    span = Span(path=tmp_path / "some.whl", offset=2, length=9)
    assert refusal([member("python/x", b"x" * 9)._replace(content=span)]) == (*CHANGED, VERIFY)


def test_a_builder_that_lies_about_a_size_is_a_bug() -> None:
    with pytest.raises(ValueError, match=r"python/x is not of 3 bytes"):
        written([member("python/x", b"x")._replace(compressed_size=3)])
