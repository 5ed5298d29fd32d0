"""The lock file: its text, and what is said of a text that is no lock."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Diagnostic, LayerforgeError, OutsideError, SpecError
from layerforge.lock.file import StoredLock, dump_lock, lock_path, read_lock
from layerforge.lock.types import NEWEST_FORMAT, ArtifactRecord, Inputs, Lock, LockedUnit, Pin
from layerforge.names import LayerName, PackageName, Sha256, UnitKey
from support import plans

BY_HAND = (
    "hint: the lock is written by `layerforge lock` and not edited by hand: take the last good one from version "
    "control, or delete the file and run `layerforge gen`, which may bring newer versions\n"
)
NEWER = "hint: install the layerforge that wrote it, or a newer one\n"
A, B = Sha256("a" * 64), Sha256("b" * 64)

SMALL = Lock(
    units={
        (LayerName("utils"), UnitKey("all")): LockedUnit(
            inputs=Inputs(
                pins=(
                    Pin(name=PackageName("idna"), version="3.10", file="idna-3.10-py3-none-any.whl", sha256=A),
                    Pin(
                        name=PackageName("my-pkg"),
                        version="1!2",
                        file="My.Pkg-1!2-1b-cp39-abi3-any.whl",
                        sha256=B,
                    ),
                ),
                request=A,
                own_files=A,
                fields=B,
            ),
            artifact=ArtifactRecord(inputs=B, format=1, sha256=A, zipped_size=12, unzipped_size=34),
        )
    }
)
RESOLUTION = "c6d67ab67842cd311cb400970faacb182f5122e040f0db418bfcd8b2caf0b146"
SMALL_TEXT = f"""{{
  "layers": {{
    "utils": {{
      "all": {{
        "artifact": {{
          "format": 1,
          "inputs": "{B}",
          "sha256": "{A}",
          "unzipped_size": 34,
          "zipped_size": 12
        }},
        "inputs": {{
          "fields": "{B}",
          "own_files": "{A}",
          "pins": [
            {{"file": "idna-3.10-py3-none-any.whl", "name": "idna", "sha256": "{A}", "version": "3.10"}},
            {{"file": "My.Pkg-1!2-1b-cp39-abi3-any.whl", "name": "my-pkg", "sha256": "{B}", "version": "1!2"}}
          ],
          "request": "{A}",
          "resolution": "{RESOLUTION}"
        }}
      }}
    }}
  }},
  "version": 1
}}
"""

digests = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64).map(Sha256)
names = st.from_regex(r"[a-z0-9]{1,4}(-[a-z0-9]{1,4}){0,2}", fullmatch=True).map(PackageName)
versions = st.from_regex(r"([1-9]!)?[0-9](\.[0-9]{1,2}){0,2}((a|b|rc)[0-9])?(\.post1)?(\+cu[0-9])?", fullmatch=True)


@st.composite
def pins(draw: st.DrawFn) -> Pin:
    name, version = draw(names), draw(versions)
    tags = draw(
        st.sampled_from(["py3-none-any", "1-cp312-cp312-manylinux_2_28_x86_64", "cp39-abi3-manylinux2014_aarch64"])
    )
    return Pin(name=name, version=version, file=f"{name.replace('-', '_')}-{version}-{tags}.whl", sha256=draw(digests))


@st.composite
def units(draw: st.DrawFn) -> LockedUnit:
    chosen = {pin.name: pin for pin in draw(st.lists(pins(), max_size=4))}
    inputs = Inputs(
        pins=tuple(sorted(chosen.values())),
        request=draw(digests),
        own_files=draw(digests),
        fields=draw(digests),
        own_names=draw(st.none() | digests),
        own_text=draw(st.none() | digests),
    )
    sizes = st.integers(min_value=0, max_value=2**40)
    record = ArtifactRecord(
        inputs=draw(st.just(inputs.digest) | digests),
        format=NEWEST_FORMAT,
        sha256=draw(digests),
        zipped_size=draw(sizes),
        unzipped_size=draw(sizes),
    )
    return LockedUnit(inputs=inputs, artifact=draw(st.none() | st.just(record)))


identities = st.tuples(
    st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9_-]{0,5}[A-Za-z0-9])?", fullmatch=True).map(LayerName),
    st.sampled_from(["all", "arm64", "x86_64", "x86-64", "python312-arm64", "python313-x86-64"]).map(UnitKey),
)
locks = st.dictionaries(identities, units(), max_size=4).map(lambda found: Lock(units=found))


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Return what is said of a lock's text."""

    def read(text: str | bytes) -> str:
        path = tmp_path / "layers.lock.json"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        with pytest.raises(SpecError) as caught:
            read_lock(path, shown="layers.lock.json")
        return render_diagnostics(caught.value.diagnostics)

    return read


