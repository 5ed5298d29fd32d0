"""The parts of bench/ that compute, count and write."""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from support import specs
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


def test_only_the_region_of_the_page_is_written(tmp_path: Path) -> None:
    report, page = load("report"), tmp_path / "speed.md"
    page.write_text(f"before\n\n{report.BEGIN}\n\nold \\1\n\n{report.END}\n\nafter\n", encoding="utf-8")
    report.update(page, "this machine", {"tools": "new \\1 table"})
    blocks = [
        "before",
        report.BEGIN,
        "this machine",
        "<!-- bench: part tools -->",
        "new \\1 table",
        report.END,
        "after\n",
    ]
    assert page.read_text(encoding="utf-8") == "\n\n".join(blocks)
    with pytest.raises(ValueError, match="exactly one region"):
        report.update(ROOT / "LICENSE", "this machine", {"tools": "table"})


def test_parts_that_were_not_measured_stay_if_this_machine_made_them(tmp_path: Path) -> None:
    report, page = load("report"), tmp_path / "speed.md"
    page.write_text(f"{report.BEGIN}\n\n{report.END}\n", encoding="utf-8")
    report.update(page, "one machine", {"tools": "tools 1", "scale": "scale 1"})
    report.update(page, "one machine", {"tools": "tools 2", "roots": "roots 2"})
    texts = {"tools": "tools 2", "scale": "scale 1", "roots": "roots 2"}
    parts = [f"<!-- bench: part {name} -->\n\n{text}" for name, text in texts.items()]
    kept = "\n\n".join([report.BEGIN, "one machine", *parts, f"{report.END}\n"])
    assert page.read_text(encoding="utf-8") == kept
    with pytest.raises(ValueError, match=r"all parts have to be measured:\none machine\nanother machine$"):
        report.update(page, "another machine", {"tools": "tools 3"})
    assert page.read_text(encoding="utf-8") == kept
    report.update(page, "another machine", {"tools": "tools 4", "scale": "scale 4", "roots": "roots 4"})
    assert "another machine" in page.read_text(encoding="utf-8")


def test_the_memory_of_a_child_and_of_its_child_count_together() -> None:
    hold = "import sys, time\nheld = bytearray(50_000_000)\n"
    child = f"{hold}import subprocess\nsubprocess.run([sys.executable, '-c', {hold + 'time.sleep(1)'!r}], check=True)"
    measured = (  # in a process of its own: this one may be large, and have other children
        "import sys\nfrom measure import run\nfrom processes import Tree\n"
        f"with Tree() as tree:\n    cost = run([sys.executable, '-c', {child!r}])\n"
        "print(cost.peak, tree.peak)"
    )
    done = subprocess.run(
        [sys.executable, "-c", measured], cwd=ROOT / "bench", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    largest, together = map(int, done.stdout.split())
    assert 50_000_000 < largest < 200_000_000
    if Path("/proc/self").exists():
        assert 100_000_000 < together < 300_000_000


def test_linear_growth_is_claimed_and_more_is_missed() -> None:
    scale, measure = load("scale"), load("measure")

    def claims(factor: float) -> list[bool]:
        costs = {
            (task, items): measure.Cost(cpu=items * (factor if items == 3000 else 1), wall=1.0, peak=items)
            for task in scale.TASKS
            for items in (300, 3000)
        }
        return [claim.kept for claim in scale.claims(costs, 300, 3000)]

    assert claims(1.2) == [True, True, True]
    assert claims(1.3) == [False, False, True]
    assert scale.cells(measure.Cost(cpu=3, wall=4, peak=5_000_000), 300) == ["3.00", "4.00", "10.00", "5"]


def test_the_fleet_of_the_bench_is_a_spec_without_mistakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("measure")
    monkeypatch.setattr(load("inputs"), "WORK", tmp_path)
    fleet = load("fleet").make_fleet("small", 4, 5)
    plan = specs.plan(fleet.folder, (fleet.folder / "layers.yaml").read_text(encoding="utf-8"))
    assert plan.warnings == ()
    assert fleet.items == len(plan.packaged) == 9
    assert [len(function.layers) for function in plan.functions] == [3] * 5
    assert [region.name for one in plan.fleets for region in one.regions] == ["eu-west-1", "us-east-1"]
    assert fleet.one_line.is_file()


def test_the_page_on_speed_quotes_what_bench_prints() -> None:
    parts = _parts("docs/speed.md")
    region = "\n".join(parts.values())
    assert "| claim | wanted | measured |" in region
    assert "SHA-256 in one thread" in region
    assert {"tools", "startup", "memory", "scale", "roots", "scan"} == parts.keys() - {"machine"}
    assert "(missed)" not in region


def test_the_readme_quotes_the_same_run_as_the_page_on_speed() -> None:
    readme, page = (_parts(name) for name in ("README.md", "docs/speed.md"))
    assert {name: text for name, text in page.items() if name in ("machine", *load("run").QUOTED)} == readme


def _parts(name: str) -> dict[str, str]:
    report = load("report")
    _, region, _ = (ROOT / name).read_text(encoding="utf-8").replace(report.END, report.BEGIN).split(report.BEGIN)
    machine, *rest = re.split("<!-- bench: part ([a-z]+) -->", region)
    return {"machine": machine.strip(), **dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))}
