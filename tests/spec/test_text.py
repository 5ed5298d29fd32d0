"""Files that hold no text, or cannot be read."""

import os
from pathlib import Path

import pytest

from layerforge.diagnostics import SpecError
from layerforge.spec import text
from layerforge.spec.load import load_spec
from layerforge.spec.text import read_text
from support.specs import tell

SPEC = "version: 1\nlayers: {a: {source: {ecosystem: python, requirements: [é]}}}\n"


def said(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load_spec(path, shown="layers.yaml")
    return tell(caught.value.diagnostics)


def test_a_missing_file_is_told_with_the_command_that_writes_one(tmp_path: Path) -> None:
    assert said(tmp_path / "layers.yaml") == (
        "error SPEC001 layers.yaml\n"
        "  the spec is not there\n"
        "  hint: `layerforge init` writes a first one; `--spec FILE` names another\n"
    )


def test_a_folder_is_told_with_the_file_in_it(tmp_path: Path) -> None:
    assert said(tmp_path) == (
        "error SPEC001 layers.yaml\n"
        "  the spec cannot be read: it is a folder\n"
        "  hint: name the file in it, such as `layers.yaml/layers.yaml`\n"
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "layers.yaml")
    expected = "error SPEC001 layers.yaml\n  the spec cannot be read: it is no regular file\n"
    assert said(tmp_path / "layers.yaml") == expected


def test_a_path_through_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    expected = "error SPEC001 layers.yaml\n  the spec cannot be read: Not a directory\n"
    assert said(tmp_path / "file" / "layers.yaml") == expected


def test_a_path_with_a_null_is_told() -> None:
    assert said(Path("a\0b")) == "error SPEC001 layers.yaml\n  the spec cannot be read: no path holds a NUL character\n"


def test_a_huge_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    with path.open("wb") as file:
        file.truncate(text.MAX_BYTES + 1)
    assert said(path) == (
        "error SPEC004 layers.yaml\n"
        "  the spec is larger than 10 MiB\n"
        "  hint: is it the right file? Several specs can share the layers\n"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_encodings_are_named(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    marked = SPEC if encoding in {"utf-16", "utf-32"} else f"\ufeff{SPEC}"
    path.write_bytes(marked.encode(encoding))
    assert said(path) == (
        f"error SPEC002 layers.yaml\n  the spec is {encoding.upper()[:6]}, not UTF-8\n  hint: save the file as UTF-8\n"
    )


def test_bytes_that_are_no_text_have_their_place(tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    path.write_bytes("version: 1\r\nlayers: {é: ".encode() + "é}".encode("latin-1"))
    assert said(path) == (
        "error SPEC002 layers.yaml:2:13\n"
        "  the spec is not UTF-8: byte 0xe9 stands for no character\n"
        "  hint: save the file as UTF-8\n"
    )


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SPEC.encode())
    assert load_spec(path).spec.version == "1"
    assert load_spec(path).positions.key(("version",)).column == 1


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_count_alike(newline: str, tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    path.write_bytes(SPEC.replace("\n", newline).encode())
    where = load_spec(path, shown="layers.yaml").positions.key(("layers",))
    assert (where.line, where.column, where.text) == (2, 1, SPEC.splitlines()[1])


def test_unprintable_characters_have_their_places(tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    path.write_bytes(b"version: \x001\nlayers: {a\x1b: \xef\xbb\xbf}\n")
    hint = "  hint: remove it; editors show it when they are told to render control characters\n"
    assert said(path) == (
        f"error SPEC006 layers.yaml:1:10 «\ufffd»\n  the character U+0000 cannot stand in a spec\n{hint}"
        f"error SPEC006 layers.yaml:2:11 «\ufffd»\n  the character U+001B cannot stand in a spec\n{hint}"
        f"error SPEC006 layers.yaml:2:14 «\ufffd»\n  the character U+FEFF cannot stand in a spec\n{hint}"
    )


def test_a_binary_file_does_not_flood_the_screen(tmp_path: Path) -> None:
    path = tmp_path / "layers.yaml"
    path.write_bytes(bytes(range(32)) * 10_000)
    with pytest.raises(SpecError) as caught:
        read_text(path, "layers.yaml")
    assert len(caught.value.diagnostics) == 20
