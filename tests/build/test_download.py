"""Laws of downloading: whatever servers do on the way, the wheel's bytes arrive, or none."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerforge.build import trouble
from layerforge.build.download import Downloader, Stopped
from layerforge.build.partial import open_partial
from layerforge.build.patience import Patience
from layerforge.build.trouble import Trouble
from layerforge.lock.types import Pin
from layerforge.names import PackageName, Sha256

BODY = bytes(range(256)) * 4
URL = "https://host/spam.whl"
PIN = Pin(name=PackageName("spam"), version="1.0", file="spam.whl", sha256=Sha256(hashlib.sha256(BODY).hexdigest()))


@dataclass(frozen=True)
class Behaviour:
    """What a server does with one request."""

    kind: str
    amount: int = 0


@dataclass
class FakeAnswer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    breaks: bool = False
    url: str = URL
    login: None = None
    proxy: None = None
    redirected: bool = False

    def chunks(self) -> Iterator[bytes]:
        for first in range(0, len(self.body), 100):
            yield self.body[first : first + 100]
        if self.breaks:
            raise Trouble(trouble.BROKE_OFF, "broke off", again=True)


class FakeTransport:
    """Behaves as told, request by request, and well in the end."""

    warnings = ()

    def __init__(self, behaviours: list[Behaviour]) -> None:
        self.behaviours = behaviours
        self.requests = 0

    @contextlib.contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[FakeAnswer]:
        self.requests += 1
        behaviour = self.behaviours.pop(0) if self.behaviours else Behaviour("well")
        start = int(headers["Range"].removeprefix("bytes=").rstrip("-")) if headers else 0
        yield self.answer(behaviour, start)

    def answer(self, behaviour: Behaviour, start: int) -> FakeAnswer:
        amount = behaviour.amount
        if behaviour.kind == "fails":
            raise Trouble(trouble.UNREACHABLE, "cannot be reached", again=True)
        if behaviour.kind in {"busy", "whole"}:
            return FakeAnswer(503, b"busy") if behaviour.kind == "busy" else FakeAnswer(200, BODY)
        if start >= len(BODY):
            return FakeAnswer(416, b"")
        status = 206 if start else 200
        here = {"Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"} if start else {}
        if behaviour.kind == "breaks":
            return FakeAnswer(status, BODY[start : start + amount], here, breaks=True)
        if behaviour.kind == "elsewhere" and start:
            return FakeAnswer(206, BODY[1:], {"Content-Range": f"bytes 1-{len(BODY) - 1}/{len(BODY)}"})
        if behaviour.kind == "garbage" and start:
            return FakeAnswer(206, bytes(len(BODY) - start), here)
        return FakeAnswer(status, BODY[start:], {**here, "Content-Length": str(len(BODY) - start)})


kinds = st.sampled_from(["fails", "busy", "whole", "breaks", "elsewhere", "garbage", "well"])
behaviours = st.lists(st.builds(Behaviour, kinds, st.integers(0, 2 * len(BODY))), max_size=4)
leftovers = st.one_of(
    st.just(b""),
    st.integers(0, len(BODY)).map(lambda size: BODY[:size]),
    st.binary(max_size=2 * len(BODY)),
)


@settings(max_examples=300)
@given(behaviours=behaviours, left=leftovers)
def test_whatever_happens_on_the_way_the_right_bytes_arrive(
    tmp_path_factory: pytest.TempPathFactory, behaviours: list[Behaviour], left: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "law"
    folder.mkdir(exist_ok=True)
    (folder / f"{PIN.sha256}.part").write_bytes(left)
    transport = FakeTransport(list(behaviours))
    downloader = Downloader(
        transport,  # type: ignore[arg-type]
        Patience(attempts=6, first_pause=0, longest_pause=0),
        stop=threading.Event(),
        count=lambda _: None,
    )
    with open_partial(folder, PIN.sha256, arrived=lambda: False) as partial:
        assert partial is not None
        downloader.bring(PIN, URL, partial)
        assert partial.sha256 == PIN.sha256
        assert partial.path.read_bytes() == BODY
    assert transport.requests <= len(behaviours) + 2


@pytest.mark.parametrize("status", [200, 206])
def test_numbers_without_end_are_refused(tmp_path: Path, status: int) -> None:
    endless = "9" * 5000
    (tmp_path / f"{PIN.sha256}.part").write_bytes(BODY[:1] if status == 206 else b"")

    class Boaster(FakeTransport):
        def answer(self, behaviour: Behaviour, start: int) -> FakeAnswer:
            if start:
                return FakeAnswer(206, BODY[start:], {"Content-Range": f"bytes {endless}-{endless}/*"})
            return FakeAnswer(200, BODY, {"Content-Length": endless} if status == 200 else {})

    downloader = Downloader(
        Boaster([]),  # type: ignore[arg-type]
        Patience(first_pause=0),
        stop=threading.Event(),
        count=lambda _: None,
    )
    with open_partial(tmp_path, PIN.sha256, arrived=lambda: False) as partial:
        assert partial is not None
        if status == 206:
            downloader.bring(PIN, URL, partial)  # it asks again, for all of it
            assert partial.sha256 == PIN.sha256
            return
        with pytest.raises(Trouble) as caught:
            downloader.bring(PIN, URL, partial)
    assert caught.value.code == trouble.TOO_LONG


@settings(max_examples=100)
@given(wrong=st.binary(max_size=300).filter(lambda data: data != BODY), left=leftovers)
def test_wrong_bytes_are_refused_and_nothing_of_them_stays(
    tmp_path_factory: pytest.TempPathFactory, wrong: bytes, left: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp() / "wrong"
    folder.mkdir(exist_ok=True)
    (folder / f"{PIN.sha256}.part").write_bytes(left if left != BODY else b"")

    class Liar(FakeTransport):
        def answer(self, behaviour: Behaviour, start: int) -> FakeAnswer:
            return FakeAnswer(200, wrong, {"Content-Length": str(len(wrong))})

    downloader = Downloader(
        Liar([]),  # type: ignore[arg-type]
        Patience(first_pause=0),
        stop=threading.Event(),
        count=lambda _: None,
    )
    with open_partial(folder, PIN.sha256, arrived=lambda: False) as partial:
        assert partial is not None
        with pytest.raises(Trouble) as caught:
            downloader.bring(PIN, URL, partial)
        assert partial.size == partial.path.stat().st_size == 0
    assert caught.value.code in {trouble.WRONG_BYTES, trouble.HTML_PAGE}


def test_a_run_that_is_called_off_stops_at_the_next_chunk(tmp_path: Path) -> None:
    stop = threading.Event()
    seen = 0

    def count(amount: int) -> None:
        nonlocal seen
        seen += amount
        if seen >= 300:
            stop.set()

    downloader = Downloader(FakeTransport([]), Patience(), stop=stop, count=count)  # type: ignore[arg-type]
    with open_partial(tmp_path, PIN.sha256, arrived=lambda: False) as partial:
        assert partial is not None
        with pytest.raises(Stopped):
            downloader.bring(PIN, URL, partial)
        assert partial.path.read_bytes() == BODY[:300]  # to be resumed from


def test_a_run_that_is_called_off_does_not_wait_for_the_next_attempt(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    transport = FakeTransport([Behaviour("busy")])
    downloader = Downloader(transport, Patience(first_pause=30), stop=stop, count=lambda _: None)  # type: ignore[arg-type]
    with open_partial(tmp_path, PIN.sha256, arrived=lambda: False) as partial:
        assert partial is not None
        with pytest.raises(Stopped):
            downloader.bring(PIN, URL, partial)
    assert transport.requests == 1
