"""The parts of bench/ that compute, count and write."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from support.repository import ROOT


@pytest.fixture(scope="module", autouse=True)
def bench_folder() -> Iterator[None]:
    """Let the modules of bench/ find each other, as they do when run.py is started."""
    sys.path.insert(0, str(ROOT / "bench"))
    yield
    sys.path.remove(str(ROOT / "bench"))


def load(name: str) -> ModuleType:
    """Import one module of bench/."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_the_cost_of_a_child_counts_its_children() -> None:
    spin = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {spin!r}], check=True)"
    cost = load("measure").run([sys.executable, "-c", child])
    assert 0.2 <= cost.cpu < 2
    assert cost.wall >= 0.2


def test_a_child_that_fails_ends_the_run_and_is_quoted() -> None:
    with pytest.raises(SystemExit, match=r"failed with 3:\nno disk\n$"):
        load("measure").run([sys.executable, "-c", "import sys; print('no disk'); sys.exit(3)"])


def test_repetitions_are_paired_rotate_and_leave_out_the_first_round(capsys: pytest.CaptureFixture[str]) -> None:
    measure, order = load("measure"), []

    def contestant(name: str) -> Callable[[], object]:
        def once() -> object:
            order.append(name)
            return measure.Cost(cpu=float(len(order)), wall=1.0)

        return once

    costs = measure.repeat({name: contestant(name) for name in "abc"}, 2, say="x")
    assert "".join(order) == "abc" + "bca" + "cab"
    assert {name: [cost.cpu for cost in found] for name, found in costs.items()} == {
        "a": [6.0, 8.0],
        "b": [4.0, 9.0],
        "c": [5.0, 7.0],
    }
    assert capsys.readouterr().err.splitlines()[-1] == "x 2/2"


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    measure = load("measure")
    slow = [measure.Cost(cpu=cpu, wall=1.0) for cpu in (10, 40, 12)]
    fast = [measure.Cost(cpu=cpu, wall=1.0) for cpu in (1, 2, 3)]
    assert measure.ratio(slow, fast) == 10
    assert measure.median(slow).cpu == 12


def test_a_missed_claim_says_so() -> None:
    report = load("report")
    kept, missed = report.Claim.at_most("start", 7.9, 8, "×"), report.Claim.at_least("speed", 24.9, 25, "×")
    assert (kept.kept, missed.kept) == (True, False)
    assert report.claims_table([kept, missed]).splitlines() == [
        "| claim | wanted | measured |",
        "| --- | ---: | ---: |",
        "| start | ≤ 8× | 7.90× |",
        "| speed | ≥ 25× | 24.9× (missed) |",
    ]


def test_only_the_region_of_the_readme_is_written(tmp_path: Path) -> None:
    report, readme = load("report"), tmp_path / "README.md"
    readme.write_text(f"before\n\n{report.BEGIN}\n\nold \\1\n\n{report.END}\n\nafter\n", encoding="utf-8")
    report.update(readme, "new \\1 table")
    assert readme.read_text(encoding="utf-8") == (
        f"before\n\n{report.BEGIN}\n\nnew \\1 table\n\n{report.END}\n\nafter\n"
    )
    with pytest.raises(ValueError, match="exactly one region"):
        report.update(ROOT / "LICENSE", "table")


def test_the_readme_quotes_what_bench_prints() -> None:
    report = load("report")
    _, region, _ = (
        (ROOT / "README.md").read_text(encoding="utf-8").replace(report.END, report.BEGIN).split(report.BEGIN)
    )
    assert "| claim | wanted | measured |" in region
    assert "SHA-256 in one thread" in region
    assert "(missed)" not in region
