"""pyproject.toml and pylock.toml as what a layer asks for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.lock.requests import Request, read_request
from layerforge.plan.types import RequirementFile
from support import plans

PROJECT = dedent(
    """\
    [project]
    name = "My.Service"
    dependencies = ["requests==2.32.3", 'rich>13 ; python_version < "3.13"']

    [project.optional-dependencies]
    aws = ["boto3"]
    all = ["my-service[aws, More_Things]", "six"]
    more-things = ["attrs"]

    [dependency-groups]
    lint = ["ruff"]
    dev = ["pytest", {include-group = "lint"}]
    """
)


def read(
    folder: Path, text: str, *, extras: Sequence[str] = (), groups: Sequence[str] = (), name: str = "pyproject.toml"
) -> Request:
    (folder / name).write_text(text)
    asked = RequirementFile(path=name, extras=tuple(extras), groups=tuple(groups), where=plans.location())
    layer = plans.layer(spec=folder / "layers.yaml", content=replace(plans.source(), requirements=asked))
    return read_request(layer)


def problems(folder: Path, text: str, **how: object) -> tuple[Diagnostic, ...]:
    with pytest.raises(SpecError) as caught:
        read(folder, text, **how)  # type: ignore[arg-type]
    return caught.value.diagnostics


def names(request: Request) -> list[str]:
    return [item.name for item in request.requirements]


def test_dependencies_of_a_project_with_their_places(tmp_path: Path) -> None:
    request = read(tmp_path, PROJECT)
    assert [item.text for item in request.requirements] == ["requests==2.32.3", 'rich>13 ; python_version < "3.13"']
    line = PROJECT.splitlines()[2]
    written = 'rich>13 ; python_version < "3.13"'
    assert [item.where for item in request.requirements] == [
        Location(file="pyproject.toml", line=3, column=18, length=16, text=line),
        Location(file="pyproject.toml", line=3, column=line.index("rich") + 1, length=len(written), text=line),
    ]


@pytest.mark.parametrize(
    ("extras", "groups", "expected"),
    [
        (["aws"], [], ["requests", "rich", "boto3"]),
        (["all"], [], ["requests", "rich", "boto3", "attrs", "six"]),
        (["More.Things"], [], ["requests", "rich", "attrs"]),
        ([], ["dev"], ["pytest", "ruff"]),
        (["aws"], ["lint"], ["ruff", "requests", "rich", "boto3"]),
    ],
)
def test_extras_and_groups(tmp_path: Path, extras: list[str], groups: list[str], expected: list[str]) -> None:
    assert names(read(tmp_path, PROJECT, extras=extras, groups=groups)) == expected


ITSELF = dedent(
    """\
    [project]
    name = "My.Service"
    dependencies = ["requests", "my-service[fast]"]

    [project.optional-dependencies]
    fast = ["orjson", "my_service[deep, fast]>=1 ; python_version >= '3.12'"]
    deep = ["six", "attrs ; sys_platform == 'linux' or python_version < '3'"]

    [dependency-groups]
    dev = ["my-service[deep]", "pytest"]
    """
)


def test_a_project_that_asks_for_itself_asks_for_its_dependencies_and_extras(tmp_path: Path) -> None:
    new = 'python_version >= "3.12"'
    own = [
        "requests",
        "orjson",
        f"six ; {new}",
        f'attrs ; {new} and (sys_platform == "linux" or python_version < "3")',
    ]
    assert [item.text for item in read(tmp_path, ITSELF).requirements] == own
    everything = read(tmp_path, ITSELF, extras=["fast"]).requirements
    assert {item.text for item in everything} == set(own)
    group = read(tmp_path, ITSELF, groups=["dev"]).requirements
    deep = ["six", 'attrs ; sys_platform == "linux" or python_version < "3"']
    assert [item.text for item in group] == [*own, *deep, "pytest"]


def test_a_project_that_asks_for_an_extra_that_it_has_not(tmp_path: Path) -> None:
    text = '[project]\nname = "a"\ndependencies = ["a[x]", "A[x]"]\noptional-dependencies = {y = []}\n'
    (found,) = problems(tmp_path, text)
    assert (found.code, found.message, found.hint) == ("REQ023", "`pyproject.toml` has no extra `x`", "it has: `y`")


def test_a_project_without_dependencies_asks_for_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, '[project]\nname = "a"\n').requirements == ()


@pytest.mark.parametrize(
    ("how", "code", "message", "hint"),
    [
        ({"extras": ["none"]}, "REQ023", "`pyproject.toml` has no extra `none`", "it has: `all`, `aws`, `more-things`"),
        ({"groups": ["none"]}, "REQ024", "`pyproject.toml` has no dependency group `none`", "it has: `dev`, `lint`"),
    ],
)
def test_an_extra_or_group_that_is_not_there(
    tmp_path: Path, how: dict[str, list[str]], code: str, message: str, hint: str
) -> None:
    assert problems(tmp_path, PROJECT, **how) == (
        Diagnostic(code=code, message=message, location=plans.location(), hint=hint),
    )


def test_dynamic_dependencies(tmp_path: Path) -> None:
    text = '[project]\nname = "a"\ndynamic = ["version", "dependencies", "optional-dependencies"]\n'
    (found,) = problems(tmp_path, text)
    assert found == Diagnostic(
        code="REQ022",
        message="the project's `dependencies` are dynamic: its build backend would have to be run to know them",
        location=Location(file="pyproject.toml", line=3, column=24, length=12, text=text.splitlines()[2]),
        hint="write them into `[project] dependencies`, or name the file that they come from, such as requirements.txt",
    )
    both = problems(tmp_path, text, extras=["x"])
    assert [item.code for item in both] == ["REQ022", "REQ022", "REQ023"]


def test_a_pyproject_without_a_project(tmp_path: Path) -> None:
    text = '[dependency-groups]\ndev = ["a"]\n'
    assert names(read(tmp_path, text, groups=["dev"])) == ["a"]
    assert problems(tmp_path, text) == (
        Diagnostic(
            code="REQ021",
            message="`pyproject.toml` has no `[project]` table",
            location=Location(file="pyproject.toml"),
            hint="name a `group` of its `[dependency-groups]`, or list the requirements in the spec",
        ),
    )


def test_groups_that_include_each_other(tmp_path: Path) -> None:
    text = '[dependency-groups]\na = [{include-group = "b"}]\nb = [{include-group = "a"}]\n'
    (found,) = problems(tmp_path, text, groups=["a"])
    assert (found.code, found.message, found.hint) == (
        "REQ025",
        "the dependency groups include each other: a → b → a",
        "break the circle",
    )


def test_a_group_that_includes_none(tmp_path: Path) -> None:
    text = '[dependency-groups]\na = [{include-group = "zz"}]\n'
    (found,) = problems(tmp_path, text, groups=["a"])
    assert found.message == "`pyproject.toml` has no dependency group `zz`"
    assert found.location == Location(
        file="pyproject.toml", line=2, column=24, length=2, text='a = [{include-group = "zz"}]'
    )


@pytest.mark.parametrize("item", ["{x = 1}", "{}", "{include-group = 1}", '{include-group = "b", x = 1}'])
def test_a_group_that_includes_in_another_shape(tmp_path: Path, item: str) -> None:
    (found,) = problems(tmp_path, f"[dependency-groups]\nb = []\na = [{item}]\n", groups=["a"])
    assert (found.code, found.message) == ("REQ027", "`a` is no list of requirements")


def test_problems_of_requirements_point_into_the_file(tmp_path: Path) -> None:
    text = '[project]\nname = "a"\ndependencies = [\n  "b",\n  "c @ git+https://example.com/c",\n  "d=1",\n]\n'
    found = problems(tmp_path, text)
    shown = [(item.code, item.location.line, item.location.column) for item in found if item.location]
    assert shown == [("REQ002", 5, 4), ("REQ001", 6, 5)]


@pytest.mark.parametrize(
    ("text", "name", "line"),
    [
        ('[project]\nname = "a"\ndependencies = "b"\n', "dependencies", 3),
        ('[project]\nname = "a"\ndependencies = ["b", 1]\n', "dependencies", 3),
        ('[project]\nname = "a"\n[project.optional-dependencies]\nx = "b"\n', "x", 4),
        ('[project]\nname = "a"\noptional-dependencies = 1\n', "optional-dependencies", 3),
    ],
)
def test_requirements_of_another_shape(tmp_path: Path, text: str, name: str, line: int) -> None:
    found = problems(tmp_path, text, extras=["x"])[0]
    assert (found.code, found.message) == ("REQ027", f"`{name}` is no list of requirements")
    assert found.hint == 'requirements are lists of texts: `dependencies = ["name==1.2.3"]`'
    assert found.location is not None
    assert found.location.line == line


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    assert problems(tmp_path, "[project\n") == (
        Diagnostic(
            code="UV030",
            message="uv's settings file is not TOML: Expected ']' at the end of a table declaration"
            " (at line 1, column 9)",
            location=Location(file=str(tmp_path / "pyproject.toml")),
            hint="`layerforge` carries uv's settings into what it resolves, so it has to read them",
        ),
    )


def test_a_lock_file_that_is_not_toml(tmp_path: Path) -> None:
    assert problems(tmp_path, "= 1\n", name="pylock.toml") == (
        Diagnostic(
            code="REQ020",
            message="`pylock.toml` is not TOML: Invalid statement",
            location=Location(file="pylock.toml", line=1, column=1),
            hint="mend the file; what made it can tell more",
        ),
    )


PYLOCK = dedent(
    """\
    lock-version = "1.0"
    created-by = "test"
    extras = ["all"]
    dependency-groups = ["dev"]

    [[packages]]
    name = "a"
    version = "1.0"
    wheels = [{url = "https://example.com/a-1.0-py3-none-any.whl", hashes = {sha256 = "%s"}}]
    """
    % ("a" * 64)
)


def test_a_pylock_is_taken_as_it_is(tmp_path: Path) -> None:
    for name in ("pylock.toml", "pylock.service.toml"):
        request = read(tmp_path, PYLOCK, name=name, extras=["all"], groups=["dev"])
        assert request.ready is not None
        assert request.ready.pylock is not None
        assert [package.name for package in request.ready.pylock.packages] == ["a"]


def test_the_digest_of_a_ready_file_follows_its_text_but_not_its_line_endings(tmp_path: Path) -> None:
    digest = read(tmp_path, PYLOCK, name="pylock.toml").digest
    (tmp_path / "pylock.toml").write_bytes(PYLOCK.replace("\n", "\r\n").encode())
    asked = RequirementFile(path="pylock.toml", where=plans.location())
    layer = plans.layer(spec=tmp_path / "layers.yaml", content=replace(plans.source(), requirements=asked))
    assert read_request(layer).digest == digest
    assert read(tmp_path, PYLOCK, name="pylock.toml", extras=["all"]).digest != digest
    assert read(tmp_path, PYLOCK.replace("test", "x"), name="pylock.toml").digest != digest


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            PYLOCK.replace('"1.0"\ncreated', '"2.0"\ncreated'),
            "`pylock.toml` cannot be used: pylock version 2.0 is not supported",
            "write it anew in version 1.0, such as by `uv export --format pylock.toml`",
        ),
        (
            'lock-version = "1.0"\n',
            "`pylock.toml` is no pylock file: Missing required value in 'created-by'",
            "make it anew by the tool that wrote it, such as `uv export --format pylock.toml`",
        ),
    ],
)
def test_a_pylock_that_cannot_be_used(tmp_path: Path, text: str, message: str, hint: str) -> None:
    assert problems(tmp_path, text, name="pylock.toml") == (
        Diagnostic(code="REQ026", message=message, location=Location(file="pylock.toml"), hint=hint),
    )


def test_extras_and_groups_that_a_pylock_does_not_have(tmp_path: Path) -> None:
    found = problems(tmp_path, PYLOCK, name="pylock.toml", extras=["x"], groups=["y"])
    assert [(item.code, item.message, item.hint) for item in found] == [
        ("REQ023", "`pylock.toml` has no extra `x`", "it has: `all`"),
        ("REQ024", "`pylock.toml` has no dependency group `y`", "it has: `dev`"),
    ]
