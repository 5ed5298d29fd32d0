"""The upkeep of the content store: verify and prune."""

import os
import time
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerforge.build.partial import open_partial
from layerforge.build.store import Store
from layerforge.build.upkeep import Pruned
from layerforge.diagnostics import Diagnostic, OutsideError, Severity
from layerforge.lock.types import Pin
from layerforge.names import Sha256
from support.fetching import Workplace

DAY = 86400


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


def enter(place: Workplace, name: str, *, days: float = 0, size: int = 1000) -> Pin:
    """Put a wheel into the store that was used so many days ago."""
    path, pin = place.wheel(name, size=size)
    place.store.receive(pin, lambda partial: partial.write(path.read_bytes()))
    age(place.store.path_of(pin), days)
    age(place.store.path_of(pin).with_suffix(".idx"), days)
    return pin


def age(path: Path, days: float) -> None:
    moment = time.time() - days * DAY
    os.utime(path, (moment, moment))


def size_of(place: Workplace, *pins: Pin) -> int:
    paths = [place.store.path_of(pin) for pin in pins]
    return sum(path.stat().st_size + path.with_suffix(".idx").stat().st_size for path in paths)


# verify


def test_a_whole_store_is_clean(place: Workplace) -> None:
    for name in ("spam", "eggs"):
        enter(place, name)
    assert place.store.verify() == ()
    assert place.store.verify(drop=True) == ()


def test_one_flipped_bit_is_found(place: Workplace) -> None:
    pin = enter(place, "spam")
    enter(place, "eggs")
    path = place.store.path_of(pin)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    expected = Diagnostic(
        code="STORE005",
        message=f"`spam-1.0-py3-none-any.whl` in the store is damaged: its sha256 is {sha256(data).hexdigest()},"
        f" not {pin.sha256}",
        hint="`layerforge cache verify --drop` removes it, and the next build fetches it again",
        notes=(str(path),),
    )
    assert place.store.verify() == (expected,)
    assert path.exists()
    assert place.store.verify(drop=True) == (expected,)
    assert not path.exists()
    assert not path.with_suffix(".idx").exists()
    assert place.store.verify() == ()
    assert not Store(place.store.root).has(pin)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("damage", "cannot be used: the index is damaged"),
        ("cut", "cannot be used: the index is cut off"),
        ("size", "is for a wheel of another size"),
        ("alone", "has no wheel beside it"),
    ],
)
def test_a_damaged_index_is_a_warning(place: Workplace, how: str, reason: str) -> None:
    pin = enter(place, "spam")
    wheel = place.store.path_of(pin)
    index = wheel.with_suffix(".idx")
    data = index.read_bytes()
    match how:
        case "damage":
            index.write_bytes(data[:-1] + b"?")
        case "cut":
            index.write_bytes(data[:10])
        case "size":
            index.write_bytes(bytes(8) + data[8:])
        case "alone":
            wheel.unlink()
    assert place.store.verify() == (
        Diagnostic(
            code="STORE006",
            severity=Severity.WARNING,
            message=f"the member index of `spam-1.0-py3-none-any.whl` in the store {reason}",
            hint="nothing need be done: the next build that uses the wheel checks it again and makes a new index",
            notes=(str(index),),
        ),
    )
    place.store.verify(drop=True)
    assert not index.exists()
    assert wheel.exists() == (how != "alone")
    assert place.store.verify() == ()


def test_what_is_on_its_way_and_what_is_foreign_is_no_damage(place: Workplace) -> None:
    pin = enter(place, "spam")
    (place.store.root / "incoming" / f"{pin.sha256}.part").write_bytes(b"half")
    (place.store.root / "README").write_text("hello")
    (place.store.path_of(pin).parent / "notes.txt").write_text("hello")
    assert place.store.verify() == ()


def test_a_wheel_that_is_a_folder_cannot_be_read(place: Workplace) -> None:
    path = place.store.path_of(enter(place, "spam"))
    path.unlink()
    path.mkdir()
    found = [item for item in place.store.verify() if item.code == "STORE001"]
    assert [item.message for item in found] == [f"`{path}` cannot be read: Is a directory"]
    with pytest.raises(OutsideError) as caught:
        place.store.verify(drop=True)
    assert caught.value.diagnostics[0].message == f"`{path}` cannot be removed: Is a directory"


# prune


def test_what_was_not_used_for_long_goes(place: Workplace) -> None:
    old, middle, new = (enter(place, name, days=days) for name, days in (("old", 40), ("middle", 20), ("new", 0)))
    freed, kept = size_of(place, old), size_of(place, middle, new)
    expected = Pruned(wheels=(old.file,), leftovers=0, freed=freed, kept=2, kept_bytes=kept)
    assert place.store.prune(keep_days=30, dry_run=True) == expected
    assert Store(place.store.root).has(old)
    age(place.store.path_of(old).with_suffix(".idx"), 40)
    assert place.store.prune(keep_days=30) == expected
    store = Store(place.store.root)
    assert [store.has(pin) for pin in (old, middle, new)] == [False, True, True]
    assert not store.path_of(old).parent.exists()
    assert place.store.verify() == ()


