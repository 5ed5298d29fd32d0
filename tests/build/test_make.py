"""A build from end to end: the ZIP, its digest in the lock, what stands already, and what is said if it goes wrong."""

import hashlib
import os
import random
import threading
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from layerforge.build.make import build, standing
from layerforge.build.progress import Silent
from layerforge.build.store import StoredWheel
from layerforge.build.types import Artifact, Entry, Job
from layerforge.diagnostics import Diagnostic, FindingsError, OutsideError, Severity
from layerforge.lock.types import OwnFile, Pin
from layerforge.names import Sha256
from layerforge.plan.types import Layer, PythonSource
from support import plans
from support.wheel_store import WheelStore, as_store
from support.wheels import make_wheel

VERIFY = "`layerforge cache verify --drop` removes what is damaged; the next build fetches it again"


class Counting(Silent):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def start(self, what: str, *, count: int, total_bytes: int | None = None) -> None:
        self.told.append((what, count))

    def advance(self, amount: int, *, done: int = 0) -> None:
        self.told.append((amount, done))

    def finish(self) -> None:
        self.told.append("finished")


@pytest.fixture
def store(tmp_path: Path) -> WheelStore:
    folder = tmp_path / "wheels"
    files = {"aa/__init__.py": b"a = 1\n" * 50, "shared/x.txt": b"x\n" * 50}
    return WheelStore(
        [
            make_wheel(folder, "aa", "1.0", files=files, scripts={"run-aa": b"#!python\nimport aa\n"}),
            make_wheel(folder, "bb", "2.0", files={"bb.py": b"b = 1\n", "shared/x.txt": b"x\n" * 50}, level=0),
            make_wheel(folder, "cc", "3.0"),
        ]
    )


def own_file(tmp_path: Path, path: str = "python/own/x.py", content: bytes = b"own = 1\n") -> OwnFile:
    source = tmp_path / "own" / Path(path).name
    source.parent.mkdir(exist_ok=True)
    source.write_bytes(content)
    digest = Sha256(hashlib.sha256(content).hexdigest())
    return OwnFile(path=path, source=source, mode=0o644, size=len(content), sha256=digest)


def jobs(
    tmp_path: Path, store: WheelStore, *, own: Sequence[OwnFile] = (), source: PythonSource | None = None
) -> list[Job]:
    layer: Layer = plans.layer("some", content=source)
    return [
        Job(
            packaged=layer,
            unit=unit,
            pins=store.pins,
            own_files=tuple(own),
            format=1,
            destination=tmp_path / "out" / f"{unit.key}.zip",
        )
        for unit in layer.units
    ]


def make(todo: Sequence[Job], store: WheelStore, *, parallel: int = 2) -> tuple[Artifact, ...]:
    return build(todo, as_store(store), parallel=parallel, progress=Silent())


def findings(todo: Sequence[Job], store: WheelStore) -> tuple[Diagnostic, ...]:
    with pytest.raises(FindingsError) as caught:
        make(todo, store)
    return caught.value.diagnostics


def expecting(todo: Sequence[Job], artifacts: Sequence[Artifact]) -> list[Job]:
    return [replace(job, expected=artifact.sha256) for job, artifact in zip(todo, artifacts, strict=True)]


