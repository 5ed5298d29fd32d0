"""Fetching as a whole: what is asked of whom, what arrives, what is told."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from layerforge.build import index as member_index
from layerforge.build.fetch import fetch
from layerforge.build.progress import Silent
from layerforge.build.store import Store
from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError
from layerforge.lock import urls
from support.fetching import Workplace
from support.file_server import Reply, serve_files
from support.wheels import pin_of

pytestmark = pytest.mark.usefixtures("no_settings", "hasty")


class Recorder:
    """A progress that remembers."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []

    def start(self, what: str, *, count: int, total_bytes: int | None = None) -> None:
        self.calls.append((what, count, total_bytes or 0))

    def advance(self, amount: int, *, done: int = 0) -> None:
        self.calls.append(("advance", amount, done))

    def finish(self) -> None:
        self.calls.append(("finish", 0, 0))

    def sums(self) -> tuple[int, int]:
        moves = [call for call in self.calls if call[0] == "advance"]
        return sum(call[1] for call in moves), sum(call[2] for call in moves)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path)


def test_wheels_arrive_and_are_fetched_once(place: Workplace) -> None:
    with serve_files() as server:
        urls = {}
        for name in ("spam", "eggs", "ham"):
            path, pin = place.wheel(name)
            urls[pin] = server.put(f"/{path.name}", path.read_bytes())
        assert place.fetch(urls) == ()
        assert sorted(server.paths()) == sorted(f"/{pin.file}" for pin in urls)
        for pin in urls:
            stored = place.store.open_wheel(pin)
            assert stored.path.read_bytes() == (place.folder / "wheels" / pin.file).read_bytes()
            assert stored.index.members[0].name == f"{pin.name}/noise.bin"
        assert place.fetch(urls) == ()
        assert len(server.asked) == 3
    assert place.leftovers() == []