def test_the_longest_unused_go_until_the_rest_fits(place: Workplace) -> None:
    pins = [enter(place, f"spam{days}", days=days) for days in (3, 1, 2)]
    three, one, two = pins
    limit = size_of(place, one)
    found = place.store.prune(max_bytes=limit)
    assert found.wheels == (three.file, two.file)
    assert found.kept_bytes == limit


def test_both_limits(place: Workplace) -> None:
    for name, days in (("a", 50), ("b", 9), ("c", 8)):
        enter(place, name, days=days)
    found = place.store.prune(keep_days=30, max_bytes=0)
    assert found.wheels == tuple(f"{name}-1.0-py3-none-any.whl" for name in "abc")
    assert place.store.prune() == Pruned(wheels=(), leftovers=0, freed=0, kept=0, kept_bytes=0)


def test_without_limits_nothing_goes(place: Workplace) -> None:
    enter(place, "spam", days=1000)
    assert place.store.prune().wheels == ()


def test_what_a_build_may_be_reading_stays(place: Workplace) -> None:
    pin = enter(place, "spam", days=1000)
    assert Store(place.store.root).has(pin)  # a build finds it, and so uses it
    assert place.store.prune(keep_days=1, max_bytes=0).wheels == ()
    assert place.store.prune(keep_days=0).kept == 1


def test_a_wheel_without_an_index_counts_from_its_own_date(place: Workplace) -> None:
    pin = enter(place, "spam", days=10)
    place.store.path_of(pin).with_suffix(".idx").unlink()
    assert place.store.prune(keep_days=11).wheels == ()
    assert place.store.prune(keep_days=9).wheels == (pin.file,)


def test_leftovers_of_the_dead_go_once_they_are_old(place: Workplace) -> None:
    pin = enter(place, "spam")
    incoming = place.store.root / "incoming"
    old, new = incoming / f"{'0' * 64}.part", incoming / f"{'1' * 64}.part"
    unfinished = place.store.path_of(pin).with_name(".spam-1.0-py3-none-any.idx.0123456789abcdef.tmp")
    for path in (old, new, unfinished):
        path.write_bytes(b"half a wheel")
    age(old, 2)
    age(unfinished, 2)
    assert place.store.prune(dry_run=True).leftovers == 2
    assert old.exists()
    found = place.store.prune()
    assert (found.leftovers, found.freed, found.wheels) == (2, 24, ())
    assert [path.exists() for path in (old, new, unfinished)] == [False, True, False]


def test_what_somebody_is_filling_stays_however_old(place: Workplace) -> None:
    incoming = place.store.root / "incoming"
    incoming.mkdir(parents=True)
    digest = Sha256("0" * 64)
    with open_partial(incoming, digest, arrived=lambda: False) as partial:
        assert partial is not None
        age(partial.path, 5)
        assert place.store.prune().leftovers == 0
        assert partial.path.exists()


@settings(max_examples=25)
@given(
    ages=st.lists(st.floats(0, 100), max_size=5),
    keep_days=st.none() | st.floats(0, 100),
    max_bytes=st.none() | st.integers(0, 6000),
)
def test_prune_keeps_its_word(
    tmp_path_factory: pytest.TempPathFactory, ages: list[float], keep_days: float | None, max_bytes: int | None
) -> None:
    place = Workplace(folder=tmp_path_factory.mktemp("law"))
    pins = {enter(place, f"p{number}", days=days): days for number, days in enumerate(ages)}
    total = size_of(place, *pins)
    found = place.store.prune(keep_days=keep_days, max_bytes=max_bytes)
    store = Store(place.store.root)
    left = {pin: days for pin, days in pins.items() if store.has(pin)}
    gone = {pin.file: days for pin, days in pins.items() if pin not in left}
    assert sorted(gone) == sorted(found.wheels)
    assert list(found.wheels) == sorted(gone, key=lambda file: -gone[file])  # longest unused first
    assert found.freed + found.kept_bytes == total
    assert all(days * 24 >= 1 for days in gone.values())  # never what was used within the hour
    if keep_days is not None:
        assert all(days <= keep_days + 0.001 or days * 24 <= 1.001 for days in left.values())
    if max_bytes is not None and any(days * 24 > 1.001 for days in left.values()):
        assert found.kept_bytes <= max_bytes
    if keep_days is None and max_bytes is None:
        assert not gone
