"""Requirements files: what pip would read, and a refusal with line and remedy for what cannot be honoured."""

from pathlib import Path

import pytest

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.lock.requests import Request, read_request
from support import plans

A, B = "a" * 64, "b" * 64
INDEX_HINT = "indexes are uv's settings: `{}` in the environment, or `{}` in a `uv.toml` beside the spec"


def read(folder: Path, text: str | bytes | None = None, **others: str) -> Request:
    if text is not None:
        (folder / "requirements.txt").write_bytes(text.encode() if isinstance(text, str) else text)
    for name, content in others.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".txt").write_text(content)
    content = plans.source(requirements="requirements.txt")
    return read_request(plans.layer(spec=folder / "layers.yaml", content=content))


def problems(folder: Path, text: str | bytes | None = None, **others: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as caught:
        read(folder, text, **others)
    return caught.value.diagnostics


def texts(request: Request) -> list[str]:
    return [item.text for item in request.requirements]


def at(line: int, column: int, found: str, text: str, *, file: str = "requirements.txt") -> Location:
    return Location(file=file, line=line, column=column, length=len(found), text=text)


def test_comments_blank_lines_and_continuations(tmp_path: Path) -> None:
    request = read(tmp_path, "# all of it\n\n  a==1   # why\nb\\\n  >=2,\\\n  <3\nc # x \\\n")
    assert texts(request) == ["a==1", "b<3,>=2", "c"]


def test_a_comment_ends_a_continuation(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a==1 \\\n# over\nb\n")) == ["a==1", "b"]


def test_a_last_line_may_be_continued_into_nothing(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "a\nb \\")) == ["a", "b"]


def test_places_point_into_continued_lines(tmp_path: Path) -> None:
    request = read(tmp_path, "a==1 \\\n  ; python_version<'3.13'\n  b\n")
    assert request.requirements[0].where.line == 1
    assert request.requirements[1].where == at(3, 3, "b", "  b")


def test_markers_and_extras_stay(tmp_path: Path) -> None:
    assert texts(read(tmp_path, "A[y,x]>=1 ; python_version < '3.13'")) == ['a[x,y]>=1 ; python_version < "3.13"']


def test_files_include_others_relative_to_themselves(tmp_path: Path) -> None:
    request = read(
        tmp_path,
        "-r sub/one.txt\n--requirement=sub/two.txt\n-csub/limits.txt\na\n",
        sub__one="b\n-r three.txt\n",
        sub__two="c\n",
        sub__three="d\n",
        sub__limits="urllib3<2\n-r more.txt\n",
        sub__more="idna<3\n",
    )
    assert texts(request) == ["b", "d", "c", "a"]
    assert [item.text for item in request.constraints] == ["urllib3<2", "idna<3"]
    assert request.requirements[1].where == at(1, 1, "d", "d", file="sub/three.txt")
    names = ["requirements", "sub/one", "sub/three", "sub/two", "sub/limits", "sub/more"]
    assert [path for path in request.files if path.suffix == ".txt"] == [tmp_path / f"{name}.txt" for name in names]


def test_a_missing_file_is_named_with_the_line_that_wants_it(tmp_path: Path) -> None:
    assert problems(tmp_path, "a\n-r sub/none.txt\n") == (
        Diagnostic(
            code="REQ010",
            message="`sub/none.txt` cannot be read: No such file or directory",
            location=at(2, 4, "sub/none.txt", "-r sub/none.txt"),
            hint="paths are relative to the file that names them",
        ),
    )


def test_the_file_itself_may_be_missing(tmp_path: Path) -> None:
    (found,) = problems(tmp_path)
    assert found.message == "`requirements.txt` cannot be read: No such file or directory"
    assert found.location == plans.location()


def test_files_that_include_each_other(tmp_path: Path) -> None:
    assert problems(tmp_path, "-r other.txt\n", other="-c requirements.txt\n") == (
        Diagnostic(
            code="REQ012",
            message="`requirements.txt` includes itself",
            location=at(1, 4, "requirements.txt", "-c requirements.txt", file="other.txt"),
            hint="take out one of the two lines",
        ),
    )


def test_one_file_may_be_included_twice(tmp_path: Path) -> None:
    request = read(tmp_path, "-r other.txt\n-c other.txt\n", other="a\n")
    assert texts(request) == ["a"]
    assert [item.text for item in request.constraints] == ["a"]


@pytest.mark.parametrize(
    ("line", "why"),
    [("-r", ""), ("-r https://example.com/r.txt", ", not a URL"), ("-r a\0b", ", and no path holds a NUL character")],
)
def test_only_files_are_included(tmp_path: Path, line: str, why: str) -> None:
    (found,) = problems(tmp_path, line)
    assert (found.code, found.hint) == ("REQ015", "put the file beside this one")
    assert found.message == f"`-r` takes the path of a file{why}"


def test_the_environment_fills_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LF_VERSION", "1.5")
    request = read(tmp_path, "a==${LF_VERSION}\nb ; sys_platform != '$HOME'")
    assert texts(request) == ["a==1.5", 'b ; sys_platform != "$HOME"']


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    assert problems(tmp_path, "a==${LF_NOT_SET}\n") == (
        Diagnostic(
            code="REQ013",
            message="`LF_NOT_SET` is not set",
            location=at(1, 4, "${LF_NOT_SET}", "a==${LF_NOT_SET}"),
            hint="set `LF_NOT_SET`, or write the value itself: a lock should not depend on who makes it",
        ),
    )


@pytest.mark.parametrize(
    "content",
    [
        "a # ü\n".encode(),
        "\ufeffa # ü\n".encode(),
        "a # ü\n".encode("utf-16"),
        "# -*- coding: latin-1 -*-\na # ü\n".encode("latin-1"),
        b"a # x\r\n",
        b"a",
    ],
)
def test_encodings_that_pip_reads(tmp_path: Path, content: bytes) -> None:
    assert texts(read(tmp_path, content)) == ["a"]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("a # ü\n".encode("latin-1"), "UTF-8"),
        (b"# coding: martian\na\n", "MARTIAN"),
        (b"# coding: undefined\na\n", "UNDEFINED"),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, content: bytes, encoding: str) -> None:
    assert problems(tmp_path, content) == (
        Diagnostic(
            code="REQ011",
            message=f"`requirements.txt` is not text in {encoding}",
            location=Location(file="requirements.txt"),
            hint="save it as UTF-8, or name its encoding in its first line: `# -*- coding: latin-1 -*-`",
        ),
    )


