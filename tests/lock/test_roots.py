"""What the lock remembers of roots: kept until their files are gone, and through merges; what is no path is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.diagnostics import SpecError
from layerforge.facts.load import load_facts
from layerforge.lock.check import check_lock
from layerforge.lock.file import StoredLock, dump_lock, read_lock
from layerforge.lock.make import make_lock
from layerforge.lock.roots import lasting_roots, without_gone_roots
from layerforge.lock.types import Lock
from layerforge.plan.fleet_types import Plan, Region, RegionState
from support import plans
from support.specs import tell

EU = plans.region("eu-west-1", root="deploy/eu")


def _plan(*regions: Region | str) -> Plan:
    return Plan(layers=(), fleets=(plans.fleet(regions=regions),))


def _stored(**roots: str) -> dict[Path, StoredLock]:
    return {plans.SPEC: StoredLock(lock=Lock(roots={name.replace("_", "/"): region for name, region in roots.items()}))}


def test_roots_are_remembered_that_nobody_would_find_again() -> None:
    paused = plans.region("us-west-2", root="usw", state=RegionState.PAUSED)
    retired = plans.region("us-east-1", root="deploy/us", state=RegionState.RETIRED)
    deep = plans.region("us-east-2", root="roots/a/us-east-2")
    assert lasting_roots(_plan(EU, paused, retired, deep, "eu-west-2"), plans.SPEC) == {
        "deploy/eu": "eu-west-1",
        "roots/a/us-east-2": "us-east-2",
        "usw": "us-west-2",
    }


def test_a_root_is_forgotten_only_once_its_files_are_gone() -> None:
    locks = make_lock(_plan(EU), _stored(old="us-east-1"), facts=load_facts()).locks
    assert locks[plans.SPEC].roots == {"deploy/eu": "eu-west-1", "old": "us-east-1"}
    assert without_gone_roots(_plan(EU), locks)[plans.SPEC].roots == {"deploy/eu": "eu-west-1"}


def test_the_text_of_roots(tmp_path: Path) -> None:
    text = dump_lock(Lock(roots={"old": "us-east-1", "deploy/eu": "eu-west-1"}))
    assert text == (
        '{\n  "layers": {},\n  "roots": {\n    "deploy/eu": "eu-west-1",\n    "old": "us-east-1"\n  },\n'
        '  "version": 1\n}\n'
    )
    path = tmp_path / "layers.lock.json"
    path.write_text(text)
    assert read_lock(path).lock == Lock(roots={"deploy/eu": "eu-west-1", "old": "us-east-1"})


def test_both_sides_of_a_conflict_are_remembered(tmp_path: Path) -> None:
    ours, theirs = (dump_lock(Lock(roots={name: "us-east-1"})) for name in ("one", "two"))
    line = '    "one": "us-east-1"\n'
    conflict = f"<<<<<<< ours\n{line}=======\n{line.replace('one', 'two')}>>>>>>> theirs\n"
    path = tmp_path / "layers.lock.json"
    path.write_text(ours.replace(line, conflict))
    assert "two" in theirs
    assert read_lock(path).lock.roots == {"one": "us-east-1", "two": "us-east-1"}


@pytest.mark.parametrize("root", ["/etc", "../x", "a/../b", "a/..", "a//b", "a/", "", "./a", "a\\b"])
def test_what_is_no_path_below_the_spec_is_refused(root: str, tmp_path: Path) -> None:
    path = tmp_path / "layers.lock.json"
    path.write_text(json.dumps({"layers": {}, "roots": {root: "eu-west-1"}, "version": 1}))
    with pytest.raises(SpecError) as caught:
        read_lock(path, shown="layers.lock.json")
    assert [(item.code, item.message) for item in caught.value.diagnostics] == [
        ("LOCK003", f"`{root}` is not the path of a root")
    ]


def test_what_is_no_region_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "layers.lock.json"
    path.write_text('{"layers": {}, "roots": {"a": "Europe", "b": 1}, "version": 1}')
    with pytest.raises(SpecError) as caught:
        read_lock(path, shown="layers.lock.json")
    assert [item.message for item in caught.value.diagnostics] == [
        "`a` is `Europe`, not the name of a Region",
        "`b` is 1, not the name of a Region",
    ]


def test_a_lock_that_does_not_remember_a_root_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert check_lock(_plan(EU), _stored(deploy_eu="eu-west-1", old="us-east-1")) == ()
    moved = _plan(replace(EU, root="eu"))
    assert tell(check_lock(moved, _stored(deploy_eu="eu-west-1"))) == (
        "error LOCK029 project/layers.lock.json (roots)\n"
        "  the lock does not name `eu`, the root of `eu-west-1`\n"
        "  hint: run `layerforge gen --spec project/layers.yaml` and commit `project/layers.lock.json` "
        "and the modules\n"
    )
