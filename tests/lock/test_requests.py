"""What a layer asks for, when the spec lists it; and the digest over any request."""

import os
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.diagnostics import Diagnostic, Location, SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.asked import Asked, read_requirement
from layerforge.lock.requests import Request, read_request, settings_root
from layerforge.lock.targets import platform_of
from layerforge.names import PackageName
from layerforge.plan.types import RequirementFile
from support import plans

WHEEL = (
    "build its wheel once (`pip wheel --no-deps …`), put it into an index or a folder that uv's `find-links` names, and"
    " ask for it as `name==version`"
)
OWN = (
    "own code goes under `include`; or build its wheel once, put it into an index or a folder that uv's `find-links`"
    " names, and ask for it as `name==version`"
)


def request(folder: Path, *requirements: str, runtimes: Sequence[str] = ("python3.12",)) -> Request:
    content = plans.source(requirements=requirements)
    return read_request(plans.layer(runtimes=runtimes, content=content, spec=folder / "layers.yaml"))


def place(text: str) -> Location:
    line = f"      - {text}"
    return Location(file="layers.yaml", line=7, column=9, length=len(text), text=line, path="layers.a.source")


def refused(text: str) -> Diagnostic:
    found = read_requirement(text, place(text))
    assert isinstance(found, Diagnostic)
    return found


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("requests", "requests"),
        ("Ruamel.YAML == 0.18.6", "ruamel-yaml==0.18.6"),
        ("a[Z, b_c]>=1,<2", "a[b-c,z]<2,>=1"),
        ('tomli>=1.1; python_version<"3.11"', 'tomli>=1.1 ; python_version < "3.11"'),
        ("a===1.0", "a===1.0"),
        ("a ~= 1.4.2", "a~=1.4.2"),
        ("a (>=1)", "a>=1"),
    ],
)
def test_a_requirement_has_one_spelling(written: str, normal: str) -> None:
    found = read_requirement(written, place(written))
    assert isinstance(found, Asked)
    assert found.text == normal


def test_a_malformed_requirement_is_shown_where_it_goes_wrong() -> None:
    found = refused("pandas 2.2.2")
    assert found.code == "REQ001"
    assert found.message == (
        "`pandas 2.2.2` is no requirement: expected semicolon (after name with no version specifier) or end"
    )
    assert found.location == replace(place("pandas 2.2.2"), column=16, length=1)
    assert found.hint == (
        "a requirement reads like `name==1.2.3`, `name[extra]>=1,<2` or `name>=1 ; python_version < '3.12'`"
    )


def test_one_equals_sign_is_the_commonest_mistake() -> None:
    assert refused("pandas=2.2.2").hint == "a version is pinned with two signs: `==`"


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        (
            "git+https://example.com/a.git",
            "REQ002",
            "the requirement comes from version control, so it would have to be built on this machine",
            WHEEL,
        ),
        (
            "a @ git+ssh://git@example.com/a.git@v1",
            "REQ002",
            "`a` comes from version control, so it would have to be built on this machine",
            WHEEL,
        ),
        (
            "./libs/a",
            "REQ003",
            "the requirement is a local folder, so it would have to be built on this machine",
            OWN,
        ),
        (
            "libs/a",
            "REQ003",
            "the requirement is a local folder, so it would have to be built on this machine",
            OWN,
        ),
        ("./dist/a-1.0-py3-none-any.whl", "REQ003", "the requirement is a local file", WHEEL),
        (
            "a @ file:///src/a",
            "REQ003",
            "`a` is a local folder, so it would have to be built on this machine",
            OWN,
        ),
        (
            "a @ https://example.com/a-1.0-py3-none-any.whl",
            "REQ003",
            "`a` is asked for by URL: a lock names packages by version, so that any index or folder may serve them",
            "put the wheel into an index or a folder that uv's `find-links` names, and ask for it as `name==version`",
        ),
        (
            "https://example.com/a-1.0-py3-none-any.whl",
            "REQ003",
            "a requirement by URL: a lock names packages by version, so that any index or folder may serve them",
            "put the wheel into an index or a folder that uv's `find-links` names, and ask for it as `name==version`",
        ),
        (
            "a; extra == 'all'",
            "REQ004",
            "the marker of `a` asks for an `extra`, so the requirement would never hold",
            "ask for the extra itself, such as `other[a]`, or drop the marker",
        ),
        (
            "a; platform_release >= '5.10'",
            "REQ005",
            "the marker of `a` asks for the kernel's release or version, which Lambda does not promise",
            "use `python_version`, `platform_machine` or another marker that a runtime fixes",
        ),
        (
            "a; 'Ubuntu' in platform_version",
            "REQ005",
            "the marker of `a` asks for the kernel's release or version, which Lambda does not promise",
            "use `python_version`, `platform_machine` or another marker that a runtime fixes",
        ),
    ],
)
def test_what_no_index_can_serve_is_refused_with_the_way_out(text: str, code: str, message: str, hint: str) -> None:
    assert refused(text) == Diagnostic(code=code, message=message, location=place(text), hint=hint)


def test_words_within_quotes_are_no_markers() -> None:
    found = read_requirement("a; sys_platform != 'platform_release extra'", place("a"))
    assert isinstance(found, Asked)


def test_all_problems_of_a_list_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        request(tmp_path, "a==", "b", "git+https://example.com/c", "d=1")
    assert [item.code for item in caught.value.diagnostics] == ["REQ001", "REQ002", "REQ001"]