@pytest.mark.parametrize(
    ("line", "option", "hint"),
    [
        ("-i https://u:p@example.com", "-i", INDEX_HINT.format("UV_DEFAULT_INDEX", "[[index]]")),
        ("--index-url=https://example.com", "--index-url", INDEX_HINT.format("UV_DEFAULT_INDEX", "[[index]]")),
        ("--extra-index-url https://e.com", "--extra-index-url", INDEX_HINT.format("UV_INDEX", "[[index]]")),
        ("--no-index", "--no-index", INDEX_HINT.format("UV_NO_INDEX", "no-index = true")),
        ("-f wheels", "-f", INDEX_HINT.format("UV_FIND_LINKS", "find-links")),
        ("--find-links=wheels", "--find-links", INDEX_HINT.format("UV_FIND_LINKS", "find-links")),
        ("--trusted-host h", "--trusted-host", "put `allow-insecure-host` into a `uv.toml` beside the spec"),
        (
            "--pre",
            "--pre",
            'put `prerelease = "allow"` into a `uv.toml` beside the spec, or ask for the version: `name==2.0rc1`',
        ),
        (
            "--no-binary :all:",
            "--no-binary",
            "layers are made of wheels only: build the wheel once and put it into an index",
        ),
        (
            "-e ./lib",
            "-e",
            (
                "own code goes under `include`; or build its wheel once, put it into an index or a folder that uv's"
                " `find-links` names, and ask for it as `name==version`"
            ),
        ),
        ("--use-feature=x", "--use-feature", "take the line out"),
    ],
)
def test_options_that_cannot_be_honoured(tmp_path: Path, line: str, option: str, hint: str) -> None:
    assert problems(tmp_path, f"a\n{line}\n") == (
        Diagnostic(code="REQ014", message=f"`{option}` cannot be honoured", location=at(2, 1, option, line), hint=hint),
    )


@pytest.mark.parametrize("line", ["--only-binary :all:", "--only-binary=:all:", "--prefer-binary"])
def test_options_that_are_honoured_anyway(tmp_path: Path, line: str) -> None:
    assert texts(read(tmp_path, f"{line}\na\n")) == ["a"]


def test_options_of_a_requirement_other_than_hashes(tmp_path: Path) -> None:
    line = "a==1 --config-settings x=y"
    assert problems(tmp_path, line) == (
        Diagnostic(
            code="REQ014",
            message="`--config-settings` cannot be honoured",
            location=at(1, 6, "--config-settings", line),
            hint="take it out: wheels are not built, so nothing would come of it",
        ),
    )


