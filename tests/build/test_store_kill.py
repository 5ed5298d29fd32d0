"""SIGKILL at every boundary of a fetch: the next run completes, and the store is whole."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fetching import Workplace
from support.file_server import serve_files
from support.killing import kill_everywhere
from support.store_work import check_store, fetch_all

pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.fixture
def fast_disk(tmp_path: Path) -> Iterator[Path]:
    """Where a hundred runs do not wait for a hundred fsyncs: in memory, if there is such a place."""
    memory = Path("/dev/shm")  # noqa: S108
    if not memory.is_dir():
        yield tmp_path / "runs"
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def place(tmp_path: Path) -> Workplace:
    return Workplace(folder=tmp_path / "place")


def test_cold_from_a_folder(place: Workplace, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for name in ("spam", "eggs"):
        path, pin = place.wheel(name, size=10)
        rows.append([pin.name, pin.file, pin.sha256, path.as_uri()])
    monkeypatch.setenv("LAYERFORGE_TEST_WHEELS", json.dumps(rows))
    deaths = kill_everywhere(fetch_all, check_store, fast_disk, None)
    assert deaths.failures == ()
    kinds = Counter(deaths.points)
    assert kinds["before replace"] == kinds["after replace"] == 4
    assert kinds["before fsync"] == 2
    assert kinds["amid write"] == 4
    assert kinds["before mkdir"] >= 4


def test_warm_with_one_wheel_more(
    place: Workplace, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = []
    seed = tmp_path / "seed"
    seed.mkdir()
    for name in ("spam", "eggs"):
        path, pin = place.wheel(name, size=10)
        rows.append([pin.name, pin.file, pin.sha256, path.as_uri()])
        if name == "spam":
            monkeypatch.setenv("LAYERFORGE_TEST_WHEELS", json.dumps(rows))
            fetch_all(seed)
    monkeypatch.setenv("LAYERFORGE_TEST_WHEELS", json.dumps(rows))
    deaths = kill_everywhere(fetch_all, check_store, fast_disk, seed)
    assert deaths.failures == ()
    assert Counter(deaths.points)["before replace"] == 2


def test_over_http_in_pieces(
    place: Workplace, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pin = place.wheel(size=10)
    with serve_files() as server:
        url = server.put("/spam.whl", path.read_bytes())
        monkeypatch.setenv("LAYERFORGE_TEST_WHEELS", json.dumps([[pin.name, pin.file, pin.sha256, url]]))
        deaths = kill_everywhere(fetch_all, check_store, fast_disk, None)
        resumed = [item for item in server.asked if "range" in item.headers]
    assert deaths.failures == ()
    kinds = Counter(deaths.points)
    assert kinds["amid write"] >= 3
    assert kinds["before replace"] == 2
    assert len(resumed) >= 4  # what a killed run had got was not asked for again


def test_a_check_of_an_older_version_made_anew(
    place: Workplace, tmp_path: Path, fast_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pin = place.wheel(size=10)
    monkeypatch.setenv("LAYERFORGE_TEST_WHEELS", json.dumps([[pin.name, pin.file, pin.sha256, path.as_uri()]]))
    seed = tmp_path / "seed"
    seed.mkdir()
    fetch_all(seed)
    (index,) = seed.rglob("*.idx")
    index.write_bytes(index.read_bytes()[:-1])
    deaths = kill_everywhere(fetch_all, check_store, fast_disk, seed)
    assert deaths.failures == ()
    assert Counter(deaths.points)["before replace"] == 1
