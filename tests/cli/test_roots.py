"""The roots on disk: written and removed by the rules of the modules, and nobody else's file is touched."""

import json
from pathlib import Path

import pytest

from layerforge.cli.main import run
from layerforge.cli.roots import Roots, compare_roots, roots_of, write_roots
from layerforge.diagnostics import FindingsError
from layerforge.facts.load import load_facts
from layerforge.lock.types import Lock
from layerforge.plan.fleet_types import Plan, Region, RegionState
from layerforge.render.marker import marker
from layerforge.render.roots import ROOT_FILES
from support import plans

PAUSED, RETIRED = RegionState.PAUSED, RegionState.RETIRED


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "layers.yaml"
    path.write_text("version: 1\n")
    return path


def _plan(spec: Path, *regions: Region | str, layer: str = "a") -> Plan:
    fleets = [plans.fleet(regions=regions, spec=spec)] if regions else []
    return plans.plan(plans.layer(layer, spec=spec), fleets=fleets)


def _roots(plan: Plan, spec: Path, locks: dict[Path, Lock] | None = None) -> Roots:
    return roots_of(plan, (spec,), load_facts(), spec.parent / "modules", locks or {})


def _write(spec: Path, *regions: Region | str, layer: str = "a") -> dict[str, tuple[int, int, int]]:
    roots = _roots(_plan(spec, *regions, layer=layer), spec)
    changes = compare_roots(roots)
    write_roots(roots, changes)
    return {folder.name: (len(one.added), len(one.changed), len(one.stale)) for folder, one in changes.items()}


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


ALL = len(ROOT_FILES)


def test_roots_are_written_once(spec: Path) -> None:
    assert _write(spec, "eu-west-1", "us-east-1") == {"eu-west-1": (ALL, 0, 0), "us-east-1": (ALL, 0, 0)}
    assert _write(spec, "eu-west-1", "us-east-1") == {"eu-west-1": (0, 0, 0), "us-east-1": (0, 0, 0)}
    assert _files(spec.parent / "roots/eu-west-1") == sorted(ROOT_FILES)


def test_a_paused_root_stays_as_it_is(spec: Path) -> None:
    _write(spec, "eu-west-1", "us-east-1")
    before = (spec.parent / "roots/us-east-1/main.tf").read_text()
    changed = _write(spec, "eu-west-1", plans.region("us-east-1", state=PAUSED), layer="b")
    assert changed == {"eu-west-1": (0, 3, 0)}
    assert (spec.parent / "roots/us-east-1/main.tf").read_text() == before
    assert _write(spec, "eu-west-1", "us-east-1", layer="b") == {"eu-west-1": (0, 0, 0), "us-east-1": (0, 3, 0)}


@pytest.mark.parametrize("root", ["roots/us-east-1", "deploy/us"])
def test_a_retired_root_goes_and_the_files_of_the_user_stay(spec: Path, root: str) -> None:
    there, retired = plans.region("us-east-1", root=root), plans.region("us-east-1", root=root, state=RETIRED)
    folder = spec.parent / root
    _write(spec, "eu-west-1", there)
    (folder / "providers.tf").write_text('provider "aws" {}\n')
    assert _write(spec, "eu-west-1", retired) == {"eu-west-1": (0, 0, 0), folder.name: (0, 0, ALL - 1)}
    assert _files(folder) == [".gitignore", "providers.tf"]  # which hides a state and saved plans from git
    assert _write(spec, "eu-west-1", retired) == {"eu-west-1": (0, 0, 0)}
    (folder / "providers.tf").unlink()
    assert _write(spec, "eu-west-1", retired) == {"eu-west-1": (0, 0, 0), folder.name: (0, 0, 1)}
    assert not folder.exists()


@pytest.mark.parametrize("rest", [("eu-west-1",), ()], ids=["one-left", "none-left"])
def test_a_root_whose_region_left_the_spec_goes_with_its_folder(spec: Path, rest: tuple[str, ...]) -> None:
    _write(spec, "eu-west-1", "us-east-1")
    assert _write(spec, *rest)["us-east-1"] == (0, 0, ALL)
    assert not (spec.parent / "roots/us-east-1").exists()


def test_modules_and_roots_of_other_specs_are_left_alone(spec: Path) -> None:
    """They carry markers too, and may lie beside a root. Nor is a module whose spec is gone taken for a root."""
    (spec.parent / "other.yaml").write_text("version: 1\n")
    others = {
        "infra/other-layer/main.tf": f"# {marker('gone.yaml')}\n",
        "infra/other-layer/tests/contract.tftest.hcl": f"# {marker('gone.yaml')}\n",
        "roots/other/main.tf": f"# {marker('../other.yaml')}\n",
        "infra/some-layer/main.tf": f"# {marker('layers.yaml')}\n",
        "modules/a/main.tf": f"# {marker('layers.yaml')}\n",
        "roots/mine/main.tf": "# mine\n",
        "roots/eu-west-1/modules/x/main.tf": f"# {marker('layers.yaml')}\n",
    }
    for name, text in others.items():
        (spec.parent / name).parent.mkdir(parents=True, exist_ok=True)
        (spec.parent / name).write_text(text)
    _write(spec, "eu-west-1", plans.region("us-east-1", root="infra/us"), plans.region("us-west-2", root="us-west-2"))
    assert {name: (spec.parent / name).read_text() for name in others} == others


