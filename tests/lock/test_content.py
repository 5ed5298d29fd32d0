"""Reading one own file: digests, size and what kind of file it is, whatever the size of the chunks."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.lock import content
from layerforge.lock.content import Content, read_content

pieces = st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"#!", b"\x7fELF", b"\0"])


def expected(data: bytes) -> Content:
    lf = data.replace(b"\r\n", b"\n")
    return Content(
        size=len(data),
        sha256=content.Sha256(hashlib.sha256(data).hexdigest()),
        sha256_lf=None if lf == data else content.Sha256(hashlib.sha256(lf).hexdigest()),
        program=data.startswith((b"#!", b"\x7fELF")),
    )


@given(data=st.lists(pieces, max_size=12).map(b"".join), chunk=st.integers(4, 9))
def test_any_bytes_in_chunks_of_any_size(tmp_path_factory: pytest.TempPathFactory, data: bytes, chunk: int) -> None:
    path = tmp_path_factory.getbasetemp() / "content"
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content, "_CHUNK", chunk)
        assert read_content(path) == expected(data)


def test_a_large_file_with_a_line_ending_between_chunks(tmp_path: Path) -> None:
    path = tmp_path / "large"
    data = b"x" * ((1 << 20) - 1) + b"\r\n" + b"y" * (1 << 20) + b"\r"
    path.write_bytes(data)
    assert read_content(path) == expected(data)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_content(tmp_path / "gone")
