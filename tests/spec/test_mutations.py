"""Whatever stands in a spec, the answer is diagnostics or a plan, never another exception."""

# ruff: noqa: ANN401 - mutations take any part of a document

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Diagnostic, Severity, SpecError
from layerforge.facts.load import load_facts
from layerforge.names import LAYER_NAME
from layerforge.plan.make import make_plan
from layerforge.plan.types import Plan
from layerforge.spec.load import load_spec
from layerforge.spec.schema import schema_text
from layerforge.spec.text import LINE_BREAK
from support.specs import TODAY

HOW_MANY = 10_000 if os.environ.get("CI") else 2_000
"""Mutated specs in a run, half of them mutated as data and half as text; `CI=1` asks for all of them."""

SPEC: dict[str, Any] = {
    "version": "1",
    "defaults": {
        "runtimes": ["python3.12"],
        "architectures": ["arm64"],
        "license": "MIT",
        "grants": ["public"],
        "publish": {"ssm": "/layers"},
        "source": {"exclude": ["**/tests/**"]},
    },
    "layers": {
        "data-science": {
            "description": "pandas, numpy and pyarrow",
            "release": "2.3.0",
            "runtimes": ["python3.12", "python3.13"],
            "architectures": ["x86_64", "arm64"],
            "split": "architecture",
            "source": {
                "ecosystem": "python",
                "requirements": ["pandas==2.2.2", "numpy==1.26.4"],
                "include": ["src/shared_utils", {"path": "src", "to": "."}],
                "exclude": ["**/tests/**"],
                "prefer": ["numpy"],
                "executable": ["bin/*"],
            },
            "grants": [{"organization": "o-abc123def4"}, {"account": "111122223333"}],
            "publish": {"via": "s3", "ssm": "/layers/data-science"},
        },
        "web": {
            "license": None,
            "split": "none",
            "source": {"ecosystem": "python", "requirements": {"file": "uv.lock", "extras": ["a"], "groups": ["b"]}},
        },
        "own": {"source": {"ecosystem": "python", "requirements": "requirements.txt"}},
    },
}
WORDS = [
    *(Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split()),
    *("", " ", "\n", "a\nb", "\t", "\x00", "\x1b", "\u202e", "\u2028", "\ufeff", "\x85", "e\u0301", "a b"),
    *("x" * 140, "y" * 257, "z" * 513, "/" + "/".join("abcdefghijklmnopq")),
]
FITTING = {
    "runtimes": ["python3.8", "python3.7", "python3.15", "python3.16", "python31.2", "nodejs22.x", "python312"],
    "split": ["target", "architecture", "none"],
    "ssm": ["/layers", "/layers/web", "/a/b/c/d/e/f/g/h/i/j/k/l/m/n", "/" + "x" * 940],
    "architectures": ["arm64", "x86_64"],
    "grants": ["public"],
    "license": ["z" * 513, "é" * 257],
    "description": ["y" * 257, "é" * 250],
    "layers": ["Web", "data-science-arm64", "x" * 140, "web"],
}
"""Words that are right where they stand, and may break a rule of the plan's."""

VALUES: list[Any] = [
    None,
    *([], {}, [None], [[]], {"a": None}, [{}], [["a"]], {"": ""}, {"path": "a"}, {"file": None}, {"account": []}),
    *(
        [[[[[[[[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]]]]]]],
        {"organization": "o-abc123def4", "account": "1"},
        {"public": None},
    ),
]
PIECES = [
    *(
        "*",
        "&a ",
        "&a",
        "*a",
        "!t ",
        "!!int ",
        "- ",
        ": ",
        "\t",
        "\n",
        "{",
        "}",
        "[",
        "]",
        '"',
        "'",
        "<<: ",
        "? ",
        "---\n",
    ),
    *(
        "...\n",
        "%YAML 1.1\n",
        "%",
        "#",
        " #",
        "|",
        ">",
        "|2-\n",
        ",",
        "  ",
        "\r",
        "\r\n",
        "\x00",
        "\x1b",
        "\ufeff",
        "é",
    ),
    *(
        "🎉",
        "\u2028",
        "\x85",
        "\\",
        '"\\x00"',
        '"\\ud800"',
        "~",
        "null",
        "@",
        "`",
        "=",
        "0x1F",
        "1_000",
        "\ud7ff",
        "\U0010ffff",
    ),
]
_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./=-]*", re.ASCII)
_folder = tempfile.TemporaryDirectory(prefix="layerforge-mutations-")
_editor = jsonschema.Draft7Validator(json.loads(schema_text()))


def written(value: Any, indent: int = 0) -> str:
    """Return a value as YAML: blocks, and plain scalars where they can be."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        return "".join(f"\n{pad}{scalar(key)}: {written(item, indent + 1)}" for key, item in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{pad}- {written(item, indent + 1)}" for item in value)
    return scalar(value) if isinstance(value, str) else "" if value is None else "{}" if value == {} else "[]"


def scalar(text: str) -> str:
    """Return a text as a plain scalar, or in quotes."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a document as its container and its key or index."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, dict | list):
            yield from places(item)