def test_hashes_are_kept_by_package(tmp_path: Path) -> None:
    text = f"a==1 \\\n    --hash=sha256:{A} \\\n    --hash sha256:{B.upper()}  # two\nb==2 --hash=sha256:{A}"
    request = read(tmp_path, text)
    assert request.hashes == {"a": frozenset({A, B}), "b": frozenset({A})}
    assert request.require_hashes
    assert not read(tmp_path, "a").require_hashes
    assert read(tmp_path, "--require-hashes\na").require_hashes


def test_hashes_change_the_digest(tmp_path: Path) -> None:
    assert read(tmp_path, f"a==1 --hash=sha256:{A}").digest != read(tmp_path, "a==1").digest


def test_hashes_of_other_kinds_need_a_sha256_beside_them(tmp_path: Path) -> None:
    assert read(tmp_path, f"a==1 --hash=sha512:{A}{B} --hash=sha256:{A}").hashes == {"a": frozenset({A})}
    assert problems(tmp_path, f"a==1 --hash=sha512:{A}{B}") == (
        Diagnostic(
            code="REQ018",
            message="`a` has no sha256 hash, and a lock knows files by their sha256",
            location=at(1, 1, "a==1", f"a==1 --hash=sha512:{A}{B}"),
            hint="add the sha256: `pip-compile --generate-hashes` and `uv pip compile --generate-hashes` write it",
        ),
    )


def test_a_hash_that_is_none(tmp_path: Path) -> None:
    line = f"a==1 --hash=sha256:{A} --hash=md5:abc"
    assert problems(tmp_path, line) == (
        Diagnostic(
            code="REQ017",
            message="`md5:abc` is no hash",
            location=at(1, line.index("md5") + 1, "md5:abc", line),
            hint="a hash reads `--hash=sha256:` and 64 hexadecimal digits",
        ),
    )


def test_a_sha256_of_another_length_is_no_hash_whatever_stands_beside_it(tmp_path: Path) -> None:
    for line in (f"a==1 --hash=sha256:abc --hash=sha256:{A}", "a==1 --hash=sha256:abc"):
        assert problems(tmp_path, line) == (
            Diagnostic(
                code="REQ017",
                message="`sha256:abc` is no hash",
                location=at(1, 13, "sha256:abc", line),
                hint="a hash reads `--hash=sha256:` and 64 hexadecimal digits",
            ),
        )


def test_what_a_variable_holds_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    found = problems(
        tmp_path, "a @ https://${TOKEN}@example.com/a b\nc d ${TOKEN}\nhttps://u:${TOKEN}@example.com/a.whl\n"
    )
    assert [item.code for item in found] == ["REQ001", "REQ001", "REQ003"]
    assert "`a @ https://${TOKEN}@example.com/a b` is no requirement" in found[0].message
    assert "`c d ${TOKEN}` is no requirement" in found[1].message
    assert "s3cret" not in repr(found)


def test_a_constraint_has_no_extras(tmp_path: Path) -> None:
    assert problems(tmp_path, "a\n-c limits.txt", limits="b[x]<2") == (
        Diagnostic(
            code="REQ016",
            message="the constraint on `b` has an extra",
            location=at(1, 1, "b[x]<2", "b[x]<2", file="limits.txt"),
            hint="constraints limit versions: leave the extra out",
        ),
    )


def test_all_problems_of_all_files_come_at_once_with_their_lines(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "a==1\n-e .\n-r sub/more.txt\ngit+https://example.com/x\nb=1\n",
        sub__more="c\n\n./local\n",
    )
    shown = [(item.code, item.location.file, item.location.line) for item in found if item.location]
    assert shown == [
        ("REQ014", "requirements.txt", 2),
        ("REQ003", "sub/more.txt", 3),
        ("REQ002", "requirements.txt", 4),
        ("REQ001", "requirements.txt", 5),
    ]


def test_a_file_elsewhere_is_shown_as_the_spec_reaches_it(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "r.txt").write_text("-e .")
    content = plans.source(requirements="../services/r.txt")
    (tmp_path / "infra").mkdir()
    with pytest.raises(SpecError) as caught:
        read_request(plans.layer(spec=tmp_path / "infra" / "layers.yaml", content=content))
    assert caught.value.diagnostics[0].location == at(1, 1, "-e", "-e .", file="../services/r.txt")