def test_one_wheel_of_several_units_is_fetched_once(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        url = server.put("/spam.whl", path.read_bytes())
        urls = {pin.sha256: url}
        fetch([pin, pin, pin], place.store, urls=urls, root=place.root, jobs=3, progress=Silent())
        assert server.paths() == ["/spam.whl"]


def test_the_request_is_plain(place: Workplace) -> None:
    path, pin = place.wheel()
    with serve_files() as server:
        place.fetch({pin: server.put("/spam.whl", path.read_bytes())})
    headers = dict(server.asked[0].headers)
    assert headers.pop("host") == server.url.removeprefix("http://")
    assert headers == {"accept-encoding": "identity", "user-agent": "layerforge"}


def test_progress_hears_all_bytes_and_all_wheels(place: Workplace) -> None:
    recorder = Recorder()
    with serve_files() as server:
        urls = {}
        for name in ("spam", "eggs"):
            path, pin = place.wheel(name)
            urls[pin] = server.put(f"/{path.name}", path.read_bytes())
        place.fetch(urls, progress=recorder)
    size = sum((place.folder / "wheels" / pin.file).stat().st_size for pin in urls)
    assert recorder.calls[0] == ("fetching wheels", 2, 0)
    assert recorder.calls[-1] == ("finish", 0, 0)
    assert recorder.sums() == (size, 2)


def test_nothing_missing_asks_nobody_and_imports_nothing(place: Workplace) -> None:
    path, pin = place.wheel()
    place.fetch({pin: path.as_uri()})
    script = f"""
        import json, sys
        from pathlib import Path
        from layerforge.build.fetch import fetch
        from layerforge.build.progress import Silent
        from layerforge.build.store import Store
        from layerforge.lock.types import Pin
        pin = Pin(name={pin.name!r}, version="1.0", file={pin.file!r}, sha256={pin.sha256!r})
        fetch([pin], Store(Path({str(place.store.root)!r})), urls={{}}, root=Path("."), jobs=4, progress=Silent())
        print(json.dumps([name for name in sys.modules if name.split(".")[0] in ("urllib3", "ssl", "packaging")
                          or name in ("layerforge.lock.urls", "subprocess", "layerforge.build.wheel")]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == []


def test_a_folder_of_wheels_needs_no_network(tmp_path: Path) -> None:
    place = Workplace(folder=tmp_path / "mit Leerzeichen & 100% ünïcode")
    path, pin = place.wheel()
    assert "%20" in path.as_uri()
    assert "%C3%BC" in path.as_uri()
    place.fetch({pin: path.as_uri()})
    stored = place.store.open_wheel(pin).path
    assert stored.read_bytes() == path.read_bytes()
    assert stored.stat().st_ino != path.stat().st_ino
    path.write_bytes(b"changed")
    assert place.store.verify() == ()


def test_a_folder_of_wheels_imports_no_urllib3(place: Workplace) -> None:
    path, pin = place.wheel()
    script = f"""
        import sys
        from pathlib import Path
        from layerforge.build.fetch import fetch
        from layerforge.build.progress import Silent
        from layerforge.build.store import Store
        from layerforge.lock.types import Pin
        pin = Pin(name={pin.name!r}, version="1.0", file={pin.file!r}, sha256={pin.sha256!r})
        fetch([pin], Store(Path({str(place.store.root)!r})), urls={{pin.sha256: {path.as_uri()!r}}},
              root=Path("."), jobs=4, progress=Silent())
        print("urllib3" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, check=True, text=True)
    assert done.stdout == "False\n"


def test_a_file_that_is_gone(place: Workplace) -> None:
    path, pin = place.wheel()
    path.unlink()
    assert place.failures({pin: path.as_uri()}) == (
        Diagnostic(
            code="NET012",
            message=f"`spam` 1.0 cannot be fetched from `{path.as_uri()}`: there is no such file",
            hint="bring the file back, or let `layerforge lock --upgrade spam` choose among those that are there",
        ),
    )
    assert place.leftovers() == []


def test_a_file_that_is_a_folder(place: Workplace) -> None:
    path, pin = place.wheel()
    path.unlink()
    path.mkdir()
    (found,) = place.failures({pin: path.as_uri()})
    assert found.message.endswith(".whl`: it cannot be read: Is a directory")
    assert found.code == "NET012"


def test_a_file_of_another_machine(place: Workplace) -> None:
    _, pin = place.wheel()
    (found,) = place.failures({pin: "file://fileserver/wheels/spam-1.0-py3-none-any.whl"})
    assert found.code == "NET012"
    assert found.message == (
        "`spam` 1.0 cannot be fetched from `file://fileserver/wheels/spam-1.0-py3-none-any.whl`:"
        " files of the other machine `fileserver` cannot be read"
    )


def test_a_file_with_other_bytes(place: Workplace) -> None:
    path, pin = place.wheel()
    path.write_bytes(b"PK but not what was locked")
    (found,) = place.failures({pin: path.as_uri()})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found == Diagnostic(
        code="NET008",
        message=f"`spam` 1.0 cannot be fetched from `{path.as_uri()}`: its sha256 is {digest},"
        f" where the lock says {pin.sha256} (26 bytes came)",
        hint="the file was replaced since it was locked, or something on the way alters it: ask who runs the index,"
        " and only then take the new one with `layerforge lock --upgrade spam`",
    )
    assert place.leftovers() == []


@pytest.mark.parametrize(
    "url", ["ftp://host/spam.whl", "https:///spam.whl", "http://[bad/spam.whl", "spam.whl", "http://h:x/"]
)
def test_what_is_no_url(place: Workplace, url: str) -> None:
    _, pin = place.wheel()
    (found,) = place.failures({pin: url})
    assert found.code == "NET017"
    assert found.message.endswith("that is no URL that can be fetched: it wants `https://`, `http://` or `file://`")


def test_what_the_resolution_did_not_tell_is_asked_of_uv(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    one, known = place.wheel("known")
    two, unknown = place.wheel("unknown")
    three, nowhere = place.wheel("nowhere")
    asked = []

    def find_urls(pins: object, root: Path) -> dict[str, str]:
        asked.append((pins, root))
        return {unknown.sha256: two.as_uri()}

    monkeypatch.setattr(urls, "find_urls", find_urls)
    with pytest.raises(OutsideError) as caught:
        fetch(
            [known, unknown, nowhere],
            place.store,
            urls={known.sha256: one.as_uri()},
            root=place.root,
            jobs=2,
            progress=Silent(),
        )
    assert asked == [([unknown, nowhere], place.root)]
    assert place.store.has(known)
    assert place.store.has(unknown)
    assert caught.value.diagnostics == (
        Diagnostic(
            code="NET013",
            message=f"no index that uv is configured for has `{three.name}` with the sha256 {nowhere.sha256}",
            hint="it was taken away, or uv is configured for other indexes than where the lock was made;"
            " `layerforge lock --upgrade nowhere` chooses among what is there",
        ),
    )


def test_what_uv_cannot_tell_keeps_no_other_wheel_away(place: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    path, known = place.wheel("known")
    _, unknown = place.wheel("unknown")
    _, broken = place.wheel("broken")
    told = Diagnostic(code="UV070", message="no index has it")

    def find_urls(pins: object, root: Path) -> dict[str, str]:
        raise OutsideError(told)

    monkeypatch.setattr(urls, "find_urls", find_urls)
    given = {known.sha256: path.as_uri(), broken.sha256: "file:///none/broken.whl"}
    with pytest.raises(OutsideError) as caught:
        fetch([unknown, known, broken], place.store, urls=given, root=place.root, jobs=2, progress=Silent())
    assert caught.value.diagnostics[0] == told
    assert [item.code for item in caught.value.diagnostics] == ["UV070", "NET012"]
    assert place.store.has(known)


def test_all_failures_are_told_at_once_in_the_order_of_the_pins(place: Workplace) -> None:
    with serve_files() as server:
        urls = {}
        for name, reply in (("a", Reply(status=404)), ("b", b"<html>"), ("c", Reply(status=403)), ("d", b"?")):
            _, pin = place.wheel(name)
            urls[pin] = server.put(f"/{name}.whl", reply)
        path, pin = place.wheel("good")
        urls[pin] = server.put("/good.whl", path.read_bytes())
        found = place.failures(urls)
    assert [item.code for item in found] == ["NET005", "NET009", "NET003", "NET008"]
    assert place.store.has(pin)


def test_a_wheel_that_is_refused_is_a_finding(place: Workplace) -> None:
    path, _ = place.wheel()
    path.write_bytes(b"PK\3\4 and then nothing")
    with pytest.raises(FindingsError) as caught:
        place.fetch({pin_of(path): path.as_uri()})
    (found,) = caught.value.diagnostics
    assert found.code.startswith("WHEEL")
    assert "`spam-1.0-py3-none-any.whl`" in found.message
    assert place.leftovers() == []


def test_a_wheel_that_is_refused_beside_a_failed_server_is_a_failure_outside(place: Workplace) -> None:
    path, _ = place.wheel("bad")
    path.write_bytes(b"PK\3\4 and then nothing")
    _, other = place.wheel("other")
    with serve_files() as server, pytest.raises(OutsideError) as caught:
        place.fetch({pin_of(path): path.as_uri(), other: server.url + "/none"})
    assert [item.code[:3] for item in caught.value.diagnostics] == ["WHE", "NET"]


def test_a_newer_check_looks_at_every_wheel_again_without_a_network(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pin = place.wheel()
    place.fetch({pin: path.as_uri()})
    monkeypatch.setattr(member_index, "CHECK_VERSION", member_index.CHECK_VERSION + 1)
    newer = Store(place.store.root)
    assert not newer.has(pin)
    fetch([pin], newer, urls={}, root=place.root, jobs=1, progress=Silent())
    assert newer.has(pin)


def test_an_interrupt_ends_it_at_once_and_what_came_is_resumed(place: Workplace) -> None:
    path, pin = place.wheel(size=50_000)
    body = path.read_bytes()
    script = f"""
        from pathlib import Path
        from layerforge.build.fetch import fetch
        from layerforge.build.progress import Silent
        from layerforge.build.store import Store
        from layerforge.lock.types import Pin
        import sys
        pin = Pin(name={pin.name!r}, version="1.0", file={pin.file!r}, sha256={pin.sha256!r})
        fetch([pin], Store(Path({str(place.store.root)!r})), urls={{pin.sha256: sys.argv[1]}}, root=Path("."), jobs=4,
              progress=Silent())
    """
    with serve_files() as server:
        # half of it, then silence far longer than the test may take
        url = server.put("/spam.whl", Reply(body=body[:20_000], promised=len(body)), Reply(body=body))
        with subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), url], stderr=subprocess.PIPE) as child:
            partial = place.store.root / "incoming" / f"{pin.sha256}.part"
            _wait_for(lambda: partial.exists() and partial.stat().st_size == 20_000)
            before = time.monotonic()
            child.send_signal(signal.SIGINT)
            _, talk = child.communicate(timeout=30)
            assert time.monotonic() - before < 20
        assert b"KeyboardInterrupt" in talk
        assert not place.store.has(pin)
        place.fetch({pin: url})
        assert server.asked[1].headers["range"] == "bytes=20000-"
    assert place.store.has(pin)
    assert place.leftovers() == []


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_eight_processes_fetch_the_same_wheels(place: Workplace) -> None:
    urls = {}
    with serve_files() as server:
        for number in range(4):
            path, pin = place.wheel(f"spam{number}", size=20_000)
            urls[pin] = server.put(f"/{path.name}", Reply(body=path.read_bytes(), pause=0.2))
        pins = [(pin.name, pin.file, pin.sha256, url) for pin, url in urls.items()]
        script = f"""
            from pathlib import Path
            from layerforge.build.fetch import fetch
            from layerforge.build.progress import Silent
            from layerforge.build.store import Store
            from layerforge.lock.types import Pin
            rows = {pins!r}
            pins = [Pin(name=name, version="1.0", file=file, sha256=sha256) for name, file, sha256, _ in rows]
            store = Store(Path({str(place.store.root)!r}))
            fetch(pins, store, urls={{row[2]: row[3] for row in rows}}, root=Path("."), jobs=4, progress=Silent())
            assert all(store.has(pin) for pin in pins)
        """
        argv = [sys.executable, "-c", textwrap.dedent(script)]
        children = [subprocess.Popen(argv, stderr=subprocess.PIPE) for _ in range(8)]
        talks = [child.communicate(timeout=60)[1] for child in children]
        assert [(child.returncode, talk) for child, talk in zip(children, talks, strict=True)] == [(0, b"")] * 8
        assert len(server.asked) == 4  # each wheel once: seven waited for the eighth
    assert place.store.verify() == ()
    assert place.leftovers() == []


def test_a_hostile_umask(place: Workplace) -> None:
    path, pin = place.wheel()
    before = os.umask(0o077)
    try:
        place.fetch({pin: path.as_uri()})
    finally:
        os.umask(before)
    assert place.store.open_wheel(pin).path.stat().st_mode & 0o777 == 0o600
    assert Store(place.store.root).verify() == ()
