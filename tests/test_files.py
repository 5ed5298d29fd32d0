"""Files that are written whole or not at all, and read only if they have an end."""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, OutsideError
from layerforge.files import read_bytes, write_atomically, write_text


def names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.txt"
    write_text(path, "naïve\n")
    assert path.read_bytes() == "naïve\n".encode()
    assert names(path.parent) == ["file.txt"]


@pytest.mark.parametrize("durable", [True, False])
def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "file"
    write_text(path, "old")
    with write_atomically(path, durable=durable) as stream:
        stream.write(b"new")
        stream.flush()
        assert path.read_text() == "old"
        assert len(names(tmp_path)) == 2
    assert path.read_text() == "new"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(("durable", "times"), [(True, 2), (False, 0)])
def test_what_is_durable_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, durable: bool, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    seen: list[bool] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(path.exists()))
    write_text(path, "text", durable=durable)
    assert seen == [False, True][:times]  # the file, then its folder


def test_a_block_that_raises_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def interrupted() -> None:
        with write_atomically(path) as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_the_mode_follows_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_text(tmp_path / "file", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("name", ["x" * 255, "ü" * 127, "日" * 85])
def test_the_longest_names(tmp_path: Path, name: str) -> None:
    write_text(tmp_path / name, "text")
    assert names(tmp_path) == [name]


def test_what_a_killed_writer_left_goes_with_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    script = f"""
        import os, signal
        from pathlib import Path
        from layerforge.files import write_atomically
        with write_atomically(Path({str(path)!r})) as stream:
            stream.write(b"half")
            stream.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=False)
    assert len(names(tmp_path)) == 1
    assert names(tmp_path)[0].startswith(".file.")
    write_text(tmp_path / "other", "text")
    assert len(names(tmp_path)) == 2
    write_text(path, "text")
    assert names(tmp_path) == ["file", "other"]


def test_what_a_living_writer_writes_stays(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with write_atomically(path) as outer:
        with write_atomically(path) as inner:
            inner.write(b"inner")
        assert path.read_text() == "inner"
        outer.write(b"outer")
    assert path.read_text() == "outer"
    assert names(tmp_path) == ["file"]


def test_a_file_that_only_looks_like_a_leftover_of_another_path_stays(tmp_path: Path) -> None:
    (tmp_path / ".other.0123.tmp").write_text("")
    (tmp_path / "file.tmp").write_text("")
    write_text(tmp_path / "file", "text")
    assert names(tmp_path) == [".other.0123.tmp", "file", "file.tmp"]


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(fd: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    write_text(tmp_path / "file", "text")
    write_text(tmp_path / "file", "more")
    assert (tmp_path / "file").read_text() == "more"
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("number", "reason", "hint"),
    [
        (
            errno.ENOSPC,
            "No space left on device",
            "make room on that disk; `layerforge cache prune` frees what layerforge keeps itself",
        ),
        (errno.EDQUOT, None, "make room on that disk; `layerforge cache prune` frees what layerforge keeps itself"),
        (errno.EROFS, None, "the file system is mounted read-only: choose another folder"),
        (errno.EIO, None, None),
    ],
)
def test_a_disk_that_refuses(
    tmp_path: Path, number: int, reason: str | None, hint: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_text(path, "old")

    def refuse(fd: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutsideError) as caught:
        write_text(path, "new")
    message = f"`{path}` cannot be written: {reason or os.strerror(number)}"
    assert caught.value.diagnostics == (Diagnostic(code="OUT090", message=message, hint=hint),)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["file"]


def test_a_file_in_a_folders_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("notes")
    with pytest.raises(OutsideError) as caught:
        write_text(tmp_path / "out/layer/main.tf", "text")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.message == f"`{tmp_path}/out/layer/main.tf` cannot be written: Not a directory"
    assert diagnostic.hint == (
        f"`{tmp_path}/out` is a file, and a folder is needed there: move it away, or choose another folder"
    )


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(OutsideError) as caught:
        write_text(tmp_path / "file", "text")
    assert caught.value.diagnostics == (
        Diagnostic(
            code="OUT090",
            message=f"`{tmp_path / 'file'}` cannot be written: Is a directory",
            hint="a file stands where a folder is needed, or the reverse: move it away",
        ),
    )
    assert names(tmp_path) == ["file"]


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("")
    with pytest.raises(OutsideError) as caught:
        write_text(tmp_path / "folder" / "deeper" / "file", "text")
    (found,) = caught.value.diagnostics
    assert found.message == f"`{tmp_path}/folder/deeper/file` cannot be written: Not a directory"
    assert found.notes == (f"at `{tmp_path}/folder/deeper`",)


def test_an_error_of_the_blocks_own_is_left_alone(tmp_path: Path) -> None:
    def read_another() -> None:
        with write_atomically(tmp_path / "file"):
            (tmp_path / "none").read_bytes()

    with pytest.raises(FileNotFoundError):
        read_another()
    assert names(tmp_path) == []


def test_many_writers_of_one_path(tmp_path: Path) -> None:
    path = tmp_path / "file"
    script = f"""
        from pathlib import Path
        from layerforge.files import write_text
        for number in range(50):
            write_text(Path({str(path)!r}), "x" * 1000, durable=False)
    """
    argv = [sys.executable, "-c", textwrap.dedent(script)]
    children = [subprocess.Popen(argv, stderr=subprocess.PIPE) for _ in range(6)]
    talks = [child.communicate(timeout=60)[1] for child in children]
    assert [(child.returncode, talk) for child, talk in zip(children, talks, strict=True)] == [(0, b"")] * 6
    assert path.read_text() == "x" * 1000
    assert names(tmp_path) == ["file"]


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"a\r\n\xff")
    assert read_bytes(tmp_path / "file") == b"a\r\n\xff"


def test_what_may_have_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    with (tmp_path / "large").open("wb") as file:
        file.truncate((256 << 20) + 1)  # it takes no room
    (tmp_path / "folder").mkdir()
    told = {}
    for name in names(tmp_path):
        with pytest.raises(OSError, match=r".") as caught:
            read_bytes(tmp_path / name)
        told[name] = caught.value.strerror
    assert told == {
        "folder": "Is a directory",
        "large": "it is larger than 256 MiB",
        "pipe": "it is no regular file",
        "zero": "it is no regular file",
    }
