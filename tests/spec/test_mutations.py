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
from layerforge.diagnostics import Diagnostic, Severity
from layerforge.facts.load import load_facts
from layerforge.names import LAYER_NAME
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.function_types import Function, OwnLayer
from layerforge.plan.make import draw_plan
from layerforge.plan.types import Target
from layerforge.spec.load import read_spec
from layerforge.spec.pins import pins_path
from layerforge.spec.schema import schema_text
from layerforge.spec.text import LINE_BREAK
from support.specs import TODAY

HOW_MANY = 10_000 if os.environ.get("CI") else 2_000
"""Mutated specs in a run, half of them mutated as data and half as text; `CI=1` asks for all of them."""

TOOLS = "arn:aws:lambda:eu-west-1:017000801446:layer:tools:7"
MORE = "arn:aws:lambda:eu-west-1:444455556666:layer:more:12"
SPEC: dict[str, Any] = {
    "version": "1",
    "defaults": {
        "runtimes": ["python3.12"],
        "architectures": ["arm64"],
        "license": "MIT",
        "grants": ["public"],
        "publish": {"ssm": "/layers"},
        "source": {"exclude": ["**/tests/**"]},
        "functions": {
            "runtime": "python3.12",
            "architecture": "arm64",
            "handler": "handler.lambda_handler",
            "layers": ["own"],
            "memory": "256",
            "environment": {"LEVEL": "INFO"},
            "logs": {"retention_days": "30", "format": "JSON"},
            "tags": {"team": "data"},
            "via": "pushed",
        },
    },
    "regions": {"eu-west-1": "active", "us-east-1": {"state": "paused", "root": "deploy/us", "bucket": "my-bucket"}},
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
        "own": {
            "source": {"ecosystem": "python", "requirements": "requirements.txt"},
            "publish": {"via": "s3", "signing_profile": "platform_layers"},
        },
    },
    "externals": {
        "tools": {"arns": {"eu-west-1": TOOLS}, "size": "1000", "runtimes": ["python3.12"], "architectures": ["arm64"]}
    },
    "functions": {
        "api": {
            "description": "Takes orders",
            "handler": "orders/api.handle",
            "code": {"folder": "src/api", "exclude": ["**/tests/**"], "executable": ["bin/*"]},
            "layers": ["tools", "own", {"name": "data-science", "channel": "stable"}],
            "overrides": ["own"],
            "memory": "512",
            "timeout": "60",
            "ephemeral_storage": "512",
            "environment": {"LEVEL": None, "STAGE": "test"},
            "role": "arn:aws:iam::111122223333:role/api",
            "tracing": "false",
            "logs": {"format": "Text", "group": "/services/api"},
            "dead_letter": {"eu-west-1": "arn:aws:sqs:eu-west-1:111122223333:failures"},
            "vpc": {"eu-west-1": {"subnet_ids": ["subnet-0a"], "security_group_ids": ["sg-0a"]}},
            "reserved_concurrency": "1",
            "snap_start": "true",
            "kms_key": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "code_signing": "arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0a1b2c3d4e5f6a7b8",
            "publish": "true",
            "aliases": ["live"],
            "tags": {"stage": "test", "team": None},
            "via": "s3",
            "signing_profile": "platform_functions",
        },
        "worker": {"code": "src/worker", "logs": {"retention_days": "0"}},
        "bucketed": {"code": {"bucket": "my-code", "key": "a.zip", "version": "1", "sha256": "0a" * 32, "size": "7"}},
        "elsewhere": {"layers": [MORE, "web"]},
    },
}
PINS = {
    "version": 1,
    "channels": {
        "data-science": {
            "stable": {"arm64": {"eu-west-1": "arn:aws:lambda:eu-west-1:111122223333:layer:data-science-arm64:4"}}
        }
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
    "layers": ["Web", "data-science-arm64", "x" * 140, "web", MORE, "nobody", TOOLS, "tools"],
    "functions": ["own", "Api", "x" * 65, "web"],
    "regions": ["cn-north-1", "eu-west-9", "us-east-1", "us-gov-west-1"],
    "externals": ["own", "more"],
    "runtime": ["python3.8", "nodejs22.x", "java21", "go1.x", "rust1.0", "python3.16", "provided.al2023"],
    "architecture": ["x86_64", "arm64"],
    "handler": ["handler", "a.b", "a.B::c", "x" * 129],
    "memory": ["128", "10240", "127", "1 GB"],
    "ephemeral_storage": ["513", "511"],
    "publish": ["false", "true"],
    "overrides": ["tools", "data-science", "nobody"],
    "state": ["active", "retired"],
    "root": ["roots/eu-west-1", "deploy"],
    "channel": ["canary", "latest"],
    "group": ["/aws/lambda/worker", "a"],
    "size": ["262144000", "7"],
    "key": ["b.zip"],
    "role": ["arn:aws-cn:iam::111122223333:role/api"],
    "kms_key": ["arn:aws:kms:us-east-1:111122223333:key/a"],
    "via": ["direct", "s3", "pushed"],
}
"""Words that are right where they stand, and may break a rule of the plan's."""

NEW: dict[str, Any] = {
    "layers": {"source": {"ecosystem": "python", "requirements": ["a"]}},
    "functions": {"code": "src/new", "layers": ["tools", "web"]},
    "regions": "active",
    "externals": {"arns": {"us-east-1": TOOLS}},
}
"""What a new entry of a mapping is like."""

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
            if isinstance(container[key], dict):
                container[key][fitting] = deepcopy(NEW.get(field, fitting))
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
EDIT = st.tuples(st.integers(0, 6000), st.integers(0, 12), st.one_of(st.sampled_from(PIECES), st.sampled_from(WORDS)))


@settings(max_examples=HOW_MANY // 2, suppress_health_check=list(HealthCheck))
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


@settings(max_examples=HOW_MANY // 2, suppress_health_check=list(HealthCheck))
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


def test_whatever_stands_in_a_pins_file_is_told_or_planned() -> None:
    assert judge(TEXT, "{}") is None
    assert judge(TEXT, json.dumps({**PINS, "channels": {}})) is None


@settings(max_examples=HOW_MANY // 4, suppress_health_check=list(HealthCheck))
@given(st.lists(CHANGE, min_size=1, max_size=3), st.lists(EDIT, max_size=1))
def test_another_pins_file_gives_diagnostics_or_a_plan(changes: list[Any], edits: list[tuple[int, int, str]]) -> None:
    data = deepcopy(PINS)
    for number, mutate, value, word in changes:
        everywhere = list(places(data))
        if everywhere:
            mutate(*everywhere[number % len(everywhere)], deepcopy(value), word)
    pins = json.dumps(data, ensure_ascii=len(changes) == 1, indent=len(changes))
    for number, length, piece in edits:
        start = number % (len(pins) + 1)
        pins = pins[:start] + piece + pins[start + length :]
    judge(TEXT, pins)


def judge(text: str, pins: str = json.dumps(PINS)) -> Plan | None:
    """Return the plan of a text with a pins file, or ``None`` after a look at the diagnostics."""
    path = Path(_folder.name, "layers.yaml")
    path.write_bytes(text.encode(errors="surrogatepass"))
    pins_path(path).write_bytes(pins.encode(errors="surrogatepass"))
    reading = read_spec(path, shown="layers.yaml")
    plan, found = draw_plan([] if reading.loaded is None else [reading.loaded], load_facts(), TODAY)
    check((*reading.problems, *found), text, pins)
    assert all(one.severity is Severity.ERROR for one in reading.problems)
    if reading.problems or any(one.severity is Severity.ERROR for one in found):
        return None
    assert reading.loaded is not None
    units = {unit.aws_name: unit for layer in plan.layers for unit in layer.units}
    assert all(LAYER_NAME.fullmatch(name) for name in units)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", unit.address) for unit in units.values())
    for fleet in plan.fleets:
        for function in fleet.functions:
            judge_function(function, plan, [one.name for one in fleet.regions if one.state is RegionState.ACTIVE])
    return plan


def judge_function(function: Function, plan: Plan, active: list[str]) -> None:
    """See that a function of a plan can be what the plan says."""
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", function.name)
    assert len(function.layers) <= 5
    assert function.attached_only == (not function.handler)
    assert not (function.settings.aliases or function.settings.snap_start) or function.settings.publish
    layers = {layer.name: layer for layer in plan.layers}
    for attached in function.layers:
        if isinstance(attached, OwnLayer):
            (unit,) = (one for one in layers[attached.layer].units if one.key == attached.unit)
            assert Target(runtime=function.runtime, architecture=function.architecture) in unit.targets
        else:
            assert set(active) <= set(attached.arns)
            assert all(arn.rpartition(":")[2].isdigit() for arn in attached.arns.values())


def check(diagnostics: Iterable[Diagnostic], text: str, pins: str) -> None:
    """Hold diagnostics against what all of them promise."""
    for one in diagnostics:
        of_pins = one.location is not None and one.location.file.endswith("pins.json")
        lines = LINE_BREAK.split((pins if of_pins else text).removeprefix("\ufeff"))
        assert re.fullmatch(r"PINS\d{3}" if of_pins else r"(SPEC|PLAN|FUNC)\d{3}", one.code)
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
