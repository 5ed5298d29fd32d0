"""Our subclass of python-terraform, with a program in the place of Terraform that remembers its call."""

import json
import os
import sys
from pathlib import Path

import pytest

from layerforge.cli.messages import render_diagnostics
from layerforge.diagnostics import OutsideError
from layerforge.terraform.wrapper import FLAG, Root, check_binary

FAKE = """\
#!{python}
import json, os, sys
answer = json.load(open({answer!r}))
with open({seen!r}, "w") as stream:
    files = [word.partition("=")[2] for word in sys.argv if word.startswith("-var-file=")]
    texts = [open(name).read() for name in files]
    seen = dict(argv=sys.argv[1:], env=dict(os.environ), cwd=os.getcwd(), stdin=sys.stdin.read(), texts=texts)
    json.dump(seen, stream)
print(answer["stdout"])
sys.exit(answer["status"])
"""


class Fake:
    """A program that remembers how it was called and answers what it was told to."""

    def __init__(self, folder: Path) -> None:
        self.binary = folder / "terraform"
        self.answer = folder / "answer.json"
        self.record = folder / "seen.json"
        self.binary.write_text(FAKE.format(python=sys.executable, answer=str(self.answer), seen=str(self.record)))
        self.binary.chmod(0o755)
        self.answers("{}")

    def answers(self, stdout: str, *, status: int = 0) -> None:
        self.answer.write_text(json.dumps({"stdout": stdout, "status": status}))

    def seen(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.record.read_text())
        return found


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Fake(folder)


@pytest.fixture
def root(tmp_path: Path, fake: Fake) -> Root:
    folder = tmp_path / "root"
    folder.mkdir()
    env = {"PATH": os.environ["PATH"], "ONLY": "this"}
    return Root(folder, binary=str(fake.binary), env=env, timeout=20)


def test_options_are_the_librarys_and_the_environment_is_ours(root: Root, fake: Fake) -> None:
    root.cmd("plan", "extra", out="a.tfplan", target=["a", "b"], refresh=False, detailed_exitcode=FLAG, state=None)
    seen = fake.seen()
    assert seen["argv"] == [
        "plan",
        "-out=a.tfplan",
        "-target=a",
        "-target=b",
        "-refresh=false",
        "-detailed-exitcode",
        "extra",
    ]
    assert seen["stdin"] == ""
    assert seen["cwd"] == root.working_dir
    env = seen["env"]
    assert isinstance(env, dict)
    assert env["ONLY"] == "this"
    assert "HOME" not in env


def test_variables_travel_in_a_file_that_does_not_stay(root: Root, fake: Fake) -> None:
    root.cmd("plan", var={"name": 'a "b" ${c}', "list": [1]})
    seen = fake.seen()
    argv, texts = seen["argv"], seen["texts"]
    assert isinstance(argv, list)
    assert isinstance(texts, list)
    assert json.loads(texts[0]) == {"name": 'a "b" ${c}', "list": [1]}
    assert not Path(argv[1].removeprefix("-var-file=")).exists()


def test_an_unknown_attribute_is_no_subcommand(root: Root) -> None:
    with pytest.raises(AttributeError, match="'Root' has no attribute 'aply'"):
        root.aply()


def test_a_state_file_that_is_none_is_not_read(tmp_path: Path, fake: Fake) -> None:
    (tmp_path / "terraform.tfstate").write_text("this is no JSON")
    Root(tmp_path, binary=str(fake.binary), env={}, timeout=20).cmd("version")


def test_exit_statuses_that_the_caller_understands_are_no_errors(root: Root, fake: Fake) -> None:
    fake.answers("", status=2)
    assert root.cmd("plan", ok=(0, 2)).returncode == 2
    with pytest.raises(OutsideError, match="failed with exit status 2"):
        root.cmd("plan")


def test_init_takes_providers_from_the_mirror_alone(tmp_path: Path, fake: Fake) -> None:
    fake.answers('{"type":"version"}')
    Root(tmp_path, binary=str(fake.binary), env={}, timeout=20, plugins=Path("/mirror")).initialise()
    assert fake.seen()["argv"] == [
        "init",
        "-json",
        "-input=false",
        "-backend=false",
        "-no-color",
        "-plugin-dir=/mirror",
    ]


@pytest.mark.parametrize("answer", ["", "Segmentation fault", "{broken"])
def test_what_is_no_json_is_shown_as_it_came(root: Root, fake: Fake, answer: str) -> None:
    fake.answers(answer)
    with pytest.raises(OutsideError) as caught:
        root.document("validate")
    shown = f"  {answer}\n" if answer else ""
    assert render_diagnostics(caught.value.diagnostics) == (
        f"error[TF004]: `{fake.binary}` did not print the JSON that it was asked for\n"
        f"\n  {fake.binary} validate -json\n{shown}"
    )
    with pytest.raises(OutsideError, match="TF004"):
        root.events("test")


def test_no_terraform_at_all(tmp_path: Path) -> None:
    root = Root(tmp_path, binary="terraform", env={"PATH": str(tmp_path)}, timeout=20)
    with pytest.raises(OutsideError) as caught:
        check_binary(root, (1, 9))
    assert render_diagnostics(caught.value.diagnostics) == (
        "error[TF001]: `terraform` is not installed\n"
        "\n"
        "hint: install Terraform 1.9 or newer, or name another program with LAYERFORGE_TERRAFORM (`tofu`)\n"
    )


@pytest.mark.parametrize(
    ("version", "shown"), [("1.8.5", "1.8.5"), ("0.12.31", "0.12.31"), ("", "of an unknown version")]
)
def test_a_terraform_that_is_too_old(root: Root, fake: Fake, version: str, shown: str) -> None:
    fake.answers(json.dumps({"terraform_version": version}))
    with pytest.raises(OutsideError) as caught:
        check_binary(root, (1, 9))
    assert render_diagnostics(caught.value.diagnostics) == (
        f"error[TF002]: `{fake.binary}` is {shown}, the modules need 1.9 or newer\n"
        "\n"
        "hint: install Terraform 1.9 or newer, or name another program with LAYERFORGE_TERRAFORM\n"
    )


@pytest.mark.parametrize("version", ["1.9.0", "1.10.6", "1.17.0-dev", "2.0.0-alpha20270101"])
def test_a_terraform_that_is_new_enough(root: Root, fake: Fake, version: str) -> None:
    fake.answers(json.dumps({"terraform_version": version}))
    assert check_binary(root, (1, 9)) == version
