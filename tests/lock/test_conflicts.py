"""A lock with conflict markers in it is taken: what is intact stays, and of the rest both sides are remembered."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import SpecError
from layerforge.lock.conflicts import prefer_higher, surviving_record
from layerforge.lock.file import StoredLock, dump_lock, read_lock
from layerforge.lock.types import ArtifactRecord, Inputs, Lock, LockedUnit, Pin, UnitId
from layerforge.names import LayerName, UnitKey
from support import plans
from support.checkouts import Checkout

STYLES = ["merge", "diff3", "zdiff3"]


def name(layer: str, key: str = "all") -> UnitId:
    return LayerName(layer), UnitKey(key)


def built(inputs: Inputs, *, number: int = 1, seed: str = "") -> LockedUnit:
    """Return a unit that was built from its inputs."""
    digest = plans.sha256(f"zip {seed}{inputs.digest}")
    record = ArtifactRecord(inputs=inputs.digest, format=number, sha256=digest, zipped_size=10, unzipped_size=20)
    return LockedUnit(inputs=inputs, artifact=record)


def unit(*pins: str, request: str = "request", own: str = "") -> LockedUnit:
    """Return a built unit with pins such as ``idna 3.10``."""
    made = plans.inputs([plans.pin(*pin.split()) for pin in pins], request=request)
    return built(replace(made, own_files=plans.sha256(own)))


def merge(folder: Path, base: str, ours: str, theirs: str, *options: str) -> str:
    """Merge three texts as git does, conflict markers and all."""
    for file, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / file).write_bytes(text.encode())
    argv = [
        "git",
        "merge-file",
        "-p",
        *(f"--{option}" for option in options if option != "merge"),
        "ours",
        "base",
        "theirs",
    ]
    done = subprocess.run(argv, cwd=folder, capture_output=True, check=False)
    assert 0 <= done.returncode < 128, done.stderr
    return done.stdout.decode()


def read(folder: Path, text: str) -> StoredLock:
    path = folder / "layers.lock.json"
    path.write_bytes(text.encode())
    return read_lock(path, shown="layers.lock.json")


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read(folder, text)
    return render_diagnostics(caught.value.diagnostics)


def merged(
    folder: Path,
    base: dict[UnitId, LockedUnit],
    ours: dict[UnitId, LockedUnit],
    theirs: dict[UnitId, LockedUnit],
    style: str = "merge",
) -> StoredLock:
    text = merge(folder, *(dump_lock(Lock(units=units)) for units in (base, ours, theirs)), style)
    assert "<<<<<<<" in text
    return read(folder, text)


@pytest.mark.parametrize("style", STYLES)
def test_two_upgrades_of_one_package(tmp_path: Path, style: str) -> None:
    same = unit("six 1.16.0")
    base, ours, theirs = (unit(f"idna {version}", "six 1.16.0") for version in ("3.8", "3.9", "3.10"))
    one, two = name("a"), name("b")
    stored = merged(tmp_path, {one: base, two: same}, {one: ours, two: same}, {one: theirs, two: same}, style)
    assert stored == StoredLock(lock=Lock(units={two: same}), disputed={one: (ours, theirs)}, conflicted=True)
    assert [(pin.name, pin.version) for pin in stored.preferences] == [
        ("idna", "3.10"),
        ("idna", "3.9"),
        ("six", "1.16.0"),
    ]


@pytest.mark.parametrize("style", STYLES)
def test_two_new_layers_in_one_place(tmp_path: Path, style: str) -> None:
    first, second, third = unit("idna 3.10"), unit("six 1.16.0"), unit("attrs 24.2.0", "idna 3.10")
    stored = merged(
        tmp_path, {name("a"): first}, {name("a"): first, name("c"): second}, {name("a"): first, name("b"): third}, style
    )
    assert stored.lock.units == {name("a"): first, name("b"): third, name("c"): second}
    assert stored.disputed == {}
    assert stored.conflicted


def test_a_unit_that_one_side_took_out_stays_for_the_spec_to_judge(tmp_path: Path) -> None:
    base, changed = unit("idna 3.9"), unit("idna 3.10")
    stored = merged(tmp_path, {name("a"): base}, {}, {name("a"): changed})
    assert stored.lock.units == {name("a"): changed}


def test_own_files_changed_on_both_sides_and_pins_on_none(tmp_path: Path) -> None:
    base, ours, theirs = (unit("idna 3.9", own=own) for own in ("base", "ours", "theirs"))
    stored = merged(tmp_path, {name("a"): base}, {name("a"): ours}, {name("a"): theirs})
    assert stored.lock.units[name("a")] in (ours, theirs)
    assert stored.disputed == {}


def test_a_merge_without_markers_that_mixed_pins_is_seen_too(tmp_path: Path) -> None:
    """Where git keeps one branch's digest of the resolution and both branches' pins."""
    pins = [f"{letter * 3} 1.0" for letter in "abcdefg"]
    text = dump_lock(Lock(units={name("a"): unit(*pins)}))
    other = dump_lock(Lock(units={name("a"): unit("aaa 2.0", *pins[1:])}))
    line = next(line for line in other.splitlines() if '"aaa"' in line)
    stored = read(tmp_path, "\n".join(line if '"aaa"' in old else old for old in text.splitlines()))
    assert stored.lock.units == {}
    assert not stored.conflicted
    assert [(pin.name, pin.version) for pin in stored.preferences][:2] == [("aaa", "2.0"), ("bbb", "1.0")]


def test_pins_under_the_key_of_another_unit_are_seen_too(tmp_path: Path) -> None:
    text = dump_lock(Lock(units={name("a", "arm64"): unit("idna 3.10")})).replace('"arm64"', '"x86-64"')
    assert read(tmp_path, text).disputed == {name("a", "x86-64"): (unit("idna 3.10"),)}


def test_what_a_merge_doubled_is_disputed(tmp_path: Path) -> None:
    one, two = (dump_lock(Lock(units={name("a"): unit(f"idna {version}")})) for version in ("3.9", "3.10"))
    first, second = (text[text.index('      "all"') : text.rindex("\n    }")] for text in (one, two))
    doubled = one.replace(first, f"{first},\n{second}")
    assert refusal(tmp_path, doubled).startswith("error[LOCK007]: `all` is there twice\n")
    stored = read(
        tmp_path, doubled.replace('  "version": 1\n', '<<<<<<< a\n  "version": 1\n=======\n  "version": 1\n>>>>>>> b\n')
    )
    assert stored.disputed == {name("a"): (unit("idna 3.9"), unit("idna 3.10"))}


def test_pins_that_merged_without_a_conflict_are_not_trusted(tmp_path: Path) -> None:
    """Each side moved one package; nobody has resolved both moves together."""
    pins = [f"{letter * 3} 1.0" for letter in "abcdefg"]
    base = unit(*pins)
    ours = unit("aaa 2.0", *pins[1:])
    theirs = unit(*pins[:-1], "ggg 2.0")
    stored = merged(tmp_path, {name("a"): base}, {name("a"): ours}, {name("a"): theirs})
    assert stored.lock.units == {}
    preferred = {pin.name: pin.version for pin in stored.preferences}
    assert preferred == {"aaa": "2.0", "ggg": "2.0"} | {letter * 3: "1.0" for letter in "bcdef"}


def test_one_side_built_and_the_other_has_not(tmp_path: Path) -> None:
    made = unit("idna 3.9")
    bare = replace(made, artifact=None)
    stale = replace(made, artifact=unit("idna 3.8").artifact)
    stored = merged(tmp_path, {name("a"): stale}, {name("a"): bare}, {name("a"): made})
    assert stored.lock.units == {name("a"): made}


def test_two_builds_of_the_same_inputs_that_differ(tmp_path: Path) -> None:
    made = unit("idna 3.9")
    other = built(made.inputs, seed="other")
    base = replace(made, artifact=None)
    stored = merged(tmp_path, {name("a"): base}, {name("a"): made}, {name("a"): other})
    assert stored.lock.units == {name("a"): base}


def test_the_newer_archive_format_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerforge.lock.reader.NEWEST_FORMAT", 3)
    made = unit("idna 3.9")
    newer = built(made.inputs, number=2, seed="newer")
    base = replace(made, artifact=None)
    for ours, theirs in ((made, newer), (newer, made)):
        stored = merged(tmp_path, {name("a"): base}, {name("a"): ours}, {name("a"): theirs})
        assert stored.lock.units == {name("a"): newer}


def test_a_real_merge_of_two_branches(checkout: Checkout) -> None:
    texts = [dump_lock(Lock(units={name("a"): unit(f"idna {version}")})) for version in ("3.8", "3.9", "3.10")]
    checkout.commit({"layers.lock.json": texts[0]})
    checkout.git("switch", "--quiet", "--create", "other")
    checkout.commit({"layers.lock.json": texts[2]})
    checkout.git("switch", "--quiet", "main")
    checkout.commit({"layers.lock.json": texts[1]})
    with pytest.raises(AssertionError, match="merge"):
        checkout.git("merge", "other")
    stored = read_lock(checkout.path / "layers.lock.json")
    assert stored.conflicted
    assert stored.disputed == {name("a"): (unit("idna 3.9"), unit("idna 3.10"))}


def test_line_endings_of_another_system(tmp_path: Path) -> None:
    texts = [dump_lock(Lock(units={name("a"): unit(f"idna {version}")})) for version in ("3.8", "3.9", "3.10")]
    text = merge(tmp_path, *texts, "diff3")
    crlf = text.replace("\n", "\r\n")
    assert read(tmp_path, crlf) == read(tmp_path, text)
    mixed = "".join(line + ("\n" if line.startswith(("<", "|", "=", ">")) else "\r\n") for line in text.splitlines())
    assert read(tmp_path, mixed) == read(tmp_path, text)


@pytest.mark.parametrize("style", STYLES)
def test_a_conflict_within_a_conflict(tmp_path: Path, style: str) -> None:
    """Someone committed the markers, and the file was merged again."""
    sides = [unit(f"idna {version}") for version in ("3.7", "3.8", "3.9", "3.10")]
    base, one, two, three = (dump_lock(Lock(units={name("a"): side, name("b"): unit("six 1.16.0")})) for side in sides)
    inner = merge(tmp_path, base, one, two, style)
    outer = merge(tmp_path, base, inner, three, style)
    assert outer.count("<<<<<<<") > inner.count("<<<<<<<")
    stored = read(tmp_path, outer)
    assert stored.disputed == {name("a"): tuple(sides[1:])}
    assert stored.lock.units == {name("b"): unit("six 1.16.0")}


def test_the_common_ancestor_of_a_criss_cross_merge_has_longer_markers(tmp_path: Path) -> None:
    texts = [dump_lock(Lock(units={name("a"): unit(f"idna {version}")})) for version in ("3.8", "3.9", "3.10")]
    lines = merge(tmp_path, *texts, "diff3").split("\n")
    start = next(index for index, line in enumerate(lines) if line.startswith("|||||||"))
    lines[start + 1 : start + 1] = ["<<<<<<<<< one", "x", "||||||||| old", "y", "=========", "z", ">>>>>>>>> two"]
    assert read(tmp_path, "\n".join(lines)).disputed == {name("a"): (unit("idna 3.9"), unit("idna 3.10"))}


HINT = "hint: take the lock of one branch whole, such as with `git checkout --ours`, then run `layerforge gen`\n"


def test_lock009_markers_that_do_not_fit_together(tmp_path: Path) -> None:
    assert refusal(tmp_path, "{\n<<<<<<< HEAD\n1\n=======\n2\n}\n") == (
        "error[LOCK009]: the conflict markers in the lock do not fit together: `<<<<<<<` without its `>>>>>>>`\n"
        " --> layers.lock.json:2:1\n"
        "  |\n"
        "2 | <<<<<<< HEAD\n"
        "  | ^^^^^^^^^^^^\n"
        "\n" + HINT
    )


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("{\n=======\n}\n", "`=======` without a `<<<<<<<` before it", 2),
        ("{}\n>>>>>>> x", "`>>>>>>>` without a `<<<<<<<` before it", 2),
        ("||||||| x\r\n", "`|||||||` without a `<<<<<<<` before it", 1),
        ("<<<<<<< x\n>>>>>>> y\n", "`>>>>>>>` where it cannot stand", 2),
        ("<<<<<<< x\n=======\n=======\n>>>>>>> y\n", "`=======` where it cannot stand", 3),
        ("<<<<<<< x\n=======\n||||||| y\n>>>>>>> y\n", "`|||||||` where it cannot stand", 3),
        ("<<<<<<< x\n||||||| y\n>>>>>>> y\n", "`>>>>>>>` where it cannot stand", 3),
        ("<<<<<<< x\n<<<<<<< y\n=======\n>>>>>>> y\n", "`<<<<<<<` without its `>>>>>>>`", 1),
        (
            "<<<<<<< x\n=======\n<<<<<<< y\n1\n=======\n>>>>>>> y\n=======\n>>>>>>> z\n",
            "`=======` where it cannot stand",
            7,
        ),
    ],
)
def test_lock009_what_else_does_not_fit(tmp_path: Path, text: str, reason: str, line: int) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, text)
    (problem,) = caught.value.diagnostics
    assert problem.code == "LOCK009"
    assert problem.message == f"the conflict markers in the lock do not fit together: {reason}"
    assert problem.location is not None
    assert problem.location.line == line


def test_lock009_too_many_sides(tmp_path: Path) -> None:
    text = "0\n"
    for number in range(20):
        text = f"<<<<<<< x\n{text}=======\n{number + 1}\n>>>>>>> y\n"
    assert refusal(tmp_path, text).splitlines()[0] == (
        "error[LOCK009]: the conflict markers in the lock do not fit together: the conflict has too many sides"
    )


def test_a_side_that_is_no_lock_is_an_error_at_its_line(tmp_path: Path) -> None:
    texts = [dump_lock(Lock(units={name("a"): unit(f"idna {version}")})) for version in ("3.8", "3.9", "3.10")]
    text = merge(tmp_path, *texts, "diff3")
    digest = unit("idna 3.10").inputs.pins[0].sha256
    line = next(number for number, line in enumerate(text.split("\n"), start=1) if digest in line)
    said = refusal(tmp_path, text.replace(digest, "broken"))
    assert said.startswith(
        "error[LOCK005]: `sha256` is `broken`, not a SHA-256 digest of 64 lower-case hexadecimal digits\n"
        f"  --> layers.lock.json:{line}:"
    )
    assert said.count("error") == 1


def test_a_half_broken_lock_without_markers_is_not_healed(tmp_path: Path) -> None:
    text = dump_lock(Lock(units={name("a"): unit("idna 3.9"), name("b"): unit("idna 3.9")}))
    assert refusal(tmp_path, text[: len(text) // 2]).startswith("error[LOCK002]: the lock is not JSON: ")


def test_the_higher_version_of_a_package_comes_first() -> None:
    versions = ["1.10", "1.9", "1.10rc1", "2.0.dev1", "1!0.1", "1.10+cu1", "01.9"]
    pins = [plans.pin("idna", version) for version in versions] + [plans.pin("attrs", "1.0")]
    found = [(pin.name, pin.version) for pin in prefer_higher([*pins, *pins])]
    order = ["1!0.1", "2.0.dev1", "1.10+cu1", "1.10", "1.10rc1", "1.9", "01.9"]
    assert found == [("attrs", "1.0"), *(("idna", version) for version in order)]


def test_versions_that_nobody_understands_come_last() -> None:
    pins = [plans.pin("idna", version) for version in ("3zz!", "3.9", "4zz!")]
    assert [pin.version for pin in prefer_higher(pins)] == ["3.9", "4zz!", "3zz!"]


def test_the_record_that_a_disputed_unit_keeps() -> None:
    ours, theirs = unit("idna 3.9"), unit("idna 3.10")
    neither = unit("idna 3.11")
    newer = built(theirs.inputs, number=2)
    assert surviving_record([ours, theirs], replace(theirs, artifact=None)) == theirs.artifact
    assert surviving_record([ours, newer], neither) == newer.artifact
    assert surviving_record([ours, newer], ours) == ours.artifact
    assert surviving_record([ours, built(ours.inputs, seed="other")], ours) is None
    assert surviving_record([replace(ours, artifact=None)], ours) is None
    assert surviving_record([], ours) is None
    assert surviving_record([ours, theirs], neither) == surviving_record([theirs, ours], neither) is not None


layer_names = st.sampled_from(["a", "b", "c"])
package_names = st.sampled_from(["aaa", "bbb", "ccc", "ddd", "eee", "fff"])
version_numbers = st.sampled_from(["1.0", "2.0", "3.0"])


keys = st.builds(name, layer_names, st.sampled_from(["all", "arm64"]))


@st.composite
def units(draw: st.DrawFn, key: UnitId) -> LockedUnit:
    """Draw a unit; as in life, its request and its ZIP are like no other layer's."""
    chosen = draw(st.dictionaries(package_names, version_numbers, max_size=6))
    made = plans.inputs(
        [plans.pin(package, version) for package, version in chosen.items()],
        request=f"{key[0]} {draw(st.sampled_from(['one', 'two']))}",
    )
    return built(replace(made, own_files=plans.sha256(f"{key[0]} {draw(st.sampled_from('xy'))}")))