def heads(text: str) -> list[str]:
    """Return message, line, column and path of each error."""
    return [f"{message} --> {place}" for message, place in re.findall(r"(error.*)\n *--> layers.lock.json:(.*)", text)]


def test_the_lock_lies_beside_its_spec() -> None:
    assert lock_path(Path("/project/layers.yaml")) == Path("/project/layers.lock.json")
    assert lock_path(Path("/project/team.a.yml")) == Path("/project/team.a.lock.json")


def test_the_text_of_a_lock() -> None:
    assert dump_lock(SMALL) == SMALL_TEXT
    assert dump_lock(Lock()) == '{\n  "layers": {},\n  "version": 1\n}\n'


def test_a_unit_that_was_not_built_and_has_no_pins() -> None:
    unit = LockedUnit(inputs=Inputs(pins=(), request=A, own_files=A, fields=A, own_names=B, own_text=B))
    text = dump_lock(Lock(units={(LayerName("a"), UnitKey("all")): unit}))
    assert json.loads(text)["layers"]["a"]["all"] == {
        "artifact": None,
        "inputs": {
            "fields": A,
            "own_files": A,
            "own_names": B,
            "own_text": B,
            "pins": [],
            "request": A,
            "resolution": unit.inputs.resolution((LayerName("a"), UnitKey("all"))),
        },
    }


@given(locks)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, lock: Lock) -> None:
    path = tmp_path_factory.mktemp("lock") / "layers.lock.json"
    text = dump_lock(lock)
    path.write_text(text, encoding="utf-8")
    stored = read_lock(path)
    assert stored == StoredLock(lock=lock)
    assert dump_lock(stored.lock) == text
    assert json.loads(text)["version"] == 1


@given(locks, st.randoms())
def test_the_text_does_not_depend_on_order(lock: Lock, random: Any) -> None:  # noqa: ANN401
    shuffled = [*lock.units.items()]
    random.shuffle(shuffled)
    mixed = {}
    for name, unit in shuffled:
        order = [*unit.inputs.pins]
        random.shuffle(order)
        mixed[name] = replace(unit, inputs=replace(unit.inputs, pins=tuple(order)))
    assert dump_lock(Lock(units=mixed)) == dump_lock(lock)


def test_a_pin_takes_a_line() -> None:
    lines = [line for line in SMALL_TEXT.splitlines() if '"name"' in line]
    assert [json.loads(line.rstrip(","))["name"] for line in lines] == ["idna", "my-pkg"]


def test_another_layout_of_the_same_lock_is_read(tmp_path: Path) -> None:
    path = tmp_path / "layers.lock.json"
    table = json.loads(SMALL_TEXT)
    table["layers"]["utils"]["all"]["inputs"]["pins"].reverse()
    for text in (json.dumps(table), "\ufeff" + SMALL_TEXT, SMALL_TEXT.replace("\n", "\r\n")):
        path.write_bytes(text.encode())
        assert read_lock(path).lock == SMALL


def test_pins_that_do_not_belong_together_are_set_apart(tmp_path: Path) -> None:
    path = tmp_path / "layers.lock.json"
    ((name, unit),) = SMALL.units.items()
    for before, after in ((f'"request": "{A}"', f'"request": "{B}"'), ("idna-3.10-py3", "idna-3.10-py2.py3")):
        path.write_text(SMALL_TEXT.replace(before, after), encoding="utf-8")
        stored = read_lock(path)
        assert stored.lock == Lock()
        assert [*stored.disputed] == [name]
        assert not stored.conflicted
        assert {pin.version for pin in stored.preferences} == {pin.version for pin in unit.inputs.pins}


