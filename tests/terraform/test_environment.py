"""What Terraform gets of the environment."""

from pathlib import Path

from layerforge.terraform.environment import clean_environment
from layerforge.terraform.types import Options


def test_what_would_reach_into_a_test_is_dropped_and_the_rest_stays() -> None:
    reaching = {
        "TF_CLI_ARGS": "-var=a=b",
        "TF_CLI_ARGS_test": "-filter=none",
        "TF_DATA_DIR": "/elsewhere",
        "TF_LOG": "trace",
        "TF_LOG_PATH": "/log",
        "TF_REATTACH_PROVIDERS": "{}",
        "TF_VAR_name_prefix": "x",
        "TF_WORKSPACE": "prod",
    }
    staying = {
        "PATH": "/bin",
        "TF_CLI_CONFIG_FILE": "/etc/a.tfrc",
        "TF_PLUGIN_CACHE_DIR": "/c",
        "AWS_PROFILE": "p",
    }
    assert clean_environment({**reaching, **staying}) == {
        **staying,
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
    }


def test_the_environment_chooses_program_and_mirror() -> None:
    assert Options.from_environment({}) == Options(environ={})
    chosen = Options.from_environment({"LAYERFORGE_TERRAFORM": "tofu", "LAYERFORGE_TF_MIRROR": "/mirror"})
    assert (chosen.binary, chosen.plugins) == ("tofu", Path("/mirror"))
