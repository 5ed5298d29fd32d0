"""How tests find Terraform and its provider, and what happens without."""

from pathlib import Path

import pytest

from support.mirror import MIRROR_VARIABLE, clean_environment, find_mirror
from support.tf import Terraform, missing

PACKAGE = "example.org/hashicorp/aws/5.100.0/linux_amd64"
MODULE = """\
resource "aws_ssm_parameter" "this" {
  name           = "/a"
  type           = "String"
  insecure_value = "b"
}
"""


def _mirror(folder: Path) -> Path:
    (folder / PACKAGE).mkdir(parents=True)
    return folder


def test_the_variable_comes_before_the_configuration_and_the_standard_places(tmp_path: Path) -> None:
    home = tmp_path / "home"
    standard = _mirror(home / ".terraform.d/plugins")
    assert find_mirror({}, home=home, roots=()) == standard

    configured = _mirror(tmp_path / "configured")
    config = tmp_path / "some.tfrc"
    config.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{configured}"\n  }}\n}}\n')
    environ = {"TF_CLI_CONFIG_FILE": str(config)}
    assert find_mirror(environ, home=home, roots=()) == configured

    named = _mirror(tmp_path / "named")
    assert find_mirror({**environ, MIRROR_VARIABLE: str(named)}, home=home, roots=()) == named


def test_a_mirror_below_a_root_is_found_and_a_configuration_file_that_is_not_there_is_passed_over(
    tmp_path: Path,
) -> None:
    mirror = _mirror(tmp_path / "opt/plugins")
    (tmp_path / "opt/another").mkdir()
    environ = {"TF_CLI_CONFIG_FILE": str(tmp_path / "nowhere")}
    assert find_mirror(environ, home=tmp_path, roots=(tmp_path / "missing", tmp_path / "opt")) == mirror
    assert find_mirror(environ, home=tmp_path, roots=()) is None


def test_nothing_of_the_users_reaches_terraform(tmp_path: Path) -> None:
    environ = {"PATH": "/bin", "TF_CLI_ARGS": "-x", "TF_VAR_a": "b", "AWS_PROFILE": "mine", "https_proxy": "http://p"}
    env = clean_environment(environ, home=tmp_path, mirror=None)
    assert env["PATH"] == "/bin"
    assert env["https_proxy"] == "http://p"
    assert not {"TF_CLI_ARGS", "TF_VAR_a", "AWS_PROFILE", "TF_CLI_CONFIG_FILE"} & env.keys()


def test_a_missing_tool_skips_at_home_and_fails_where_ci_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no such tool"):
        missing("no such tool")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no such tool"):
        missing("no such tool")


@pytest.mark.terraform
def test_a_copied_module_validates_without_init_and_its_original_stays_as_it_was(
    terraform: Terraform, tmp_path: Path
) -> None:
    module = tmp_path / "module"
    module.mkdir()
    (module / "main.tf").write_text(MODULE)
    copy = terraform.copy(module, tmp_path / "copy")
    assert terraform.json(copy, "validate")["valid"] is True
    assert [path.name for path in module.iterdir()] == ["main.tf"]


@pytest.mark.terraform
def test_a_root_that_calls_modules_is_made_ready_too(terraform: Terraform, tmp_path: Path) -> None:
    (tmp_path / "modules/a").mkdir(parents=True)
    (tmp_path / "modules/a/main.tf").write_text(MODULE)
    (tmp_path / "main.tf").write_text('module "a" {\n  source = "./modules/a"\n}\n')
    assert terraform.json(terraform.prepare(tmp_path), "validate")["valid"] is True
