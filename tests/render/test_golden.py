"""The modules as they are kept, file by file, and what holds for all of them."""

from pathlib import Path

from layerforge.process import run
from layerforge.render.marker import owner_of
from render import cases
from support.golden import Golden


def test_modules_are_as_they_are_kept(golden: Golden) -> None:
    golden.tree(cases.GOLDEN / "modules", cases.texts())


def test_every_file_says_on_its_first_line_whose_it_is() -> None:
    for name, text in cases.texts().items():
        wanted = "new.yaml" if name.startswith("new-runtime/") else "layers.yaml"
        assert owner_of(text.split("\n")[0]) == wanted, name


def test_texts_end_with_one_newline_and_have_no_trailing_space() -> None:
    for name, text in cases.texts().items():
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        assert [line for line in text.split("\n") if line != line.rstrip(" \t")] == [], name
        assert "\n\n\n" not in text, name


def test_git_keeps_what_a_module_needs_even_where_zips_are_ignored(tmp_path: Path) -> None:
    cases.write(tmp_path / "alone", cases.of_module("alone"))
    for name in ("artifacts/python312-arm64.zip", ".terraform/x", ".terraform.lock.hcl", "own.zip"):
        cases.write(tmp_path / "alone", {name: ""})
    (tmp_path / ".gitignore").write_text("*.zip\n")
    run(("git", "init", "-q"), cwd=tmp_path)
    listed = run(("git", "ls-files", "-o", "--exclude-standard", "alone"), cwd=tmp_path).stdout.splitlines()
    assert sorted(listed) == sorted(f"alone/{name}" for name in cases.of_module("alone"))


def test_digests_stand_in_one_file_of_a_module() -> None:
    for name, text in cases.texts().items():
        if name.endswith("/artifacts.tf"):
            digests = {
                line.split('"')[1]
                for line in text.splitlines()
                if line.strip().startswith(("sha256 ", "source_code_hash "))
            }
            module = name.partition("/")[0]
            others = {other: body for other, body in cases.of_module(module).items() if other != "artifacts.tf"}
            assert digests
            assert [other for other, body in others.items() if any(digest in body for digest in digests)] == []
