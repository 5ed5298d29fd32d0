"""The content store: what enters, damage, full disks, many at once."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from layerforge.build import partial as partial_module
from layerforge.build import store as store_module
from layerforge.build.index import WheelIndex
from layerforge.build.partial import Partial
from layerforge.build.store import Store
from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256
from support.fetching import Workplace
from support.wheels import pin_of

ROOM = "make room on that disk; `layerforge cache prune` frees what layerforge keeps itself"


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


def bring(path: Path) -> Callable[[Partial], None]:
    def fill(partial: Partial) -> None:
        partial.restart()
        partial.write(path.read_bytes())

    return fill


def never(partial: Partial) -> None:
    raise AssertionError("nothing was to be brought")


# In and out


def test_where_a_wheel_lies(place: Workplace) -> None:
    path, pin = place.wheel()
    place.store.receive(pin, bring(path))
    stored = place.store.open_wheel(pin)
    folder = place.store.root / "wheels" / pin.sha256[:2] / pin.sha256
    assert stored.path == folder / "spam-1.0-py3-none-any.whl"
    assert sorted(item.name for item in folder.iterdir()) == ["spam-1.0-py3-none-any.idx", "spam-1.0-py3-none-any.whl"]
    assert stored.index.dist_info == "spam-1.0.dist-info"
    assert stored.pin == pin


def test_a_store_that_does_not_exist_is_empty_and_stays_away(place: Workplace) -> None:
    _, pin = place.wheel()
    assert not place.store.has(pin)
    assert place.store.verify() == ()
    assert place.store.prune(max_bytes=0).wheels == ()
    assert not place.store.root.exists()


def test_the_wheel_is_checked_once_and_its_index_read_back(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()
    place.store.receive(pin, bring(path))
    first = place.store.open_wheel(pin)
    monkeypatch.setattr(Store, "_check", lambda *_: pytest.fail("checked again"))
    again = Store(place.store.root)
    assert again.open_wheel(pin) == first
    assert again.open_wheel(pin) is again.open_wheel(pin)


def test_a_wheel_that_is_not_here(place: Workplace) -> None:
    _, pin = place.wheel()
    with pytest.raises(OutsideError) as caught:
        place.store.open_wheel(pin)
    assert caught.value.diagnostics == (
        Diagnostic(
            code="STORE002",
            message=f"`spam-1.0-py3-none-any.whl` is not in the store `{place.store.root}`",
            hint="run the command again: what is missing is fetched first",
        ),
    )


@pytest.mark.parametrize(
    "file", ["../../x.whl", "/etc/x.whl", "a\\b.whl", ".hidden.whl", "x.tar.gz", "", "x\n.whl", "x\0.whl"]
)
def test_a_pin_that_names_no_wheel(place: Workplace, file: str) -> None:
    pin = Pin(name=PackageName("spam"), version="1.0", file=file, sha256=Sha256("0" * 64))
    with pytest.raises(FindingsError) as caught:
        place.store.has(pin)
    assert caught.value.diagnostics == (
        Diagnostic(
            code="STORE003",
            message=f"the lock gives `spam` the file {file!r} with the sha256 {'0' * 64!r}: that is no wheel",
            hint="mend the lock file, or write it anew with `layerforge lock`",
        ),
    )


@pytest.mark.parametrize("digest", ["", "../..", "A" * 64, "0" * 63])
def test_a_pin_with_no_digest(place: Workplace, digest: str) -> None:
    pin = Pin(name=PackageName("spam"), version="1.0", file="x.whl", sha256=Sha256(digest))
    with pytest.raises(FindingsError):
        place.store.path_of(pin)


def test_wrong_bytes_never_enter(place: Workplace) -> None:
    path, pin = place.wheel()
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(OutsideError) as caught:
        place.store.receive(pin, bring(path))
    assert caught.value.diagnostics == (
        Diagnostic(
            code="STORE004",
            message=f"`{pin.file}` has the sha256 {pin_of(path).sha256}, where the lock says {pin.sha256}",
            hint="nothing was kept of it; fetch it from where the lock was made",
        ),
    )
    assert not place.store.has(pin)
    assert place.leftovers() == []


def test_a_refused_wheel_never_enters(place: Workplace) -> None:
    path = place.folder / "spam-1.0-py3-none-any.whl"
    path.write_bytes(b"PK\3\4 no more")
    pin = pin_of(path)
    with pytest.raises(FindingsError):
        place.store.receive(pin, bring(path))
    assert not place.store.has(pin)
    assert [item for item in place.store.root.rglob("*") if item.is_file()] == []


def test_the_same_bytes_under_two_names(place: Workplace) -> None:
    path, pin = place.wheel()
    twin = path.with_name("spam-1.0-1-py3-none-any.whl")
    shutil.copy(path, twin)
    other = pin_of(twin)
    assert other.sha256 == pin.sha256
    place.store.receive(pin, bring(path))
    assert not place.store.has(other)
    place.store.receive(other, bring(twin))
    assert place.store.has(other)
    assert place.store.verify() == ()


# Damage


@pytest.mark.parametrize("how", ["cut", "empty", "missing", "other"])
def test_a_damaged_index_is_made_anew_without_fetching(place: Workplace, how: str) -> None:
    path, pin = place.wheel()
    place.store.receive(pin, bring(path))
    stored = place.store.open_wheel(pin)
    index = stored.path.with_suffix(".idx")
    match how:
        case "cut":
            index.write_bytes(index.read_bytes()[:-3])
        case "empty":
            index.write_bytes(b"")
        case "missing":
            index.unlink()
        case "other":
            index.write_bytes(bytes(8) + index.read_bytes()[8:])
    store = Store(place.store.root)
    assert not store.has(pin)
    assert store.adopt(pin)
    assert store.open_wheel(pin).index == stored.index


def test_a_damaged_wheel_without_an_index_is_brought_anew(place: Workplace) -> None:
    path, pin = place.wheel()
    place.store.receive(pin, bring(path))
    stored = place.store.open_wheel(pin).path
    stored.with_suffix(".idx").unlink()
    stored.write_bytes(b"damaged")
    store = Store(place.store.root)
    assert not store.adopt(pin)
    store.receive(pin, bring(path))
    assert store.open_wheel(pin).path.read_bytes() == path.read_bytes()


def test_a_wheel_of_another_size_than_its_index_is_not_here(place: Workplace) -> None:
    path, pin = place.wheel()
    place.store.receive(pin, bring(path))
    place.store.open_wheel(pin).path.write_bytes(path.read_bytes()[:-1])
    assert not Store(place.store.root).has(pin)


# The disk


def test_a_full_disk(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()
    write = os.write

    def full(fd: int, data: bytes) -> int:
        if os.fstat(fd).st_size > 1000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, data[:600])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutsideError) as caught:
        place.store.receive(pin, bring(path))
    assert caught.value.diagnostics == (
        Diagnostic(
            code="STORE001",
            message=f"`{place.store.root}` cannot be written: No space left on device",
            hint=ROOM,
        ),
    )
    assert place.leftovers() == []  # the disk gets back what was written


def test_a_disk_that_fills_up_at_the_index(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, pin = place.wheel()

    def full(index: WheelIndex) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store_module, "dump_index", full)
    with pytest.raises(OutsideError) as caught:
        place.store.receive(pin, bring(path))
    assert caught.value.diagnostics[0].hint == ROOM
    monkeypatch.undo()
    place.store.receive(pin, never)
    assert place.store.has(pin)


def test_a_limit_on_the_size_of_files(place: Workplace) -> None:
    path, pin = place.wheel()
    script = f"""
        import resource
        from pathlib import Path
        from layerforge.build.store import Store
        from layerforge.lock.types import Pin
        from layerforge.diagnostics import OutsideError
        pin = Pin(name="spam", version="1.0", file={pin.file!r}, sha256={pin.sha256!r})
        data = Path({str(path)!r}).read_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            Store(Path({str(place.store.root)!r})).receive(pin, lambda partial: partial.write(data))
        except OutsideError as error:
            print(error.diagnostics[0].message, error.diagnostics[0].hint, sep="|")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=True, text=True)
    assert done.stdout == (
        f"`{place.store.root}` cannot be written: File too large|"
        "files of that size are not allowed there: see `ulimit -f` and the file system's own limit\n"
    )


