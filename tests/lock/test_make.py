"""Making the lock: only what changed is resolved, and everything else stays byte for byte."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Diagnostic, FindingsError, LayerforgeError, OutsideError, SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.asking import read_askings
from layerforge.lock.file import StoredLock, dump_lock
from layerforge.lock.line_endings import REMEDY
from layerforge.lock.make import make_lock
from layerforge.lock.types import ArtifactRecord, Lock, Locked, LockedUnit, Upgrade
from layerforge.names import PackageName, Split
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import Layer
from support import plans
from support.asking import FakeResolver, read_fake_request, store
from support.checkouts import Checkout, layer_of

NOTHING: Mapping[Path, StoredLock] = {}


def lock(
    plan: Plan,
    stored: Mapping[Path, StoredLock],
    resolver: FakeResolver,
    *,
    upgrade: Upgrade | None = None,
    upgrade_format: bool = False,
) -> Locked:
    return make_lock(
        plan,
        stored,
        facts=load_facts(),
        upgrade=upgrade,
        upgrade_format=upgrade_format,
        resolve=resolver,
        askings=read_askings(plan.packaged, read_fake_request),
    )


def layer(name: str, *requirements: str, spec: Path = plans.SPEC, **more: object) -> Layer:
    return plans.layer(name, spec=spec, content=plans.source(requirements=requirements), **more)


def names(locked: Locked, spec: Path = plans.SPEC) -> dict[str, list[str]]:
    """Return the pins of each unit as texts."""
    return {
        "/".join(key): [f"{pin.name} {pin.version}" for pin in unit.inputs.pins]
        for key, unit in locked.locks[spec].units.items()
    }


def build(locked: Locked, *, number: int = 1) -> Locked:
    """Record an artifact for every unit."""
    built = {}
    for spec, each in locked.locks.items():
        units = {
            key: replace(
                unit,
                artifact=ArtifactRecord(
                    inputs=unit.inputs.digest,
                    format=number,
                    sha256=plans.sha256(f"{key}{unit.inputs.digest}"),
                    zipped_size=1,
                    unzipped_size=2,
                ),
            )
            for key, unit in each.units.items()
        }
        built[spec] = Lock(units=units)
    return replace(locked, locks=built)


def only(locked: Locked) -> Lock:
    return locked.locks[plans.SPEC]


def test_a_first_lock(tmp_path: Path) -> None:
    resolver = FakeResolver(newest={"idna": "3.10"})
    locked = lock(plans.plan(layer("a", "idna"), layer("b", "six", "idna", split=Split.NONE)), NOTHING, resolver)
    assert names(locked) == {
        "a/python312-arm64": ["idna 3.10"],
        "a/python312-x86-64": ["idna 3.10"],
        "b/all": ["idna 3.10", "six 1.0"],
    }
    assert resolver.calls == {"a": ((), Upgrade()), "b": ((), Upgrade())}
    assert all(unit.artifact is None for unit in only(locked).units.values())
    assert {url.rpartition("/")[2] for url in locked.urls.values()} == {
        "idna-3.10-py3-none-any.whl",
        "six-1.0-py3-none-any.whl",
    }
    assert locked.diagnostics == ()


def test_a_lock_that_fits_is_neither_resolved_nor_changed(tmp_path: Path) -> None:
    plan = plans.plan(layer("a", "idna"), layer("b", "six"))
    stored = store(build(lock(plan, NOTHING, FakeResolver())), tmp_path)
    resolver = FakeResolver(newest={"idna": "9.9"})
    again = lock(plan, stored, resolver)
    assert resolver.calls == {}
    assert again.urls == {}
    assert only(again) == stored[plans.SPEC].lock
    assert dump_lock(only(again)) == (tmp_path / "0/layers.lock.json").read_text()


def test_only_the_changed_layer_is_resolved_and_prefers_what_it_has(tmp_path: Path) -> None:
    before = store(build(lock(plans.plan(layer("a", "idna"), layer("b", "six")), NOTHING, FakeResolver())), tmp_path)
    resolver = FakeResolver(newest={"idna": "2.0", "six": "2.0", "attrs": "2.0"})
    locked = lock(plans.plan(layer("a", "idna"), layer("b", "six", "attrs")), before, resolver)
    assert resolver.calls == {"b": ((plans.pin("six", "1.0"),), Upgrade())}
    assert names(locked)["b/python312-arm64"] == ["attrs 2.0", "six 1.0"]
    assert names(locked)["a/python312-arm64"] == ["idna 1.0"]
    old, new = before[plans.SPEC].lock.units, only(locked).units
    changed = {key for key in new if new[key] != old[key]}
    assert {key[0] for key in changed} == {"b"}
    assert all(new[key].artifact == old[key].artifact is not None for key in new)
    assert all((new[key].built is None) == (key in changed) for key in new)


def test_a_new_target_resolves_its_layer_with_the_pins_of_the_other_units(tmp_path: Path) -> None:
    before = store(build(lock(plans.plan(layer("a", "idna")), NOTHING, FakeResolver())), tmp_path)
    resolver = FakeResolver(newest={"idna": "2.0"})
    locked = lock(plans.plan(layer("a", "idna", runtimes=("python3.12", "python3.13"))), before, resolver)
    assert set(map(tuple, names(locked).values())) == {("idna 1.0",)}
    assert len(names(locked)) == 4
    for key, unit in before[plans.SPEC].lock.units.items():
        now = only(locked).units[key]
        assert now.inputs.digest == unit.inputs.digest  # the same bytes: nothing is published
        assert now.built == unit.artifact


def test_another_split_keeps_the_versions(tmp_path: Path) -> None:
    before = store(build(lock(plans.plan(layer("a", "idna")), NOTHING, FakeResolver())), tmp_path)
    resolver = FakeResolver(newest={"idna": "2.0"})
    locked = lock(plans.plan(layer("a", "idna", split=Split.NONE)), before, resolver)
    assert names(locked) == {"a/all": ["idna 1.0"]}


def test_a_layer_that_left_the_spec_leaves_the_lock(tmp_path: Path) -> None:
    before = store(lock(plans.plan(layer("a", "idna"), layer("b", "six")), NOTHING, FakeResolver()), tmp_path)
    resolver = FakeResolver()
    assert set(names(lock(plans.plan(layer("a", "idna")), before, resolver))) == {
        "a/python312-arm64",
        "a/python312-x86-64",
    }
    assert resolver.calls == {}


def test_a_spec_without_layers_has_an_empty_lock(tmp_path: Path) -> None:
    before = store(lock(plans.plan(layer("a", "idna")), NOTHING, FakeResolver()), tmp_path)
    assert lock(Plan(layers=()), before, FakeResolver()).locks == {plans.SPEC: Lock()}


def test_a_layer_that_moves_to_another_spec_takes_its_pins_along(tmp_path: Path) -> None:
    other = Path("/project/other.yaml")
    before = store(build(lock(plans.plan(layer("a", "idna"), layer("b", "six")), NOTHING, FakeResolver())), tmp_path)
    resolver = FakeResolver(newest={"idna": "2.0"})
    plan = plans.plan(layer("a", "idna", spec=other), layer("b", "six"))
    locked = lock(plan, {**before, other: StoredLock(exists=False)}, resolver)
    assert resolver.calls == {}
    assert names(locked, other)["a/python312-arm64"] == ["idna 1.0"]
    assert {key[0] for key in only(locked).units} == {"b"}
    assert all(unit.built for unit in locked.locks[other].units.values())


def test_two_specs_have_two_locks() -> None:
    other = Path("/project/team/layers.yaml")
    locked = lock(plans.plan(layer("a", "idna"), layer("b", "six", spec=other)), NOTHING, FakeResolver())
    assert {spec: {key[0] for key in each.units} for spec, each in locked.locks.items()} == {
        plans.SPEC: {"a"},
        other: {"b"},
    }


class TestUpgrade:
    """`lock --upgrade`."""

    @pytest.fixture
    def plan(self) -> Plan:
        return plans.plan(layer("a", "idna", "six"), layer("b", "attrs"), layer("c", "idna"))

    @pytest.fixture
    def before(self, plan: Plan, tmp_path: Path) -> Mapping[Path, StoredLock]:
        return store(build(lock(plan, NOTHING, FakeResolver())), tmp_path)

    def test_everything(self, plan: Plan, before: Mapping[Path, StoredLock]) -> None:
        resolver = FakeResolver(newest={"idna": "2.0", "attrs": "2.0"})
        locked = lock(plan, before, resolver, upgrade=Upgrade(everything=True))
        assert set(resolver.calls) == {"a", "b", "c"}
        assert names(locked)["a/python312-arm64"] == ["idna 2.0", "six 1.0"]
        assert names(locked)["b/python312-arm64"] == ["attrs 2.0"]

    def test_one_package_concerns_the_layers_that_have_it(self, plan: Plan, before: Mapping[Path, StoredLock]) -> None:
        resolver = FakeResolver(newest={"idna": "2.0", "six": "2.0", "attrs": "2.0"})
        upgrade = Upgrade(packages=frozenset({PackageName("idna")}))
        locked = lock(plan, before, resolver, upgrade=upgrade)
        assert resolver.calls == {
            "a": ((plans.pin("idna", "1.0"), plans.pin("six", "1.0")), upgrade),
            "c": ((plans.pin("idna", "1.0"),), upgrade),
        }
        assert names(locked)["a/python312-arm64"] == ["idna 2.0", "six 1.0"]
        assert names(locked)["b/python312-arm64"] == ["attrs 1.0"]

    def test_an_upgrade_that_changes_nothing_changes_no_byte(
        self, plan: Plan, before: Mapping[Path, StoredLock], tmp_path: Path
    ) -> None:
        resolver = FakeResolver()
        locked = lock(plan, before, resolver, upgrade=Upgrade(everything=True), upgrade_format=True)
        assert len(resolver.calls) == 3
        assert dump_lock(only(locked)) == (tmp_path / "0/layers.lock.json").read_text()

    def test_lock031_a_package_that_no_layer_has(self, plan: Plan, before: Mapping[Path, StoredLock]) -> None:
        upgrade = Upgrade(packages=frozenset({PackageName("indna"), PackageName("idna")}))
        resolver = FakeResolver()
        assert render_diagnostics(lock(plan, before, resolver, upgrade=upgrade).diagnostics) == (
            "warning[LOCK031]: `indna` was to be upgraded, but no layer has it\n"
            "\n"
            "hint: `layerforge why PACKAGE` tells which layers have a package\n"
        )
        assert set(resolver.calls) == {"a", "c"}

    def test_a_package_that_only_now_comes_along_is_known(self, before: Mapping[Path, StoredLock]) -> None:
        upgrade = Upgrade(packages=frozenset({PackageName("new")}))
        assert lock(plans.plan(layer("a", "idna", "new")), before, FakeResolver(), upgrade=upgrade).diagnostics == ()


class TestFormat:
    """The archive format of a unit."""

    @pytest.fixture(autouse=True)
    def newer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in ("types", "make", "reader"):
            monkeypatch.setattr(f"layerforge.lock.{module}.NEWEST_FORMAT", 3)

    def test_a_new_unit_takes_the_newest(self) -> None:
        locked = lock(plans.plan(layer("a", "idna")), NOTHING, FakeResolver())
        assert {unit.format for unit in only(locked).units.values()} == {3}

    def test_a_unit_stays_where_it_is_even_if_its_inputs_change(self, tmp_path: Path) -> None:
        plan = plans.plan(layer("a", "idna"))
        before = store(build(lock(plan, NOTHING, FakeResolver())), tmp_path)
        locked = lock(plans.plan(layer("a", "six")), before, FakeResolver(), upgrade=Upgrade(everything=True))
        assert {unit.format for unit in only(locked).units.values()} == {1}
        assert all(unit.artifact and not unit.built for unit in only(locked).units.values())

    def test_an_upgrade_of_the_format_moves_what_is_older(self, tmp_path: Path) -> None:
        plan = plans.plan(layer("a", "idna"))
        first = store(build(lock(plan, NOTHING, FakeResolver()), number=2), tmp_path)
        locked = lock(plan, first, FakeResolver(), upgrade_format=True)
        assert {(unit.format, unit.artifact) for unit in only(locked).units.values()} == {(3, None)}
        newest = store(build(locked, number=3), tmp_path)
        assert only(lock(plan, newest, FakeResolver(), upgrade_format=True)) == newest[plans.SPEC].lock

    def test_a_disputed_unit_keeps_its_format(self) -> None:
        plan = plans.plan(layer("a", "idna", split=Split.NONE))
        sides = [_built_with("idna", version) for version in ("1.0", "2.0")]
        before = StoredLock(disputed={key: tuple(sides) for key in [("a", "all")]}, conflicted=True)
        locked = lock(plan, {plans.SPEC: before}, FakeResolver(newest={"idna": "3.0"}))
        assert names(locked) == {"a/all": ["idna 2.0"]}
        (unit,) = only(locked).units.values()
        assert unit.format == 1


def _built_with(name: str, version: str) -> LockedUnit:
    inputs = plans.inputs([plans.pin(name, version)])
    return plans.locked_unit(f"{name} {version}", consists_of=inputs)


class TestConflicts:
    """A lock with conflict markers is made whole."""

    def test_both_sides_are_preferences_the_higher_version_first(self) -> None:
        plan = plans.plan(layer("a", "idna", "six", split=Split.NONE), layer("b", "attrs", split=Split.NONE))
        sides = (_built_with("idna", "1.9"), _built_with("idna", "1.10"))
        whole = lock(plan, NOTHING, FakeResolver()).locks[plans.SPEC].units["b", "all"]
        stored = StoredLock(lock=Lock(units={("b", "all"): whole}), disputed={("a", "all"): sides}, conflicted=True)
        resolver = FakeResolver(newest={"attrs": "9.0"})
        locked = lock(plan, {plans.SPEC: stored}, resolver)
        assert resolver.calls == {"a": ((plans.pin("idna", "1.10"), plans.pin("idna", "1.9")), Upgrade())}
        assert names(locked) == {"a/all": ["idna 1.10", "six 1.0"], "b/all": ["attrs 1.0"]}
        assert only(locked).units["b", "all"] == whole

    def test_the_record_of_the_side_that_wins_stays(self) -> None:
        plan = plans.plan(layer("a", "idna", split=Split.NONE))
        inputs = {
            version: only(lock(plan, NOTHING, FakeResolver(newest={"idna": version}))).units["a", "all"].inputs
            for version in ("1.0", "2.0")
        }
        sides = tuple(plans.locked_unit(version, consists_of=inputs[version]) for version in ("1.0", "2.0"))
        stored = StoredLock(disputed={("a", "all"): sides}, conflicted=True)
        locked = lock(plan, {plans.SPEC: stored}, FakeResolver(newest={"idna": "3.0"}))
        assert only(locked).units["a", "all"].built == sides[1].artifact

    def test_pins_that_a_merge_put_under_another_layer_are_remembered(self) -> None:
        plan = plans.plan(layer("a", "idna", split=Split.NONE))
        stored = StoredLock(disputed={("b", "all"): (_built_with("idna", "1.5"),)}, conflicted=True)
        assert names(lock(plan, {plans.SPEC: stored}, FakeResolver())) == {"a/all": ["idna 1.5"]}


def test_layers_are_resolved_side_by_side_and_reported_in_order() -> None:
    layers = [layer("a", "idna"), layer("b", "six")]
    locked = lock(plans.plan(*layers), NOTHING, FakeResolver(together=threading.Barrier(2)))
    assert [key[0] for key in only(locked).units] == ["a", "a", "b", "b"]


def _error(family: type[LayerforgeError], code: str) -> LayerforgeError:
    return family(Diagnostic(code=code, message=f"{code} happened"))


@pytest.mark.parametrize(
    ("families", "raised"),
    [
        ((OutsideError, SpecError, OutsideError), SpecError),
        ((OutsideError, FindingsError, OutsideError), OutsideError),
        ((FindingsError, FindingsError, FindingsError), FindingsError),
    ],
)
def test_all_that_goes_wrong_is_said_at_once(
    families: tuple[type[LayerforgeError], ...], raised: type[LayerforgeError]
) -> None:
    refuses = {name: _error(family, f"UV00{name}") for name, family in zip("123", families, strict=True)}
    plan = plans.plan(*(layer(name, "idna") for name in "1234"))
    with pytest.raises(LayerforgeError) as caught:
        lock(plan, NOTHING, FakeResolver(refuses=refuses))
    assert type(caught.value) is raised
    assert [item.code for item in caught.value.diagnostics] == ["UV001", "UV002", "UV003"]


def test_requests_and_own_files_are_read_before_anything_is_resolved(checkout: Checkout) -> None:
    def refuse(asked: Layer) -> object:
        raise SpecError(Diagnostic(code="REQ001", message=f"{asked.name} is wrong"))

    resolver = FakeResolver()
    plan = plans.plan(layer_of(checkout.path, "missing"), layer("b", "idna"))
    with pytest.raises(SpecError) as caught:
        make_lock(plan, NOTHING, facts=load_facts(), resolve=resolver, askings=read_askings(plan.packaged, refuse))
    assert [item.code for item in caught.value.diagnostics] == ["OWN001", "REQ001", "REQ001"]
    assert resolver.calls == {}


class TestOwnFiles:
    """Own files in the inputs."""

    def test_they_are_part_of_the_inputs_and_never_resolved(self, checkout: Checkout, tmp_path: Path) -> None:
        checkout.write({"a/x.py": "1\n"})
        plan = plans.plan(layer_of(checkout.path, "a"))
        before = store(build(lock(plan, NOTHING, FakeResolver())), tmp_path / "locks")
        checkout.write({"a/x.py": "2\n"})
        resolver = FakeResolver()
        (locked,) = lock(plan, before, resolver).locks.values()
        assert resolver.calls == {}
        assert all(unit.artifact and not unit.built for unit in locked.units.values())
        checkout.write({"a/x.py": "1\n"})
        (locked,) = lock(plan, before, resolver).locks.values()
        assert all(unit.built for unit in locked.units.values())

    def test_lock030_other_line_endings(self, checkout: Checkout, tmp_path: Path) -> None:
        checkout.write({"a/x.py": "1\n"})
        plan = plans.plan(layer_of(checkout.path, "a"))
        before = store(lock(plan, NOTHING, FakeResolver()), tmp_path / "locks")
        checkout.write({"a/x.py": "1\r\n"})
        assert render_diagnostics(lock(plan, before, FakeResolver()).diagnostics) == (
            "warning[LOCK030]: own files of `utils` differ from the lock in nothing but their line endings\n"
            " --> layers.yaml:1:1 (layers.utils)\n"
            "\n"
            f"hint: {REMEDY}\n"
        )
        checkout.write({"a/x.py": "1\r\n2\r\n"})
        assert lock(plan, before, FakeResolver()).diagnostics == ()

    def test_warnings_about_own_files_are_passed_on(self, checkout: Checkout) -> None:
        checkout.write({"a/x.py": ""})
        plan = plans.plan(layer_of(checkout.path, "a", executable=("nothing",)))
        assert [item.code for item in lock(plan, NOTHING, FakeResolver()).diagnostics] == ["OWN016"]
