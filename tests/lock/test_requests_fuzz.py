"""Whatever stands in a requirements file, a project or a settings file: a request or diagnostics, never a traceback."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.diagnostics import SpecError
from layerforge.lock.requests import Request, read_request
from layerforge.plan.types import RequirementFile
from support import plans

Read = Callable[[str, bytes], Request | SpecError]

PIECES = st.sampled_from(
    (
        *("a", "==1", ">=1,<2", "[x,y]", " ", "\n", "\\\n", "#", "-r ", "-c", "-e ", "--hash=sha256:", "0" * 64, "; "),
        *("python_version<'3.9'", "extra", "@", "https://example.com/a.whl", "git+", "./", "${X}", "é", "\ufeff", "\t"),
        *(
            "requirements.txt",
            "--",
            "-",
            "=",
            "[",
            "]",
            "\x00",
            "--index-url=x",
            "platform_release",
            "\u2028",
            "file:///",
        ),
        *("\r", "'", '"'),
    )
)
VALUES = st.recursive(
    st.none().flatmap(lambda _: st.sampled_from(["a", "a==1", "b ;", "none", "../x", "dev", 1, 1.5, True])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "index", "path", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
PROJECT_KEYS = ["name", "dependencies", "optional-dependencies", "dynamic"]
UV_KEYS = [
    "index",
    "find-links",
    "sources",
    "constraint-dependencies",
    "workspace",
    "index-url",
    "cache-dir",
    "no-sources",
]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def one(name: str, content: bytes) -> Request | SpecError:
        (tmp_path / name).write_bytes(content)
        asked = RequirementFile(
            path=name if name != "uv.toml" else "requirements.txt",
            extras=("a",) if name == "pyproject.toml" else (),
            groups=("dev",) if name == "pyproject.toml" else (),
            where=plans.location(),
        )
        content_of = replace(plans.source(), requirements=asked)
        layer = plans.layer(spec=tmp_path / "layers.yaml", content=content_of)
        try:
            return read_request(layer)
        except SpecError as error:
            found = error
        assert found.diagnostics
        assert all(item.message and item.hint for item in found.diagnostics)
        return found

    return one


FREE = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], max_examples=300)


@FREE
@given(text=st.lists(PIECES, max_size=12).map("".join))
def test_requirements_files(read: Read, text: str) -> None:
    read("requirements.txt", text.encode())


@FREE
@given(content=st.binary(max_size=40))
def test_bytes(read: Read, content: bytes) -> None:
    read("requirements.txt", content)


@FREE
@given(
    project=st.dictionaries(st.sampled_from(PROJECT_KEYS), VALUES, max_size=4) | VALUES,
    groups=st.dictionaries(st.sampled_from(["dev", "a"]), VALUES, max_size=2) | VALUES,
    uv=st.dictionaries(st.sampled_from(UV_KEYS), VALUES, max_size=4) | VALUES,
)
def test_projects(read: Read, project: object, groups: object, uv: object) -> None:
    table = {"project": project, "dependency-groups": groups, "tool": {"uv": uv}}
    read("pyproject.toml", tomli_w.dumps(table).encode())


@FREE
@given(table=st.dictionaries(st.sampled_from(UV_KEYS), VALUES, max_size=4))
def test_settings(read: Read, table: dict[str, object]) -> None:
    read("requirements.txt", b"a\n")
    read("uv.toml", tomli_w.dumps(table).encode())


@FREE
@given(
    table=st.dictionaries(st.sampled_from(["lock-version", "created-by", "packages", "extras"]), VALUES, max_size=4),
)
def test_lock_files(read: Read, table: dict[str, object]) -> None:
    read("pylock.toml", tomli_w.dumps({"lock-version": "1.0", "created-by": "x", **table}).encode())