@st.composite
def unit_tables(draw: st.DrawFn, most: int) -> dict[UnitId, LockedUnit]:
    return {key: draw(units(key)) for key in draw(st.sets(keys, max_size=most))}


@st.composite
def changed(draw: st.DrawFn, base: dict[UnitId, LockedUnit]) -> dict[UnitId, LockedUnit]:
    """Change a lock as a branch does: some units anew, gone, or with one pin moved; built again or left stale."""
    units_now = dict(base)
    for key in draw(st.lists(st.sampled_from(sorted(base) or [name("a")]), max_size=3)):
        step = draw(st.sampled_from(["pin", "pin", "new", "gone", "stale"]))
        if step == "gone" or key not in units_now:
            units_now.pop(key, None)
        elif step == "new":
            units_now[key] = draw(units(key))
        elif step == "stale":
            request = plans.sha256(f"{key[0]} three")
            units_now[key] = replace(units_now[key], inputs=replace(units_now[key].inputs, request=request))
        else:
            pin = plans.pin(draw(package_names), draw(version_numbers))
            others = [item for item in units_now[key].inputs.pins if item.name != pin.name]
            units_now[key] = built(replace(units_now[key].inputs, pins=tuple(sorted([*others, pin]))))
    return units_now | draw(st.just({}) | unit_tables(1))