def test_a_file_in_the_place_of_the_store(place: Workplace) -> None:
    path, pin = place.wheel()
    place.store.root.write_text("a file")
    with pytest.raises(OutsideError) as caught:
        place.store.receive(pin, bring(path))
    (found,) = caught.value.diagnostics
    root = place.store.root
    assert found.message == f"`{root}` cannot be written: Not a directory"
    assert found.hint == f"`{root}` is a file, and a folder is needed there: move it away, or choose another folder"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach; those of pytest are for their owner."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755)


def test_a_store_that_one_may_only_read(open_folder: Path) -> None:
    place = Workplace(folder=open_folder)
    path, pin = place.wheel()
    _, missing = place.wheel("eggs")
    unreadable, hidden = place.wheel("ham")
    place.store.receive(pin, bring(path))
    place.store.receive(hidden, bring(unreadable))
    for item in [place.store.root, *place.store.root.rglob("*")]:
        item.chmod(0o555 if item.is_dir() else 0o444)
    place.store.path_of(hidden).chmod(0)
    script = f"""
        import concurrent.futures.thread, json, os
        from pathlib import Path
        from layerforge.build.store import Store
        from layerforge.build import wheel
        from layerforge.lock.types import Pin
        from layerforge.diagnostics import OutsideError
        if os.geteuid() == 0:
            os.setuid(65534)
        store = Store(Path({str(place.store.root)!r}))
        here = Pin(name="spam", version="1.0", file={pin.file!r}, sha256={pin.sha256!r})
        away = Pin(name="eggs", version="1.0", file={missing.file!r}, sha256={missing.sha256!r})
        said = [store.open_wheel(here).index.dist_info, [item.message for item in store.verify()]]
        try:
            store.receive(away, lambda partial: None)
        except OutsideError as error:
            said += [error.diagnostics[0].code, error.diagnostics[0].message, error.diagnostics[0].hint]
        print(json.dumps(said))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == [
        "spam-1.0.dist-info",
        [f"`{place.store.path_of(hidden)}` cannot be read: Permission denied"],
        "STORE001",
        f"`{place.store.root}` cannot be written: Permission denied",
        "give yourself the right to write there, or choose another folder",
    ]


# Several at once


def test_a_second_one_waits_and_finds_it_there(place: Workplace) -> None:
    path, pin = place.wheel()
    started, go_on = threading.Event(), threading.Event()

    def slowly(partial: Partial) -> None:
        started.set()
        assert go_on.wait(10)
        bring(path)(partial)

    first = threading.Thread(target=lambda: Store(place.store.root).receive(pin, slowly))
    first.start()
    assert started.wait(10)
    second = threading.Thread(target=lambda: place.store.receive(pin, never))
    second.start()
    time.sleep(0.1)
    assert second.is_alive()
    go_on.set()
    second.join(10)
    first.join(10)
    assert place.store.has(pin)
    assert place.leftovers() == []


def test_one_that_waits_takes_over_from_one_that_fails(place: Workplace) -> None:
    path, pin = place.wheel()
    started, go_on = threading.Event(), threading.Event()
    raised: list[Exception] = []

    def fail_after_a_while(partial: Partial) -> None:
        partial.write(path.read_bytes()[:100])
        started.set()
        assert go_on.wait(10)
        raise RuntimeError("the line went dead")

    def fails() -> None:
        try:
            Store(place.store.root).receive(pin, fail_after_a_while)
        except RuntimeError as error:
            raised.append(error)

    sizes: list[int] = []

    def resume(partial: Partial) -> None:
        sizes.append(partial.size)
        partial.write(path.read_bytes()[partial.size :])

    first = threading.Thread(target=fails)
    first.start()
    assert started.wait(10)
    second = threading.Thread(target=lambda: place.store.receive(pin, resume))
    second.start()
    go_on.set()
    first.join(10)
    second.join(10)
    assert len(raised) == 1
    assert sizes == [100]
    assert place.store.has(pin)


def test_one_that_stands_still_is_passed_by(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partial_module, "PATIENCE", 0.2)
    path, pin = place.wheel()
    started, go_on = threading.Event(), threading.Event()

    def stand_still(partial: Partial) -> None:
        started.set()
        assert go_on.wait(10)
        bring(path)(partial)

    first = threading.Thread(target=lambda: Store(place.store.root).receive(pin, stand_still))
    first.start()
    assert started.wait(10)
    place.store.receive(pin, bring(path))
    assert place.store.has(pin)
    go_on.set()
    first.join(10)
    assert place.store.verify() == ()
    assert place.leftovers() == []


def test_a_file_system_without_locks(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(fd: int) -> bool:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(partial_module, "try_lock", no_locks)
    path, pin = place.wheel()
    (place.store.root / "incoming").mkdir(parents=True)
    foreign = place.store.root / "incoming" / f"{pin.sha256}.part"
    foreign.write_bytes(b"somebody else's")
    place.store.receive(pin, bring(path))
    assert place.store.has(pin)
    assert foreign.read_bytes() == b"somebody else's"


def test_a_wait_can_be_called_off(place: Workplace) -> None:
    path, pin = place.wheel()

    class CalledOffError(Exception):
        pass

    def call_off() -> None:
        raise CalledOffError

    with pytest.raises(CalledOffError):
        place.store.receive(pin, bring(path), arrived=call_off)


def test_eight_processes_enter_the_same_wheels_by_themselves(place: Workplace) -> None:
    rows = []
    for number in range(3):
        path, pin = place.wheel(f"spam{number}")
        rows.append((pin.name, pin.file, pin.sha256, str(path)))
    script = f"""
        from pathlib import Path
        from layerforge.build.store import Store
        from layerforge.lock.types import Pin
        store = Store(Path({str(place.store.root)!r}))
        for name, file, sha256, path in {rows!r}:
            pin = Pin(name=name, version="1.0", file=file, sha256=sha256)
            store.receive(pin, lambda partial: (partial.restart(), partial.write(Path(path).read_bytes())))
            assert store.has(pin)
    """
    argv = [sys.executable, "-c", textwrap.dedent(script)]
    children = [subprocess.Popen(argv, stderr=subprocess.PIPE) for _ in range(8)]
    talks = [child.communicate(timeout=60)[1] for child in children]
    assert [(child.returncode, talk) for child, talk in zip(children, talks, strict=True)] == [(0, b"")] * 8
    assert place.store.verify() == ()
    assert place.leftovers() == []
