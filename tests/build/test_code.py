"""The ZIP of a function's code: own files at its root, the same bytes everywhere, and what is said of it."""

import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from layerforge.build import code
from layerforge.build.builders import BUILDERS
from layerforge.build.index import WheelIndex
from layerforge.build.make import build, standing
from layerforge.build.progress import Silent
from layerforge.build.types import Artifact, Job
from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import FindingsError
from layerforge.lock.own_files import collect
from layerforge.plan.function_types import Function
from layerforge.plan.types import CodeSource, PythonSource
from support import plans
from support.checkouts import Checkout, function_of
from support.wheel_store import WheelStore, as_store

FILES = {"src/handler.py": "def handler(event, context): ...\n", "src/lib/é.txt": "x", "src/run.sh": "#!/bin/sh\n"}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(path=tmp_path / "project")
    made.write(FILES)
    return made


def job(function: Function, to: Path) -> Job:
    (unit,) = function.units
    return Job(
        packaged=function, unit=unit, pins=(), own_files=collect(function), format=1, destination=to / "code.zip"
    )


def make(function: Function, to: Path) -> Artifact:
    (artifact,) = build([job(function, to)], as_store(WheelStore()), parallel=1, progress=Silent())
    return artifact


def test_the_zip_holds_the_folder_as_it_is(checkout: Checkout, tmp_path: Path) -> None:
    artifact = make(function_of(checkout.path), tmp_path)
    assert [(entry.path, entry.origin) for entry in artifact.content] == [
        ("handler.py", "own files"),
        ("lib/é.txt", "own files"),
        ("run.sh", "own files"),
    ]
    with zipfile.ZipFile(artifact.path) as archive:
        assert {item.filename: archive.read(item).decode() for item in archive.infolist()} == {
            name.removeprefix("src/"): text for name, text in FILES.items()
        }
        assert {item.external_attr >> 16 for item in archive.infolist()} == {0o100644, 0o100755}
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_bytes_from_another_folder_in_another_order(checkout: Checkout, tmp_path: Path) -> None:
    other = Checkout(path=tmp_path / "elsewhere")
    shuffled = list(FILES.items())
    random.Random(7).shuffle(shuffled)
    for name, text in shuffled:
        other.write({name: text})
        (other.path / name).chmod(0o600)
    one, two = (make(function_of(each.path), tmp_path / each.path.name) for each in (checkout, other))
    assert one.sha256 == two.sha256
    assert one.path.read_bytes() == two.path.read_bytes()


def test_golden_digest_of_code(checkout: Checkout, tmp_path: Path) -> None:
    """A digest that changes updates every function of every user: only with a new archive format."""
    expected = "53d50e7bb3b52cce29272c3c42a77b594b10b2f6eff29a8c545bf48f3025cc9e"
    assert make(function_of(checkout.path), tmp_path).sha256 == expected


def test_exclude_speaks_of_paths_in_the_zip(checkout: Checkout, tmp_path: Path) -> None:
    artifact = make(function_of(checkout.path, exclude=("lib/**", "nothing/**")), tmp_path)
    assert [entry.path for entry in artifact.content] == ["handler.py", "run.sh"]
    assert render_diagnostics(artifact.diagnostics) == (
        "warning[BUILD003]: `nothing/**` excludes nothing\n"
        " --> layers.yaml:7:11 (functions.processor.code)\n\n"
        "hint: globs are over whole paths in the ZIP, such as `python/pandas/tests/**` in a layer\n"
    )


def test_build005_nothing_is_left(checkout: Checkout, tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as caught:
        make(function_of(checkout.path, exclude=("**",)), tmp_path)
    assert render_diagnostics(caught.value.diagnostics) == (
        "error[BUILD005]: there is nothing to put into the ZIP: `exclude` leaves nothing over\n\n"
        "  in `processor/code`\n\n"
        "hint: AWS takes no empty ZIP: exclude less, add `requirements` or `include`, or take it out of the spec\n"
    )


def test_a_standing_zip_is_left_alone(checkout: Checkout, tmp_path: Path) -> None:
    function = function_of(checkout.path)
    artifact = make(function, tmp_path)
    again = replace(job(function, tmp_path), expected=artifact.sha256)
    (found,) = standing([again])
    assert found is not None
    assert [entry[:3] for entry in found.content] == [entry[:3] for entry in artifact.content]
    assert found.unzipped_size == artifact.unzipped_size


def test_build010_other_bytes_than_the_lock_has(checkout: Checkout, tmp_path: Path) -> None:
    wrong = replace(job(function_of(checkout.path), tmp_path), expected=plans.sha256("other"))
    with pytest.raises(FindingsError) as caught:
        build([wrong], as_store(WheelStore()), parallel=1, progress=Silent())
    assert render_diagnostics(caught.value.diagnostics).startswith(
        "error[BUILD010]: `processor/code` was built with another digest than the lock has for the same inputs\n"
        " --> layers.yaml:1:1 (functions.processor)\n"
    )
    assert not wrong.destination.exists()


def test_each_kind_of_source_has_its_builder(tmp_path: Path) -> None:
    assert set(BUILDERS) == {PythonSource, CodeSource}
    with pytest.raises(ValueError, match="six is part of no function's code"):
        code.list_members(plans.pin("six"), tmp_path, WheelIndex(dist_info="six-1.dist-info", members=()))