def _pins(lock: dict[UnitId, LockedUnit], key: UnitId) -> set[Pin]:
    return set(lock[key].inputs.pins) if key in lock else set()


def _read_or_find_doubles(folder: Path, text: str) -> None:
    """A merge without markers gives a lock, or one that git has put something into twice."""
    try:
        read(folder, text)
    except SpecError as error:
        assert {item.code for item in error.diagnostics} == {"LOCK007"}  # noqa: PT017


@given(
    data=st.data(),
    base=unit_tables(4),
    style=st.sampled_from(STYLES),
)
@settings(max_examples=60)
def test_a_merge_loses_nothing_that_either_branch_did_and_mixes_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, base: dict[UnitId, LockedUnit], style: str
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    ours, theirs = data.draw(changed(base)), data.draw(changed(base))
    text = merge(folder, *(dump_lock(Lock(units=lock)) for lock in (base, ours, theirs)), style)
    if "<<<<<<<" not in text:
        event("clean")
        _read_or_find_doubles(folder, text)
        return
    event("conflict")
    stored = read(folder, text)
    assert not set(stored.lock.units) & set(stored.disputed)
    if base.keys() == ours.keys() == theirs.keys():  # else git may put lines of one unit under another's name
        for key in base:
            if ours[key] == theirs[key]:
                assert stored.lock.units[key] == ours[key]
            sides = stored.disputed.get(key, (stored.lock.units.get(key),))
            remembered = {pin for side in sides if side is not None for pin in side.inputs.pins}
            assert (_pins(ours, key) | _pins(theirs, key)) - _pins(base, key) <= remembered
    for key, kept_unit in stored.lock.units.items():
        sources = [lock[key] for lock in (base, ours, theirs) if key in lock]
        assert (kept_unit.inputs.pins, kept_unit.inputs.request) in {
            (unit.inputs.pins, unit.inputs.request) for unit in sources
        }
        assert kept_unit.built is None or kept_unit.built in {unit.artifact for unit in sources}


@given(
    st.lists(
        st.sampled_from(["<<<<<<< a", "||||||| b", "=======", ">>>>>>> c", "{}", '{"layers": {}, "version": 1}']),
        max_size=9,
    )
)
@settings(max_examples=100)
def test_any_heap_of_markers_is_a_lock_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    text = "\n".join(lines)
    folder = tmp_path_factory.getbasetemp()
    try:
        read(folder, text)
    except SpecError as error:
        render_diagnostics(error.diagnostics).encode()


def test_reading_does_not_depend_on_the_callers_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "layers.lock.json").write_text("<<<<<<< x\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        read_lock(tmp_path / "layers.lock.json")
    where = caught.value.diagnostics[0].location
    assert where is not None
    assert where.file == "layers.lock.json"
