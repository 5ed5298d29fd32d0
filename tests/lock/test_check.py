"""Checking the lock: one message for each stale unit, which says what is stale and what to run."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import Location, SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.asking import Asking, read_askings
from layerforge.lock.check import NOT_ASKED_FOR, NOT_BUILT, check_inputs, check_lock
from layerforge.lock.file import StoredLock
from layerforge.lock.make import make_lock
from layerforge.lock.types import ArtifactRecord, Lock
from layerforge.names import LayerName, Split
from layerforge.plan.fleet_types import Plan
from layerforge.plan.types import Layer, Packaged
from support import plans
from support.asking import FakeResolver, read_fake_request
from support.checkouts import Checkout, layer_of

IN_SPEC = " --> layers.yaml:1:1 (layers.{})\n\n"
GEN = "hint: run `layerforge gen` and commit `layers.lock.json` and the modules\n"

Locks = Mapping[Path, StoredLock]


def layer(name: str = "a", *requirements: str, spec: Path = plans.SPEC, **fields: tuple[str, ...]) -> Layer:
    content = plans.source(requirements=requirements or ("idna",), **fields)
    return plans.layer(name, spec=spec, split=Split.NONE, content=content)


def asked(*layers: Packaged) -> Mapping[LayerName, Asking]:
    """Return what layers ask."""
    return read_askings(layers, read_fake_request)


def locked(*layers: Layer, built: bool = True) -> Locks:
    """Return the locks that fit some layers."""
    made = make_lock(plans.plan(*layers), {}, facts=load_facts(), resolve=FakeResolver(), askings=asked(*layers))
    found = {}
    for spec, lock in made.locks.items():
        units = {
            key: replace(
                unit,
                artifact=ArtifactRecord(
                    inputs=unit.inputs.digest, format=1, sha256=plans.sha256("zip"), zipped_size=1, unzipped_size=2
                )
                if built
                else None,
            )
            for key, unit in lock.units.items()
        }
        found[spec] = StoredLock(lock=Lock(units=units))
    return found


def said(plan: Plan, stored: Locks) -> str:
    return render_diagnostics(check_lock(plan, stored, askings=asked(*plan.packaged)))


def test_a_lock_that_fits() -> None:
    layers = [layer("a"), layer("b", "six"), layer("c", "idna", spec=Path("/project/other.yaml"))]
    assert check_lock(plans.plan(*layers), locked(*layers), askings=asked(*layers)) == ()


def test_lock020_conflict_markers() -> None:
    stored = {plans.SPEC: replace(locked(layer())[plans.SPEC], conflicted=True)}
    assert said(plans.plan(layer("b")), stored) == (
        "error[LOCK020]: the lock holds conflict markers\n"
        " --> layers.lock.json\n"
        "\n"
        "hint: run `layerforge gen` and commit `layers.lock.json` and the modules: it keeps what both sides have\n"
    )


def test_lock021_no_lock() -> None:
    message = f"error[LOCK021]: there is no lock yet\n --> layers.lock.json\n\n{GEN}"
    assert said(plans.plan(layer("a"), layer("b")), {plans.SPEC: StoredLock(exists=False)}) == message
    assert said(plans.plan(layer("a"), layer("b")), {}) == message
    assert said(Plan(layers=()), {plans.SPEC: StoredLock(exists=False)}) == ""


def test_lock022_a_unit_is_missing() -> None:
    assert said(plans.plan(layer("a"), layer("b")), locked(layer("a"))) == (
        f"error[LOCK022]: the lock does not have `b/all`\n{IN_SPEC.format('b')}{GEN}"
    )


def test_lock023_requirements_changed() -> None:
    assert said(plans.plan(layer("a", "idna", "six")), locked(layer("a"))) == (
        "error[LOCK023]: the lock is stale for `a/all`: its requirements or targets changed\n"
        f"{IN_SPEC.format('a')}{GEN}"
    )


def test_lock023_fields_changed() -> None:
    for fields in ({"exclude": ("**/x",)}, {"prefer": ("idna",)}):
        assert said(plans.plan(layer("a", **fields)), locked(layer("a"))) == (
            f"error[LOCK023]: the lock is stale for `a/all`: `exclude` or `prefer` changed\n{IN_SPEC.format('a')}{GEN}"
        )


def test_lock023_several_reasons_in_one_message(checkout: Checkout) -> None:
    checkout.write({"a/x.py": "1"})
    before = locked(replace(layer_of(checkout.path, "a"), split=Split.NONE))
    checkout.write({"a/x.py": "2"})
    now = layer_of(checkout.path, "a")
    source = plans.source(requirements=("idna",), exclude=("x",))
    now = replace(now, source=replace(source, include=now.source.include))
    assert said(plans.plan(now), before).splitlines()[0] == (
        "error[LOCK023]: the lock is stale for `utils/python312-x86-64`: its requirements or targets changed, "
        "`exclude` or `prefer` changed, own files changed in content or mode"
    )


def test_one_message_for_each_unit(checkout: Checkout) -> None:
    checkout.write({"a/x.py": "1"})
    before = locked(layer_of(checkout.path, "a"))
    checkout.write({"a/x.py": "2"})
    assert said(plans.plan(layer_of(checkout.path, "a")), before) == "\n".join(
        f"error[LOCK023]: the lock is stale for `utils/python312-{machine}`: own files changed in content or mode\n"
        f"{IN_SPEC.format('utils')}{GEN}"
        for machine in ("x86-64", "arm64")
    )


OWN: list[tuple[str, Callable[[Checkout], object], str, tuple[str, ...]]] = [
    (
        "added",
        lambda checkout: checkout.write({"a/new.py": ""}),
        "own files were added, removed or renamed",
        ("not tracked by git: `a/new.py`",),
    ),
    (
        "many added",
        lambda checkout: checkout.write({f"a/new{number}.py": "" for number in range(7)}),
        "own files were added, removed or renamed",
        (*(f"not tracked by git: `a/new{number}.py`" for number in range(5)), "and 2 more"),
    ),
    ("removed", lambda checkout: (checkout.path / "a/y.py").unlink(), "own files were added, removed or renamed", ()),
    (
        "renamed",
        lambda checkout: checkout.git("mv", "a/y.py", "a/z.py"),
        "own files were added, removed or renamed",
        (),
    ),
    ("edited", lambda checkout: checkout.write({"a/y.py": "3"}), "own files changed in content or mode", ()),
    ("made a script", lambda checkout: checkout.write({"a/y.py": "#!x"}), "own files changed in content or mode", ()),
    (
        "edited and of other line endings",
        lambda checkout: checkout.write({"a/y.py": "3", "a/x.py": "1\r\n"}),
        "own files changed in content or mode",
        (),
    ),
]


@pytest.mark.parametrize(("change", "reason", "notes"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_lock023_kinds_of_change_in_own_files(
    checkout: Checkout, change: Callable[[Checkout], object], reason: str, notes: tuple[str, ...]
) -> None:
    checkout.commit({"a/x.py": "1\n", "a/y.py": "2\n"})
    before = locked(layer_of(checkout.path, "a"))
    change(checkout)
    layer = layer_of(checkout.path, "a")
    found = check_lock(plans.plan(layer), before, askings=asked(layer))
    assert [item.message for item in found] == [
        f"the lock is stale for `utils/python312-{machine}`: {reason}" for machine in ("x86-64", "arm64")
    ]
    assert {item.notes for item in found} == {notes}


def test_lock023_the_first_and_the_last_own_file(checkout: Checkout) -> None:
    checkout.write({"a/x.py": "1"})
    with_files, without = layer_of(checkout.path, "a"), layer_of(checkout.path)
    for before, now in ((with_files, without), (without, with_files)):
        heads = said(plans.plan(now), locked(before)).splitlines()
        assert heads[0].endswith(": own files were added, removed or renamed")


@pytest.mark.parametrize(
    ("before", "after"), [("1\n2\n", "1\r\n2\r\n"), ("1\r\n2\n", "1\n2\n"), ("1\r\n2\n", "1\n2\r\n")]
)
def test_lock024_line_endings_alone(checkout: Checkout, before: str, after: str) -> None:
    checkout.write({"a/x.py": before, "a/y.py": "3\n"})
    unit = replace(layer_of(checkout.path, "a"), units=layer("utils").units)
    stored = locked(unit)
    checkout.write({"a/x.py": after})
    assert said(plans.plan(unit), stored) == (
        "error[LOCK024]: the lock is stale for `utils/all`: its own files have other line endings\n"
        f"{IN_SPEC.format('utils')}"
        "hint: make line endings the same on every checkout: put the line `* text=auto eol=lf` into `.gitattributes`, "
        "run `git add --renormalize .`, commit, delete the included files and get them back with `git checkout -- .`\n"
    )


def test_lock024_in_a_real_checkout(checkout: Checkout, tmp_path: Path) -> None:
    checkout.commit({"a/x.py": "1\n2\n"})
    stored = locked(layer_of(checkout.path, "a"))
    other = checkout.clone(tmp_path / "other", "--config=core.autocrlf=true")
    moved = {other.path / "layers.yaml": stored[checkout.path / "layers.yaml"]}
    layer = layer_of(other.path, "a")
    found = check_lock(plans.plan(layer), moved, askings=asked(layer))
    assert [item.code for item in found] == ["LOCK024", "LOCK024"]


def test_lock025_a_unit_that_the_spec_no_longer_asks_for() -> None:
    assert said(plans.plan(layer("a")), locked(layer("a"), layer("b"))) == (
        "error[LOCK025]: the lock has `b/all`, which the spec no longer asks for\n"
        f" --> layers.lock.json (layers.b.all)\n\n{GEN}"
    )


def test_lock026_not_built() -> None:
    assert said(plans.plan(layer()), locked(layer(), built=False)) == (
        f"error[LOCK026]: the artifact of `a/all` has not been built yet\n{IN_SPEC.format('a')}{GEN}"
    )


def test_lock026_built_from_other_inputs() -> None:
    stored = locked(layer())
    ((key, unit),) = stored[plans.SPEC].lock.units.items()
    assert unit.artifact is not None
    other = replace(unit, artifact=replace(unit.artifact, inputs=plans.sha256("other")))
    assert said(plans.plan(layer()), {plans.SPEC: StoredLock(lock=Lock(units={key: other}))}) == (
        f"error[LOCK026]: the artifact of `a/all` was built from other inputs\n{IN_SPEC.format('a')}{GEN}"
    )


def test_lock027_pins_that_a_merge_has_mixed() -> None:
    ((key, unit),) = locked(layer())[plans.SPEC].lock.units.items()
    assert said(plans.plan(layer()), {plans.SPEC: StoredLock(disputed={key: (unit,)})}) == (
        "error[LOCK027]: the locked pins of `a/all` were not resolved together\n"
        " --> layers.lock.json (layers.a.all)\n"
        "\n"
        "hint: a merge, or somebody's hand, has mixed them: run `layerforge gen` and commit `layers.lock.json` and the "
        "modules\n"
    )


def test_the_command_names_the_spec_where_it_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = Path("/project/team 1/prod.yaml")
    one = replace(layer("a", spec=spec), where=Location(file="team 1/prod.yaml", line=3, column=3, path="layers.a"))
    assert said(plans.plan(one), {}) == (
        "error[LOCK021]: there is no lock yet\n"
        " --> team 1/prod.lock.json\n"
        "\n"
        "hint: run `layerforge gen --spec 'team 1/prod.yaml'` and commit `team 1/prod.lock.json` and the modules\n"
    )
    monkeypatch.chdir("/")
    assert said(Plan(layers=()), {spec: locked(layer())[plans.SPEC]}).splitlines()[1] == (
        " --> project/team 1/prod.lock.json (layers.a.all)"
    )


def test_what_the_spec_names_cannot_be_read(checkout: Checkout) -> None:
    with pytest.raises(SpecError, match="OWN001"):
        check_lock(plans.plan(layer_of(checkout.path, "gone")), {})


def test_the_inputs_of_some_layers_alone() -> None:
    stored = locked(layer("a"), layer("b"), layer("c"), built=False)
    assert check_inputs([layer("a")], stored, askings=asked(layer("a"))) == ()
    changed = [layer("a", "six"), layer("b")]
    found = check_inputs(changed, stored, askings=asked(*changed))
    assert [item.message for item in found] == ["the lock is stale for `a/all`: its requirements or targets changed"]
    codes = {item.code for item in check_lock(plans.plan(layer("a")), stored, askings=asked(layer("a")))}
    assert codes == {NOT_ASKED_FOR, NOT_BUILT}