def test_an_artifact_tells_what_was_written(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store, own=[own_file(tmp_path)])
    artifacts = make(todo, store)
    assert [artifact.unit for artifact in artifacts] == [job.unit for job in todo]
    first = artifacts[0]
    content = first.path.read_bytes()
    assert first.path == tmp_path / "out" / "python312-x86-64.zip"
    assert (first.sha256, first.zipped_size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert first.unzipped_size == sum(entry.size for entry in first.content)
    with zipfile.ZipFile(first.path) as archive:
        assert [(info.filename, info.file_size, info.CRC) for info in archive.infolist()] == [
            entry[:3] for entry in first.content
        ]
        assert archive.read("python/own/x.py") == b"own = 1\n"
        assert archive.read("bin/run-aa") == b"#!/usr/bin/env python3\nimport aa\n"
        assert archive.read("python/aa/__init__.py") == b"a = 1\n" * 50
        assert archive.getinfo("python/aa/__init__.py").compress_type == zipfile.ZIP_DEFLATED
        assert archive.getinfo("python/shared/x.txt").compress_type == zipfile.ZIP_DEFLATED
    assert {entry.path: entry.origin for entry in first.content if "dist-info" not in entry.path} == {
        "bin/run-aa": "aa 1.0",
        "python/aa/__init__.py": "aa 1.0",
        "python/bb.py": "bb 2.0",
        "python/cc/__init__.py": "cc 3.0",
        "python/own/x.py": "own files",
        "python/shared/x.txt": "aa 1.0",
    }
    assert not list(first.path.parent.glob(".*"))


def test_the_bytes_depend_on_nothing_but_the_inputs(tmp_path: Path, store: WheelStore) -> None:
    own = [own_file(tmp_path, f"python/own/{name}.py", name.encode()) for name in "abcd"]
    todo = jobs(tmp_path, store, own=own)
    digests = {artifact.sha256 for artifact in make(todo, store)}
    for seed, umask in enumerate((0o022, 0o002, 0o077)):
        shuffled = [
            replace(
                job,
                pins=tuple(random.Random(seed).sample(job.pins, len(job.pins))),
                own_files=tuple(random.Random(seed).sample(job.own_files, len(own))),
                destination=tmp_path / f"ordner {seed} ü" / job.destination.name,
            )
            for job in todo
        ]
        before = os.umask(umask)
        try:
            digests |= {artifact.sha256 for artifact in make(shuffled, store, parallel=seed)}
        finally:
            os.umask(before)
        assert shuffled[0].destination.stat().st_mode & 0o777 == 0o666 & ~umask
    assert len(digests) == 1


def test_progress_hears_of_each_unit(tmp_path: Path, store: WheelStore) -> None:
    progress = Counting()
    artifacts = build(jobs(tmp_path, store), as_store(store), parallel=1, progress=progress)
    sizes = [(artifact.zipped_size, 1) for artifact in artifacts]
    assert progress.told == [("building ZIPs", 2), *sizes, "finished"]


def test_an_interrupted_run_begins_no_further_unit(
    tmp_path: Path, store: WheelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, called_off, opened = threading.Event(), threading.Event(), count(1)
    open_wheel = store.open_wheel

    def held(pin: Pin) -> StoredWheel:
        if next(opened) > len(store.pins):  # the second unit is at work when the run is called off
            begun.set()
            called_off.wait()
        return open_wheel(pin)

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            called_off.set()
            super().shutdown(wait=wait)

    class Interrupted(Counting):
        def advance(self, amount: int, *, done: int = 0) -> None:
            super().advance(amount, done=done)
            begun.wait()
            raise KeyboardInterrupt

    first, second = expecting(jobs(tmp_path, store), make(jobs(tmp_path, store), store))
    todo = [first, second, replace(second, destination=tmp_path / "out" / "third.zip")]
    for one in (first, second):
        one.destination.unlink()
    monkeypatch.setattr("layerforge.build.make.ThreadPoolExecutor", Pool)
    monkeypatch.setattr(store, "open_wheel", held)
    progress = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        build(todo, as_store(store), parallel=1, progress=progress)
    assert [one.destination.exists() for one in todo] == [True, True, False]
    assert progress.told[-1] == "finished"


def test_a_zip_that_stands_with_the_expected_digest_is_left_alone(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store)
    assert standing(todo) == (None, None)
    artifacts = make(todo, store)
    assert standing(todo, parallel=2) == (None, None)
    todo = expecting(todo, artifacts)
    for artifact in artifacts:
        os.utime(artifact.path, (1, 1))
    known = tuple(
        replace(artifact, content=tuple(Entry(*entry[:3], "") for entry in artifact.content)) for artifact in artifacts
    )
    assert standing(todo, parallel=2) == known
    assert make(todo, WheelStore()) == known
    assert [artifact.path.stat().st_mtime for artifact in artifacts] == [1, 1]


@pytest.mark.parametrize("content", [b"", b"something else", None])
def test_a_zip_that_stands_with_another_digest_is_built_again(
    content: bytes | None, tmp_path: Path, store: WheelStore
) -> None:
    todo = jobs(tmp_path, store)
    artifacts = make(todo, store)
    todo = expecting(todo, artifacts)
    if content is None:
        todo[0].destination.unlink()
    else:
        todo[0].destination.write_bytes(content)
    assert [artifact is None for artifact in standing(todo)] == [True, False]
    assert make(todo, store)[0] == artifacts[0]
    assert hashlib.sha256(todo[0].destination.read_bytes()).hexdigest() == artifacts[0].sha256


def test_another_digest_than_the_lock_has_is_an_error_and_leaves_nothing(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store)
    built = make(todo, store)[0].sha256
    lock = Sha256("0" * 64)
    todo[0] = replace(todo[0], expected=lock)
    assert findings(todo, store) == (
        Diagnostic(
            code="BUILD010",
            message="`some/python312-x86-64` was built with another digest than the lock has for the same inputs",
            location=plans.location("layers.some"),
            notes=(f"built: {built}", f"lock:  {lock}"),
            hint="if the lock was edited or merged by hand, take the unit's `artifact` out of it and run "
            "`layerforge gen`; else two builds of one input differ, which is a bug in layerforge: please report it",
        ),
    )
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["python312-arm64.zip"]


def changed(store: WheelStore) -> None:
    """Change a byte of content, but no size, in a wheel that was checked before."""
    path = store.open_wheel(store.pins[1]).path
    path.write_bytes(path.read_bytes().replace(b"b = 1", b"b = 2"))


DAMAGED = Diagnostic(
    code="BUILD011",
    message="`bb-2.0-py3-none-any.whl` in the store is not the file any more that was checked",
    hint=VERIFY,
)


def test_a_wheel_that_changed_in_the_store_is_found_before_a_first_build(tmp_path: Path, store: WheelStore) -> None:
    changed(store)
    assert findings(jobs(tmp_path, store), store) == (DAMAGED,)
    assert not (tmp_path / "out").exists()


def test_a_wheel_that_changed_in_the_store_explains_another_digest(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store)
    todo = expecting(todo, make(todo, store))
    changed(store)
    for job in todo:
        job.destination.unlink()
    in_units = "in `some/python312-x86-64` and `some/python312-arm64`"
    assert findings(todo, store) == (replace(DAMAGED, notes=(in_units,)),)
    assert not list((tmp_path / "out").iterdir())


def test_an_own_file_that_changed_is_an_error(tmp_path: Path, store: WheelStore) -> None:
    own = own_file(tmp_path)
    for content in (b"own = 2\n", b"own = 1\nmore", b"own"):
        own.source.write_bytes(content)
        assert findings(jobs(tmp_path, store, own=[own])[:1], store) == (
            Diagnostic(
                code="BUILD008",
                message=f"the own file `{own.source}` changed while it was packed",
                hint="build again when nothing writes to it any more",
                notes=("in `some/python312-x86-64`",),
            ),
        )


def test_an_own_file_that_is_gone_is_an_error(tmp_path: Path, store: WheelStore) -> None:
    own = own_file(tmp_path)
    own.source.unlink()
    assert findings(jobs(tmp_path, store, own=[own])[:1], store) == (
        Diagnostic(
            code="BUILD009",
            message=f"the own file `{own.source}` cannot be read: No such file or directory",
            notes=("in `some/python312-x86-64`",),
        ),
    )


def test_an_unknown_archive_format_is_an_error(tmp_path: Path, store: WheelStore) -> None:
    assert findings([replace(jobs(tmp_path, store)[0], format=2)], store) == (
        Diagnostic(
            code="BUILD007",
            message="`some/python312-x86-64` is locked with archive format 2, and this layerforge writes 1",
            location=plans.location("layers.some"),
            hint="use the layerforge that wrote the lock, or a newer one",
        ),
    )


def test_what_several_units_have_in_common_is_said_once(tmp_path: Path, store: WheelStore) -> None:
    store.add(make_wheel(tmp_path / "wheels", "dd", "4.0", files={"bb.py": b"d = 1\n"}))
    assert findings(jobs(tmp_path, store), store) == (
        Diagnostic(
            code="BUILD001",
            message="`bb 2.0` and `dd 4.0` bring `python/bb.py` with different content",
            hint="`prefer: [bb]` takes the one of `bb`; `exclude: [python/bb.py]` leaves it out",
            notes=("in `some/python312-x86-64` and `some/python312-arm64`",),
        ),
    )
    source = plans.source(prefer=["dd"], exclude=["**/cc/**"])
    artifacts = make(jobs(tmp_path, store, source=source), store)
    origins = {entry.path: entry.origin for entry in artifacts[0].content}
    assert origins["python/bb.py"] == "dd 4.0"
    assert "python/cc/__init__.py" not in origins


def test_a_glob_is_only_idle_if_no_unit_has_what_it_matches(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store, source=plans.source(exclude=["python/bb.py", "**/nothing/**"]))
    without = tuple(pin for pin in store.pins if pin.name != "bb")
    todo[1] = replace(todo[1], pins=without)
    first, second = make(todo, store)
    assert first.diagnostics == (
        Diagnostic(
            code="BUILD003",
            severity=Severity.WARNING,
            message="`**/nothing/**` excludes nothing",
            location=plans.location(),
            hint="globs are over whole paths in the ZIP, such as `python/pandas/tests/**` in a layer",
        ),
    )
    assert second.diagnostics == ()
    assert make(todo[:1], store)[0].diagnostics == ()


def test_a_bug_keeps_its_traceback(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store)
    with pytest.raises(KeyError):
        make(todo, WheelStore())


def test_a_folder_where_the_zip_belongs_is_an_error_of_the_disk(tmp_path: Path, store: WheelStore) -> None:
    todo = jobs(tmp_path, store)[:1]
    todo = expecting(todo, make(todo, store))
    todo[0].destination.unlink()
    todo[0].destination.mkdir()
    assert standing(todo) == (None,)
    with pytest.raises(OutsideError) as caught:
        make(todo, store)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == (
        "OUT090",
        f"`{todo[0].destination}` cannot be written: Is a directory",
    )


def test_an_older_zip_that_differs_from_the_lock_does_not_outlive_a_failed_build(
    tmp_path: Path, store: WheelStore
) -> None:
    todo = jobs(tmp_path, store)[:1]
    todo = expecting(todo, make(todo, store))
    todo[0].destination.write_bytes(b"an older one")
    store.add(make_wheel(tmp_path / "wheels", "dd", "4.0", files={"bb.py": b"d = 1\n"}))
    assert [item.code for item in findings([replace(todo[0], pins=store.pins)], store)] == ["BUILD001"]
    assert not todo[0].destination.exists()
