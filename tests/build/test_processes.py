"""Builds among other processes: killed at any moment, or eight of them at the same ZIP at once."""

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.wheel_store import built_from
from support.wheels import make_wheel

PROGRAM = """
import contextlib, os, signal, sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from layerforge import files
from layerforge.build import archive, make
from support.wheel_store import built_from

wheels, destination, expected, fatal = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4] or None, int(sys.argv[5])
passed = 0

def boundary():
    global passed
    passed += 1
    if passed == fatal:
        os.kill(os.getpid(), signal.SIGKILL)

class Stream:
    def __init__(self, stream):
        self.stream = stream

    def write(self, data):
        boundary()
        self.stream.write(data)
        self.stream.flush()
        boundary()

@contextlib.contextmanager
def write_atomically(path, *, durable):
    boundary()
    with files.write_atomically(path, durable=durable) as stream:
        yield Stream(stream)
    boundary()

def replace(source, target, replace=os.replace):
    boundary()
    replace(source, target)
    boundary()

if fatal:
    archive._BATCH = 4000
    make.write_atomically = write_atomically
    os.replace = replace
artifact = built_from(wheels, destination, expected)
print(artifact.sha256, passed)
"""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    for name in ("aa", "bb"):
        files = {f"{name}/{number}.py": hashlib.sha512(b"%d" % number).digest() * 20 for number in range(20)}
        make_wheel(folder, name, "1.0", files=files, level=0)
    return folder


def start(
    wheels: Path, destination: Path, expected: str = "", *, fatal: int = 0, **environment: str
) -> subprocess.Popen[str]:
    here = Path(__file__).resolve()
    command = [sys.executable, "-c", PROGRAM, str(here.parents[1]), str(wheels), str(destination), expected, str(fatal)]
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(process: subprocess.Popen[str]) -> list[str]:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out.split()


@pytest.mark.slow
def test_a_build_that_was_killed_anywhere_is_made_good_by_the_next(wheels: Path, tmp_path: Path) -> None:
    expected, boundaries = finish(start(wheels, tmp_path / "count" / "layer.zip", fatal=10_000))
    assert int(boundaries) > 20
    for fatal in range(1, int(boundaries) + 1):
        destination = tmp_path / f"out {fatal}" / "layer.zip"
        killed = start(wheels, destination, expected, fatal=fatal)
        killed.communicate(timeout=120)
        assert killed.returncode == -signal.SIGKILL
        if destination.exists():
            assert hashlib.sha256(destination.read_bytes()).hexdigest() == expected
        assert built_from(wheels, destination, expected).sha256 == expected
        assert [path.name for path in destination.parent.iterdir()] == ["layer.zip"]
        assert hashlib.sha256(destination.read_bytes()).hexdigest() == expected


@pytest.mark.slow
def test_eight_processes_build_the_same_zip_at_once_whatever_their_surroundings(wheels: Path, tmp_path: Path) -> None:
    destination = tmp_path / "out" / "layer.zip"
    surroundings = [
        {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "PYTHONHASHSEED": "2"},
        {"LC_ALL": "C", "PYTHONHASHSEED": "3"},
        {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
        {"LC_ALL": "tr_TR.UTF-8"},
        {"PYTHONUTF8": "0", "LANG": "POSIX"},
        {"PYTHONOPTIMIZE": "2"},
        {"SOURCE_DATE_EPOCH": "1"},
    ]
    processes = [start(wheels, destination, **environment) for environment in surroundings]
    digests = {finish(process)[0] for process in processes}
    assert digests == {hashlib.sha256(destination.read_bytes()).hexdigest()}
    assert [path.name for path in destination.parent.iterdir()] == ["layer.zip"]