@given(st.lists(st.sampled_from(["a", "b==1", "c[x]>2", "d<3; python_version<'3.13'"]), unique=True), st.randoms())
def test_the_digest_does_not_depend_on_order(items: list[str], shuffle: random.Random) -> None:
    mixed = list(items)
    shuffle.shuffle(mixed)
    folder = Path("/nowhere/at/all")
    assert request(folder, *mixed).digest == request(folder, *items).digest


def test_the_digest_depends_on_meaning_not_on_spelling(tmp_path: Path) -> None:
    digest = request(tmp_path, "Pandas == 2.2.2").digest
    assert request(tmp_path, "pandas==2.2.2").digest == digest
    assert request(tmp_path, "pandas==2.2.3").digest != digest


def test_the_digest_follows_the_targets(tmp_path: Path) -> None:
    both = request(tmp_path, "a", runtimes=["python3.12", "python3.13"]).digest
    assert request(tmp_path, "a", runtimes=["python3.13", "python3.12"]).digest == both
    assert request(tmp_path, "a").digest != both


def test_the_digest_follows_settings_that_change_results_and_no_url(tmp_path: Path) -> None:
    plain = request(tmp_path, "a").digest
    settings = tmp_path / "uv.toml"
    settings.write_text('find-links = ["wheels"]\n[[index]]\nurl = "https://user:secret@packages.example/simple"\n')
    assert request(tmp_path, "a").digest == plain
    for line in ('exclude-newer = "2025-01-01"', 'constraint-dependencies = ["b<2"]', 'prerelease = "allow"'):
        settings.write_text(line)
        assert request(tmp_path, "a").digest != plain


def test_the_order_of_constraints_in_settings_does_not_matter(tmp_path: Path) -> None:
    settings = tmp_path / "uv.toml"
    settings.write_text('constraint-dependencies = ["b<2", "c<3"]')
    first = request(tmp_path, "a").digest
    settings.write_text('constraint-dependencies = ["c<3", "b<2"]')
    assert request(tmp_path, "a").digest == first


def test_what_is_wanted_in_an_environment(tmp_path: Path) -> None:
    found = request(tmp_path, "a[x,y]>1", "b; python_version<'3.12'", "c; platform_machine=='x86_64'")
    target = plans.targets(["python3.12"], ["x86_64"])[0]
    environment = platform_of(target, load_facts()).environment
    assert found.wanted(environment) == ((PackageName("a"), ("x", "y")), (PackageName("c"), ()))


def test_files_that_are_looked_at_include_settings_that_are_not_there_yet(tmp_path: Path) -> None:
    assert request(tmp_path, "a").files[:2] == (tmp_path / "uv.toml", tmp_path / "pyproject.toml")


def test_settings_are_those_of_the_folder_of_the_file_that_asks(tmp_path: Path) -> None:
    layer = plans.layer(spec=tmp_path / "layers.yaml", content=plans.source(requirements="services/api/pyproject.toml"))
    assert isinstance(layer.source.requirements, RequirementFile)
    assert settings_root(layer) == tmp_path / "services" / "api"
    assert settings_root(plans.layer(spec=tmp_path / "layers.yaml")) == tmp_path


def test_a_source_that_is_no_index_is_refused_where_it_is_asked_for(tmp_path: Path) -> None:
    origin = tmp_path / "pyproject.toml"
    origin.write_text(
        "[tool.uv.sources]\nA_b = {path = 'libs/ab'}\ngit = {git = 'https://example.com/git'}\nx = {workspace = true}"
    )
    with pytest.raises(SpecError) as caught:
        request(tmp_path, "a.b", "git")
    notes = (f"the source stands in {origin}",)
    where = plans.location()
    assert caught.value.diagnostics == (
        Diagnostic(
            code="REQ031",
            message="`[tool.uv.sources]` takes `a-b` from a local folder",
            location=where,
            hint=OWN,
            notes=notes,
        ),
        Diagnostic(
            code="REQ031",
            message="`[tool.uv.sources]` takes `git` from no index",
            location=where,
            hint=WHEEL,
            notes=notes,
        ),
    )


def test_a_package_may_be_pinned_to_an_index(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.uv.sources]\na = [{index = 'one', marker = \"sys_platform == 'linux'\"}, {index = 'gpu', extra = 'gpu'}]"
    )
    assert request(tmp_path, "a").sources == {"a": [{"index": "one", "marker": "sys_platform == 'linux'"}]}


@pytest.mark.parametrize("name", ["poetry.lock", "setup.cfg", "Pipfile.lock", "thing.toml", "setup.py"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, name: str) -> None:
    layer = plans.layer(spec=tmp_path / "layers.yaml", content=plans.source(requirements=name))
    with pytest.raises(SpecError) as caught:
        read_request(layer)
    assert caught.value.diagnostics == (
        Diagnostic(
            code="REQ030",
            message=f"`{name}` is no kind of file that requirements come from",
            location=plans.location(),
            hint="it takes a requirements.txt, a `pyproject.toml`, a `uv.lock`, a `pylock.toml` or a"
            " `pylock.<name>.toml`",
        ),
    )


@pytest.mark.parametrize("name", ["requirements.txt", "pylock.toml", "uv.lock", "pyproject.toml", "layers.txt"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    asked = RequirementFile(path=name, extras=(), groups=(), where=plans.location())
    content = replace(plans.source(), requirements=asked)
    with pytest.raises(SpecError) as caught:
        read_request(plans.layer(spec=tmp_path / "layers.yaml", content=content))
    assert [item.message for item in caught.value.diagnostics] == [f"`{name}` cannot be read: it is no regular file"]
