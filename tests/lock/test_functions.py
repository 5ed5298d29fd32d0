"""Functions and layers of others in the lock: its text, what is refused, what a merge leaves, and what is stale."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.asking import read_askings
from layerforge.lock.check import check_inputs, check_lock
from layerforge.lock.externals import ask_externals, external_arns, unknown_externals
from layerforge.lock.file import StoredLock, dump_lock, read_lock
from layerforge.lock.make import make_lock
from layerforge.lock.types import (
    NO_REQUEST,
    ArtifactRecord,
    ExternalRecord,
    Inputs,
    Lock,
    Locked,
    LockedUnit,
    UnitId,
    Upgrade,
    section_of,
)
from layerforge.names import LayerName, Sha256, Split
from layerforge.plan.fleet_types import Plan, RegionState
from layerforge.plan.function_types import CODE, Function
from layerforge.plan.types import Layer
from support import plans
from support.asking import FakeResolver, read_fake_request, store
from support.checkouts import Checkout, function_of, layer_of

A, B = Sha256("a" * 64), Sha256("b" * 64)
ARN = "arn:aws:lambda:eu-west-1:017000801446:layer:Powertools:7"
OTHER = "arn:aws:lambda:us-east-1:017000801446:layer:Powertools:7"
PROCESSOR: UnitId = (LayerName("processor"), CODE)
BY_HAND = (
    "hint: the lock is written by `layerforge lock` and not edited by hand: take the last good one from version "
    "control, or delete the file and run `layerforge gen`, which may bring newer versions\n"
)
SMALL = Lock(
    units={
        PROCESSOR: LockedUnit(
            inputs=Inputs(pins=(), request=NO_REQUEST, own_files=A, fields=B, own_names=A),
            artifact=ArtifactRecord(inputs=B, format=1, sha256=A, zipped_size=12, unzipped_size=34),
        )
    },
    externals={ARN: ExternalRecord(zipped_size=5, unzipped_size=9)},
)
SMALL_TEXT = f"""{{
  "externals": {{
    "{ARN}": {{
      "unzipped_size": 9,
      "zipped_size": 5
    }}
  }},
  "functions": {{
    "processor": {{
      "code": {{
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
          "own_names": "{A}"
        }}
      }}
    }}
  }},
  "layers": {{}},
  "version": 1
}}
"""


def read(folder: Path, text: str) -> StoredLock:
    path = folder / "layers.lock.json"
    path.write_text(text, encoding="utf-8")
    return read_lock(path, shown="layers.lock.json")


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read(folder, text)
    return render_diagnostics(caught.value.diagnostics)


def test_the_text_of_functions_and_externals(tmp_path: Path) -> None:
    assert dump_lock(SMALL) == SMALL_TEXT
    assert read(tmp_path, SMALL_TEXT).lock == SMALL


def test_a_lock_without_them_does_not_name_them() -> None:
    assert set(json.loads(dump_lock(Lock()))) == {"layers", "version"}


def test_a_layer_and_a_function_that_had_the_same_name_once(tmp_path: Path) -> None:
    both = plans.locks(plans.plan(plans.layer("x", split=Split.NONE)))[plans.SPEC].units
    lock = Lock(units={**both, (LayerName("x"), CODE): SMALL.units[PROCESSOR]})
    assert read(tmp_path, dump_lock(lock)).lock == lock
    assert [section_of(key) for _, key in lock.units] == ["layers", "functions"]


digests = st.text("0123456789abcdef", min_size=64, max_size=64).map(Sha256)
sizes = st.integers(0, 10**10)
functions = st.builds(
    LockedUnit,
    inputs=st.builds(
        Inputs,
        pins=st.just(()),
        request=st.just(NO_REQUEST),
        own_files=digests,
        fields=digests,
        own_names=st.none() | digests,
        own_text=st.none() | digests,
    ),
    artifact=st.none()
    | st.builds(
        ArtifactRecord, inputs=digests, format=st.just(1), sha256=digests, zipped_size=sizes, unzipped_size=sizes
    ),
)
arns = st.builds(
    "arn:aws:lambda:eu-west-1:{:012d}:layer:{}:{}".format,
    st.integers(0, 10**12 - 1),
    st.from_regex("[A-Za-z0-9_-]{1,9}", fullmatch=True),
    st.integers(1, 999),
)


@given(
    units=st.dictionaries(
        st.tuples(st.from_regex("[a-z][a-z0-9]{0,5}", fullmatch=True).map(LayerName), st.just(CODE)),
        functions,
        max_size=4,
    ),
    externals=st.dictionaries(arns, st.builds(ExternalRecord, zipped_size=sizes, unzipped_size=sizes), max_size=3),
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    units: dict[UnitId, LockedUnit],
    externals: dict[str, ExternalRecord],
) -> None:
    lock = Lock(units=units, externals=externals)
    text = dump_lock(lock)
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"
    assert read(tmp_path_factory.mktemp("lock"), text).lock == lock


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ('"code": {\n', '"all": {\n', "error[LOCK003]: `all` is not `code`", 10),
        (
            '"own_files"',
            '"pins": [],\n          "own_files"',
            "error[LOCK003]: `inputs` has an unknown field `pins`",
            20,
        ),
        ('"processor"', '"a b"', "error[LOCK003]: `a b` is not the name of a function", 9),
        (
            f'"own_files": "{A}"',
            '"own_files": "x"',
            "error[LOCK005]: `own_files` is `x`, not a SHA-256 digest of 64 lower-case hexadecimal digits",
            20,
        ),
        (ARN, ARN[:-2], f"error[LOCK003]: `{ARN[:-2]}` is not the ARN of a layer version", 3),
        (
            '"unzipped_size": 9',
            '"unzipped_size": -1',
            "error[LOCK003]: `unzipped_size` is -1, not a whole number from 0 up",
            4,
        ),
        ('"zipped_size": 5', '"zipped": 5', f"error[LOCK003]: `{ARN}` has an unknown field `zipped`", 5),
    ],
)
def test_what_is_no_function_or_external(tmp_path: Path, old: str, new: str, message: str, line: int) -> None:
    said = refusal(tmp_path, SMALL_TEXT.replace(old, new, 1))
    assert f"{message}\n" in said
    assert f"--> layers.lock.json:{line}:" in said
    assert BY_HAND in said


def test_code_is_no_unit_of_a_layer(tmp_path: Path) -> None:
    text = dump_lock(plans.locks(plans.plan(plans.layer("x", split=Split.NONE)))[plans.SPEC])
    assert "error[LOCK003]: `code` is not the key of a unit\n" in refusal(tmp_path, text.replace('"all"', '"code"'))


# Making the lock


def lock(plan: Plan, stored: Mapping[Path, StoredLock], *, upgrade: Upgrade | None = None) -> Locked:
    return make_lock(
        plan,
        stored,
        facts=load_facts(),
        upgrade=upgrade,
        resolve=FakeResolver(),
        askings=read_askings(plan.packaged, read_fake_request),
    )


def fleet(*functions: Function, layers: tuple[Layer, ...] = ()) -> Plan:
    return plans.plan(*layers, fleets=[plans.fleet(*functions, spec=functions[0].spec)])


def built(locked: Locked) -> Locked:
    """Return locks in which everything was built."""

    def record(unit: LockedUnit) -> LockedUnit:
        digest = unit.inputs.digest
        made = ArtifactRecord(inputs=digest, format=1, sha256=plans.sha256(digest), zipped_size=1, unzipped_size=2)
        return replace(unit, artifact=made)

    return Locked(
        locks={
            spec: replace(one, units={name: record(unit) for name, unit in one.units.items()})
            for spec, one in locked.locks.items()
        }
    )


def said(plan: Plan, stored: Mapping[Path, StoredLock]) -> str:
    return render_diagnostics(check_lock(plan, stored, askings=read_askings(plan.packaged, read_fake_request)))


def test_a_function_is_locked_without_a_resolver(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"src/handler.py": "x = 1\n"})
    plan = fleet(function_of(checkout.path))
    made = lock(plan, {}, upgrade=Upgrade(everything=True))
    (unit,) = made.locks[checkout.path / "layers.yaml"].units.items()
    assert unit[0] == PROCESSOR
    assert (unit[1].inputs.pins, unit[1].inputs.request, unit[1].artifact) == ((), NO_REQUEST, None)
    stored = store(built(made), tmp_path)
    assert said(plan, stored) == ""
    again = lock(plan, stored)
    assert again.locks[checkout.path / "layers.yaml"] == stored[checkout.path / "layers.yaml"].lock


def test_functions_and_layers_side_by_side(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"src/handler.py": "", "lib/x.py": ""})
    plan = fleet(function_of(checkout.path), layers=(layer_of(checkout.path, "lib"),))
    stored = store(built(lock(plan, {})), tmp_path)
    assert said(plan, stored) == ""
    assert {section_of(key) for _, key in stored[checkout.path / "layers.yaml"].lock.units} == {"layers", "functions"}


def test_what_makes_a_function_stale(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"src/handler.py": "x = 1\r\n"})
    plan = fleet(function_of(checkout.path))
    stored = store(built(lock(plan, {})), tmp_path)
    where = " --> layers.yaml:1:1 (functions.processor)\n\n"
    hint = "hint: run `layerforge gen` and commit `layers.lock.json` and the modules\n"
    checkout.write({"src/handler.py": "x = 2\n"})
    stale = "error[LOCK023]: the lock is stale for `processor/code`: "
    assert said(plan, stored) == f"{stale}own files changed in content or mode\n{where}{hint}"
    checkout.write({"src/handler.py": "x = 1\n"})
    assert said(plan, stored).startswith(
        "error[LOCK024]: the lock is stale for `processor/code`: its own files have other line endings\n"
    )
    checkout.write({"src/handler.py": "x = 1\r\n"})
    other = fleet(function_of(checkout.path, exclude=("docs/**",)))
    assert said(other, stored) == f"{stale}`exclude` changed\n{where}{hint}"
    checkout.write({"src/more.py": ""})
    assert said(plan, stored) == (
        f"{stale}own files were added, removed or renamed\n{where}"
        f"  not tracked by git: `src/handler.py`\n  not tracked by git: `src/more.py`\n\n{hint}"
    )
    (finding,) = check_inputs(plan.packaged, stored, askings=read_askings(plan.packaged, read_fake_request))
    assert finding.code == "LOCK023"


def test_a_function_that_is_gone_new_or_not_built(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"src/handler.py": "", "lib/x.py": ""})
    layer = layer_of(checkout.path, "lib")
    with_function = fleet(function_of(checkout.path), layers=(layer,))
    without = plans.plan(layer)
    stored = store(built(lock(with_function, {})), tmp_path / "with")
    assert said(without, stored).startswith(
        "error[LOCK025]: the lock has `processor/code`, which the spec no longer asks for\n"
        " --> layers.lock.json (functions.processor.code)\n"
    )
    stored = store(built(lock(without, {})), tmp_path / "without")
    assert said(with_function, stored).startswith("error[LOCK022]: the lock does not have `processor/code`\n")
    stored = store(lock(with_function, {}), tmp_path / "unbuilt")
    assert "error[LOCK026]: the artifact of `processor/code` has not been built yet\n" in said(with_function, stored)


def test_a_merge_of_two_functions_keeps_both(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"src/a.py": "a", "two/b.py": "b"})
    first, second = function_of(checkout.path), function_of(checkout.path, "two", "second")
    spec = first.spec
    ours, theirs = (dump_lock(built(lock(fleet(one), {})).locks[spec]) for one in (first, second))
    conflicted = f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"
    stored = {spec: read(tmp_path, conflicted)}
    assert stored[spec].conflicted
    both = fleet(first, second)
    assert said(both, stored).startswith("error[LOCK020]: the lock holds conflict markers\n")
    healed = lock(both, stored).locks[spec]
    assert {name for name, unit in healed.units.items() if unit.built} == {PROCESSOR, (LayerName("second"), CODE)}


def test_a_function_that_both_sides_changed_keeps_what_still_fits(checkout: Checkout, tmp_path: Path) -> None:
    checkout.write({"src/a.py": "1"})
    function = function_of(checkout.path)
    ours = dump_lock(built(lock(fleet(function), {})).locks[function.spec])
    checkout.write({"src/a.py": "2"})
    theirs = dump_lock(built(lock(fleet(function), {})).locks[function.spec])
    stored = {function.spec: read(tmp_path, f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n")}
    now = lock(fleet(function), stored).locks[function.spec].units[PROCESSOR]
    expected = plans.sha256(now.inputs.digest)
    assert now.built is None or now.built.sha256 == expected
    checkout.write({"src/a.py": "3"})
    assert lock(fleet(function), stored).locks[function.spec].units[PROCESSOR].built is None


# Layers of others


def attaching(*arns: str, name: str = "processor", size: int | None = None, spec: Path = plans.SPEC) -> Function:
    return plans.function(name, code=None, spec=spec, layers=[plans.pinned_layer(*arns, label="powertools", size=size)])


def test_which_sizes_are_wanted() -> None:
    plan = fleet(attaching(ARN, OTHER), attaching(ARN, name="second"), attaching(OTHER[:-1] + "8", name="z", size=1))
    assert external_arns(plan, plans.SPEC) == (ARN, OTHER)
    assert external_arns(plan, Path("/other.yaml")) == ()


def test_aws_is_asked_once_for_each() -> None:
    plan = fleet(attaching(ARN, OTHER))
    known = Lock(externals={ARN: ExternalRecord(zipped_size=1, unzipped_size=2)})
    asked: list[tuple[str, ...]] = []

    def ask(arns: tuple[str, ...]) -> dict[str, ExternalRecord]:
        asked.append(tuple(arns))
        return {arn: ExternalRecord(zipped_size=3, unzipped_size=4) for arn in arns}

    assert unknown_externals(plan, {plans.SPEC: known}) == (OTHER,)
    once = ask_externals(plan, {plans.SPEC: known}, ask)
    assert asked == [(OTHER,)]
    assert once[plans.SPEC].externals == {
        ARN: ExternalRecord(zipped_size=1, unzipped_size=2),
        OTHER: ExternalRecord(zipped_size=3, unzipped_size=4),
    }
    assert ask_externals(plan, once, ask) == once
    assert asked == [(OTHER,)]


def test_nobody_is_asked_in_a_region_that_is_not_active() -> None:
    regions = [plans.region("eu-west-1"), plans.region("us-east-1", state=RegionState.PAUSED)]
    plan = plans.plan(fleets=[plans.fleet(attaching(ARN, OTHER), regions=regions)])
    assert unknown_externals(plan, {plans.SPEC: Lock()}) == (ARN,)
    known = {OTHER: ExternalRecord(zipped_size=1, unzipped_size=2)}
    stored = {plans.SPEC: StoredLock(lock=Lock(externals=known))}
    assert lock(plan, stored).locks[plans.SPEC].externals == known


def test_what_aws_does_not_tell_stays_unknown() -> None:
    plan = fleet(attaching(ARN, OTHER))
    locks = ask_externals(plan, {plans.SPEC: Lock()}, lambda _: {ARN: ExternalRecord(zipped_size=3, unzipped_size=4)})
    assert list(locks[plans.SPEC].externals) == [ARN]
    assert unknown_externals(plan, locks) == (OTHER,)


def test_a_lock_keeps_the_sizes_that_are_wanted_and_drops_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / "layers.yaml"
    plan = fleet(attaching(ARN, spec=spec))
    record = ExternalRecord(zipped_size=1, unzipped_size=2)
    stored = {spec: read(tmp_path, dump_lock(Lock(externals={ARN: record, OTHER: record})))}
    assert lock(plan, stored).locks[spec].externals == {ARN: record}
    assert said(plan, stored) == (
        f"error[LOCK028]: the lock has the size of `{OTHER}`, for which the spec no longer asks\n"
        f" --> layers.lock.json (externals.{OTHER})\n\n"
        "hint: run `layerforge gen` and commit `layers.lock.json` and the modules\n"
    )
    assert check_inputs(plan.packaged, stored, askings=read_askings(plan.packaged, read_fake_request)) == ()


def test_a_spec_that_declares_a_size_asks_for_none(tmp_path: Path) -> None:
    record = ExternalRecord(zipped_size=1, unzipped_size=2)
    stored = {plans.SPEC: read(tmp_path, dump_lock(Lock(externals={ARN: record})))}
    assert lock(fleet(attaching(ARN, size=5)), stored).locks[plans.SPEC].externals == {}


def test_sides_of_a_merge_that_differ_in_a_size_are_asked_again(tmp_path: Path) -> None:
    same, one, two = (ExternalRecord(zipped_size=number, unzipped_size=2) for number in (1, 2, 3))
    ours, theirs = (dump_lock(Lock(externals={ARN: same, OTHER: other})) for other in (one, two))
    stored = read(tmp_path, f"<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n")
    assert stored.lock.externals == {ARN: same}