def test_no_file_is_an_empty_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "layers.lock.json") == StoredLock(exists=False)


def test_lock001_not_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layers.lock.json").mkdir()
    with pytest.raises(OutsideError) as caught:
        read_lock(tmp_path / "layers.lock.json")
    assert render_diagnostics(caught.value.diagnostics) == (
        "error[LOCK001]: the lock cannot be read: Is a directory\n"
        " --> layers.lock.json\n"
        "\n"
        "hint: see that it is a file and that you may read it\n"
    )


def test_lock002_no_text(refused: Callable[[str | bytes], str]) -> None:
    assert refused(b'{\n"a": "\xff"}') == (
        "error[LOCK002]: the lock is not UTF-8 text\n --> layers.lock.json:2\n\n" + BY_HAND
    )


def test_lock002_no_json(refused: Callable[[str | bytes], str]) -> None:
    assert refused(SMALL_TEXT.replace('"fields":', '"fields"')) == (
        "error[LOCK002]: the lock is not JSON: expecting ':' delimiter\n"
        "  --> layers.lock.json:13:20\n"
        "   |\n"
        f'13 |           "fields" "{B}",\n'
        "   |                    ^\n"
        "\n" + BY_HAND
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "expecting value"),
        ("[" * 100_000, "it has too many levels"),
        ('{"version": NaN}', "`NaN` is no number in JSON"),
        ('{"version": ' + "1" * 5000 + "}", "Exceeds the limit (4300 digits) for integer string conversion"),
        ("{} {}", "extra data"),
    ],
)
def test_lock002_what_else_is_no_json(refused: Callable[[str | bytes], str], text: str, reason: str) -> None:
    assert refused(text).splitlines()[0] == f"error[LOCK002]: the lock is not JSON: {reason}"


def test_lock003_all_that_is_wrong_is_said_at_once(refused: Callable[[str | bytes], str]) -> None:
    text = (
        SMALL_TEXT.replace('"utils"', '"-utils"')
        .replace(
            "  }\n  },",
            '  },\n    "b": {"Arm": {}, "all": {"artifact": 7, "inputs": []}, "arm64": []},\n    "c": null\n  },',
        )
        .replace('"version": 1\n', '"version": 1.0,\n  "extra": {}\n')
    )
    assert heads(refused(text)) == [
        "error[LOCK003]: `-utils` is not the name of a layer --> 3:5 (layers.-utils)",
        "error[LOCK003]: `Arm` is not the key of a unit --> 24:11 (layers.b.Arm)",
        "error[LOCK003]: `artifact` is 7, not an object --> 24:42 (layers.b.all.artifact)",
        "error[LOCK003]: `inputs` is a list, not an object --> 24:55 (layers.b.all.inputs)",
        "error[LOCK003]: `arm64` is a list, not an object --> 24:69 (layers.b.arm64)",
        "error[LOCK003]: `c` is null, not an object --> 25:10 (layers.c)",
        "error[LOCK003]: `version` is a number with a fraction, not a whole number from 1 up --> 27:14 (version)",
        "error[LOCK003]: the lock has an unknown field `extra` --> 28:3 (extra)",
    ]


def test_lock003_a_whole_message(refused: Callable[[str | bytes], str]) -> None:
    assert refused(SMALL_TEXT.replace('"zipped_size": 12', '"zipped_size": -12')) == (
        "error[LOCK003]: `zipped_size` is -12, not a whole number from 0 up\n"
        "  --> layers.lock.json:10:26 (layers.utils.all.artifact.zipped_size)\n"
        "   |\n"
        '10 |           "zipped_size": -12\n'
        "   |                          ^^^\n"
        "\n" + BY_HAND
    )


