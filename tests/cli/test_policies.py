"""`layerforge policies`: the list, the folder, and both as JSON."""

import json
from pathlib import Path

import pytest

from layerforge.cli import main
from layerforge.diagnostics import ExitCode
from layerforge.paths import policies_dir


def test_each_policy_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["policies"]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "CKV_LAYER_1   CRITICAL  Ensure a layer version is not granted to everyone"
    assert len(out.splitlines()) == len({line.split()[0] for line in out.splitlines()}) == 20


def test_the_path_is_a_folder_that_checkov_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["policies", "--path"]) == ExitCode.DONE
    folder = Path(capsys.readouterr().out.removesuffix("\n"))
    assert folder == policies_dir()
    assert (folder / "__init__.py").is_file()


def test_a_machine_can_have_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["policies", "--json"]) == ExitCode.DONE
    answer = json.loads(capsys.readouterr().out)["result"]
    assert answer["path"] == str(policies_dir())
    assert answer["policies"][1] == {
        "id": "CKV_LAYER_2",
        "severity": "HIGH",
        "title": "Ensure a layer version is granted to account ids or to an organization, not to a root ARN, user or "
        "role",
    }