TEXT = written(SPEC).lstrip("\n") + "\n"


def rename(container: Any, key: Any, _value: Any, word: str) -> None:
    if isinstance(container, dict):
        container[word] = container.pop(key)


def repeat(container: Any, key: Any, _value: Any, _word: str) -> None:
    if isinstance(container, list):
        container.append(deepcopy(container[key]))


def insert(container: Any, _key: Any, value: Any, word: str) -> None:
    if isinstance(container, dict):
        container[word] = value
    else:
        container.append(value)


def fit(container: Any, key: Any, _value: Any, word: str) -> None:
    """Put another word into all places that have words of their own; only a few rules are broken at once."""
    for field, words in FITTING.items():
        if isinstance(container, dict) and field == key:
            fitting = words[len(word) % len(words)]
            if key == "layers" and isinstance(container[key], dict):
                container[key][fitting] = {"source": {"ecosystem": "python", "requirements": ["a"]}}
            else:
                container[key] = [fitting, *container[key][1:]] if isinstance(container[key], list) else fitting


MUTATIONS: list[Callable[[Any, Any, Any, str], None]] = [
    lambda container, key, _value, _word: container.pop(key),
    lambda container, key, value, _word: container.__setitem__(key, value),
    lambda container, key, _value, word: container.__setitem__(key, word),
    lambda container, key, _value, _word: container.__setitem__(key, [container[key]]),
    rename,
    repeat,
    insert,
    *[fit] * 6,
]
VALUE = st.one_of(st.sampled_from(WORDS), st.sampled_from(VALUES), st.text(max_size=20))
CHANGE = st.tuples(st.integers(0, 200), st.sampled_from(MUTATIONS), VALUE, st.sampled_from(WORDS))
EDIT = st.tuples(st.integers(0, 2000), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.sampled_from(WORDS)))


@settings(max_examples=HOW_MANY // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGE, min_size=1, max_size=4))
def test_a_spec_with_other_data_gives_diagnostics_or_a_plan(changes: list[Any]) -> None:
    data = deepcopy(SPEC)
    for number, mutate, value, word in changes:
        everywhere = list(places(data))
        if everywhere:
            mutate(*everywhere[number % len(everywhere)], deepcopy(value), word)
    text = written(data).lstrip("\n") + "\n"
    if judge(text) is not None:
        assert underlined(text) == []


@settings(max_examples=HOW_MANY // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EDIT, min_size=1, max_size=6))
def test_a_spec_with_another_text_gives_diagnostics_or_a_plan(edits: list[tuple[int, int, str]]) -> None:
    text = TEXT
    for number, length, piece in edits:
        start = number % (len(text) + 1)
        text = text[:start] + piece + text[start + length :]
    judge(text)


def test_the_spec_itself_is_right() -> None:
    assert judge(TEXT) is not None
    assert underlined(TEXT) == []


def judge(text: str) -> Plan | None:
    """Return the plan of a text, or ``None`` after a look at the diagnostics."""
    path = Path(_folder.name, "layers.yaml")
    path.write_bytes(text.encode(errors="surrogatepass"))
    plan, found = None, ()
    try:
        plan = make_plan([load_spec(path, shown="layers.yaml")], load_facts(), TODAY)
    except SpecError as error:
        found = error.diagnostics
    check(plan.warnings if plan is not None else found, text)
    if plan is None:
        assert any(one.severity is Severity.ERROR for one in found)
        return None
    for layer in plan.layers:
        for unit in layer.units:
            assert LAYER_NAME.fullmatch(unit.aws_name)
            assert re.fullmatch("[a-z][a-z0-9_]*", unit.address)
    return plan


def check(diagnostics: Iterable[Diagnostic], text: str) -> None:
    """Hold diagnostics against what all of them promise."""
    lines = LINE_BREAK.split(text.removeprefix("\ufeff"))
    for one in diagnostics:
        assert re.fullmatch(r"(SPEC|PLAN)\d{3}", one.code)
        assert not one.message.endswith(".")
        assert "is not right" not in one.message, "an error of Pydantic's that has no words of ours"
        assert "None" not in f"{one.message} {one.hint}"
        where = one.location
        assert where is not None
        if where.line is not None and where.column is not None and where.text is not None:
            assert len(where.text) == len(lines[where.line - 1])
            assert 1 <= where.column <= len(where.text) + 1
    assert bool(render_diagnostics(diagnostics)) == bool(diagnostics)


def underlined(text: str) -> list[str]:
    """Return what an editor would underline in a text that can be planned."""
    try:
        data = json.loads(json.dumps(yaml.safe_load(text)))
    except (yaml.YAMLError, TypeError, ValueError):
        return []  # YAML's own typing makes something else of it than JSON knows: a date, a binary, …
    return [error.message for error in _editor.iter_errors(data)]