def test_lock003_something_is_missing(refused: Callable[[str | bytes], str]) -> None:
    text = SMALL_TEXT.replace('"name": "idna", ', "").replace(f'          "request": "{A}",\n', "")
    assert heads(refused(text)) == [
        "error[LOCK003]: `inputs` has no `request` --> 12:19 (layers.utils.all.inputs)",
        "error[LOCK003]: a pin has no `name` --> 16:13 (layers.utils.all.inputs.pins[0])",
    ]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('"name": "idna"', '"name": "Idna"', "`name` is `Idna`, not a normalised package name"),
        ('"version": "3.10"', '"version": "3.10 "', "`version` is `3.10 `, not a normalised version"),
        ('"version": "3.10"', '"version": 3.1', "`version` is a number with a fraction, not a normalised version"),
        ('"version": "3.10"', '"version": false', "`version` is false, not a normalised version"),
        ('"format": 1', '"format": 0', "`format` is 0, not a whole number from 1 up"),
        ('"format": 1', '"format": true', "`format` is true, not a whole number from 1 up"),
        ('"zipped_size": 12', '"zipped_size": "12"', "`zipped_size` is `12`, not a whole number from 0 up"),
        ('"version": 1\n', '"version": ""\n', "`version` is an empty text, not a whole number from 1 up"),
        (
            '"version": 1\n',
            '"version": -100000000000000000000000\n',
            "`version` is a very large number, not a whole number from 1 up",
        ),
    ],
)
def test_lock003_wrong_values(refused: Callable[[str | bytes], str], before: str, after: str, message: str) -> None:
    assert before in SMALL_TEXT
    assert refused(SMALL_TEXT.replace(before, after)).splitlines()[0] == f"error[LOCK003]: {message}"


def test_lock004_a_newer_lock(refused: Callable[[str | bytes], str]) -> None:
    assert refused('{\n  "layers": [],\n  "more": 1,\n  "version": 2\n}\n') == (
        "error[LOCK004]: the lock has version 2, and this layerforge knows versions up to 1\n"
        " --> layers.lock.json:4:14 (version)\n"
        "  |\n"
        '4 |   "version": 2\n'
        "  |              ^\n"
        "\n" + NEWER
    )


def test_lock005_no_digest(refused: Callable[[str | bytes], str]) -> None:
    text = SMALL_TEXT.replace(f'"request": "{A}"', f'"request": "{"A" * 64}"')
    assert refused(text) == (
        f"error[LOCK005]: `request` is `{'A' * 64}`, not a SHA-256 digest of 64 lower-case hexadecimal digits\n"
        "  --> layers.lock.json:19:22 (layers.utils.all.inputs.request)\n"
        "   |\n"
        f'19 |           "request": "{"A" * 64}",\n'
        f"   |                      {'^' * 66}\n"
        "\n" + BY_HAND
    )


@pytest.mark.parametrize("value", ['"abc"', "null", "12", f'"{A}\\n"', '"' + "x" * 100 + '"'])
def test_lock005_what_else_is_no_digest(refused: Callable[[str | bytes], str], value: str) -> None:
    text = refused(SMALL_TEXT.replace(f'"{B}"', value))
    assert text.count("error[LOCK005]") == text.count("error") == 3
    assert len(text.splitlines()[0]) < 180


def test_lock006_no_wheel(refused: Callable[[str | bytes], str]) -> None:
    line = (
        f'            {{"file": "../idna-3.10-py3-none-any.whl", "name": "idna", "sha256": "{A}", "version": "3.10"}},'
    )
    assert refused(SMALL_TEXT.replace('"idna-3.10', '"../idna-3.10')) == (
        "error[LOCK006]: `file` is `../idna-3.10-py3-none-any.whl`, not the file name of a wheel\n"
        "  --> layers.lock.json:16:22 (layers.utils.all.inputs.pins[0].file)\n"
        "   |\n"
        f"16 | {line[:140]}…\n"
        f"   |                      {'^' * 31}\n"
        "\n" + BY_HAND
    )