def test_the_roots_of_a_spec_that_is_gone_go(spec: Path) -> None:
    """Of those that lie where roots of this run may lie; what carries no marker stays."""
    for name in ("roots/eu-west-1", "infra/us"):
        (spec.parent / name).mkdir(parents=True)
        (spec.parent / name / "main.tf").write_text(f"# {marker('../other.yaml')}\n")
    (spec.parent / "infra/us/backend.tf").write_text("# mine\n")
    regions = ("us-east-1", plans.region("us-west-2", root="infra/west"))
    (spec.parent / "other.yaml").write_text("version: 1\n")
    _write(spec, *regions)
    assert (spec.parent / "roots/eu-west-1/main.tf").exists()
    (spec.parent / "other.yaml").unlink()
    changed = _write(spec, *regions)
    assert changed == {"us-east-1": (0, 0, 0), "west": (0, 0, 0), "eu-west-1": (0, 0, 1), "us": (0, 0, 1)}
    assert not (spec.parent / "roots/eu-west-1").exists()
    assert _files(spec.parent / "infra/us") == ["backend.tf"]


def test_a_spec_is_there_whatever_lies_behind_a_symbolic_link(tmp_path: Path) -> None:
    """From a linked folder, `..` is not the folder that the names were made from."""
    (tmp_path / "elsewhere/roots").mkdir(parents=True)
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/roots").symlink_to("../elsewhere/roots")
    for name, region in (("one", "eu-west-1"), ("two", "us-east-1")):
        (tmp_path / f"infra/{name}.yaml").write_text("version: 1\n")
        assert _write(tmp_path / f"infra/{name}.yaml", region)[region] == (ALL, 0, 0)
    assert _write(tmp_path / "infra/one.yaml", "eu-west-1") == {"eu-west-1": (0, 0, 0), "us-east-1": (0, 0, 0)}
    (tmp_path / "infra/two.yaml").unlink()
    assert _write(tmp_path / "infra/one.yaml", "eu-west-1") == {"eu-west-1": (0, 0, 0), "us-east-1": (0, 0, ALL)}


def test_what_stands_in_the_way_is_told_for_all_roots_and_nothing_is_written(spec: Path) -> None:
    for name in ("eu-west-1", "us-east-1"):
        (spec.parent / "roots" / name).mkdir(parents=True)
        (spec.parent / "roots" / name / "main.tf").write_text("# mine\n")
    before = _files(spec.parent)
    with pytest.raises(FindingsError) as caught:
        compare_roots(_roots(_plan(spec, "eu-west-1", "us-east-1"), spec))
    wrong = "stands where a generated file belongs, and layerforge did not write it"
    hint = "move it away, or give the Region another `root` in the spec"
    assert [(item.code, item.message, item.hint) for item in caught.value.diagnostics] == [
        ("OUT001", f"`{spec.parent}/roots/{name}/main.tf` {wrong}", hint) for name in ("eu-west-1", "us-east-1")
    ]
    assert _files(spec.parent) == before


PROJECT = """\
version: 1
regions:
  eu-west-1: {root: deploy/eu}
  us-east-1: {root: live/us}
layers:
  own: {runtimes: [python3.13], split: none, source: {ecosystem: python, include: [src/own]}}
"""


def test_a_removed_root_is_found_wherever_it_lay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "src/own").mkdir(parents=True)
    (tmp_path / "src/own/__init__.py").write_text("X = 1\n")
    (tmp_path / "layers.yaml").write_text(PROJECT)
    assert run(["gen"]) == 0
    for name in ("live/us/providers.tf", "live/us/outputs.tf"):
        (tmp_path / name).write_text("# mine\n")

    (tmp_path / "layers.yaml").write_text(PROJECT.replace("  us-east-1: {root: live/us}\n", ""))
    assert run(["lock"]) == 0  # which removes no file, and so forgets none
    capsys.readouterr()
    assert run(["gen", "--check"]) == 1
    assert "live/us" in capsys.readouterr().err
    assert run(["gen"]) == 0
    assert (
        "  us-east-1  the root goes: an apply there DELETES its functions with their log groups, its SSM parameters "
        "and what Terraform uploaded; published layer versions and their grants stay. Where it only moved, take your "
        "own files and the state along instead\n"
    ) in capsys.readouterr().err
    assert _files(tmp_path / "live") == ["us/.gitignore", "us/outputs.tf", "us/providers.tf"]
    assert json.loads((tmp_path / "layers.lock.json").read_text())["roots"] == {"deploy/eu": "eu-west-1"}
    for argv in (["gen", "--check"], ["gen"]):
        assert run(argv) == 0
        assert capsys.readouterr().err == "everything is up to date\n"


def test_modules_and_roots_of_a_spec_that_is_gone_go_with_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Although nothing that the other spec's own run looks at has changed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAYERFORGE_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "src/own").mkdir(parents=True)
    (tmp_path / "src/own/__init__.py").write_text("X = 1\n")
    (tmp_path / "layers.yaml").write_text(PROJECT)
    (tmp_path / "other.yaml").write_text(PROJECT.replace("own: {", "other: {").replace("live/us", "more/us"))
    text = (tmp_path / "other.yaml").read_text().replace("deploy/eu", "more/eu")
    (tmp_path / "other.yaml").write_text(text.replace("more/us", "live/other-us"))
    assert (run(["gen", "--spec", "other.yaml"]), run(["gen"]), run(["gen"])) == (0, 0, 0)
    assert (tmp_path / "modules/other/main.tf").exists()
    capsys.readouterr()

    (tmp_path / "other.yaml").unlink()
    assert run(["gen"]) == 0
    said = capsys.readouterr().err
    assert "removed modules/other: 11 files\n" in said
    assert f"removed live/other-us: {ALL} files\n" in said
    assert not (tmp_path / "modules/other").exists()
    assert _files(tmp_path / "live") == [f"us/{name}" for name in sorted(ROOT_FILES)]