@pytest.mark.parametrize(
    "file",
    [
        "a/idna-3.10-py3-none-any.whl",
        "a\\\\idna-3.10-py3-none-any.whl",
        "idna-3.10.tar.gz",
        "idna-3.10-py3-none-any.whl\\n",
        "idna-3.10-py3-none-any.whl\\u0000",
        "idna-3.10-none-any.whl",
        "idna-3.10-x-py3-none-any.whl",
        "ıdna-3.10-py3-none-any.whl",
        "",
    ],
)
def test_lock006_what_else_is_no_wheel(refused: Callable[[str | bytes], str], file: str) -> None:
    text = refused(SMALL_TEXT.replace("idna-3.10-py3-none-any.whl", file))
    assert text.count("error") == text.count("error[LOCK006]: `file` is ") == 1


def test_lock006_the_wheel_of_another_package(refused: Callable[[str | bytes], str]) -> None:
    text = refused(SMALL_TEXT.replace("idna-3.10-py3", "idn_a-3.10-py3"))
    assert text.splitlines()[0] == "error[LOCK006]: the wheel `idn_a-3.10-py3-none-any.whl` is not one of `idna`"


def test_lock007_a_package_is_pinned_twice(refused: Callable[[str | bytes], str]) -> None:
    line = SMALL_TEXT.splitlines()[15]
    text = SMALL_TEXT.replace(line, f"{line}\n{line}")
    assert refused(text) == (
        "error[LOCK007]: `idna` is there twice\n"
        "  --> layers.lock.json:17:13 (layers.utils.all.inputs.pins[1])\n"
        "   |\n"
        f"17 | {line[:140]}…\n"
        f"   |             {'^' * 129}\n"
        "\n" + BY_HAND
    )


def test_lock007_a_key_is_there_twice(refused: Callable[[str | bytes], str]) -> None:
    text = refused('{"layers": {"a": {}, "a": {"all": 1}}, "version": 1, "version": 1}')
    assert heads(text) == [
        "error[LOCK007]: `a` is there twice --> 1:22 (layers.a)",
        "error[LOCK003]: `all` is 1, not an object --> 1:35 (layers.a.all)",
        "error[LOCK007]: `version` is there twice --> 1:54 (version)",
    ]


def test_lock008_a_newer_archive_format(refused: Callable[[str | bytes], str]) -> None:
    assert refused(SMALL_TEXT.replace('"format": 1', f'"format": {NEWEST_FORMAT + 1}')) == (
        f"error[LOCK008]: the artifact has archive format {NEWEST_FORMAT + 1}, and this layerforge builds up to "
        f"{NEWEST_FORMAT}\n"
        " --> layers.lock.json:6:21 (layers.utils.all.artifact.format)\n"
        "  |\n"
        f'6 |           "format": {NEWEST_FORMAT + 1},\n'
        "  |                     ^\n"
        "\n" + NEWER
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A lock's text with some value replaced, taken out or doubled, or some characters changed."""
    table = json.loads(SMALL_TEXT)
    for _ in range(draw(st.integers(1, 3))):
        where = table
        while isinstance(where, dict | list) and where:
            key = draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
            if draw(st.booleans()) or not isinstance(where[key], dict | list):
                where[key] = draw(json_values)
                break
            where = where[key]
    text = json.dumps(table, indent=draw(st.sampled_from([None, 2])))
    for _ in range(draw(st.integers(0, 2))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.text(max_size=3)) + text[start + draw(st.integers(0, 3)) :]
    return text


@given(damaged() | json_values.map(json.dumps) | st.text())
@example("\ud800")
@example('{"layers": {"\\ud800": {}}, "version": 1}')
@settings(max_examples=200)
def test_any_text_is_a_lock_or_is_refused_with_a_place(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.lock.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    said: tuple[Diagnostic, ...] = ()
    try:
        dump_lock(read_lock(path, shown="any.lock.json").lock)
    except LayerforgeError as error:
        said = error.diagnostics
    assert all(item.location is not None and item.location.line for item in said)
    render_diagnostics(said).encode()


def test_the_factory_of_plans_makes_locks_that_are_read(tmp_path: Path) -> None:
    for lock in plans.locks(plans.plan()).values():
        path = tmp_path / "layers.lock.json"
        path.write_text(dump_lock(lock), encoding="utf-8")
        assert read_lock(path).lock == lock
