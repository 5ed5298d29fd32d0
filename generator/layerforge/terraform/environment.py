"""The environment that Terraform gets: the user's, without what would reach into a test."""

from collections.abc import Mapping
from typing import Final

_DROPPED: Final = ("TF_CLI_ARGS", "TF_DATA_DIR", "TF_LOG", "TF_REATTACH_PROVIDERS", "TF_VAR_", "TF_WORKSPACE")
"""Prefixes: additional arguments, another data folder, talk among the JSON, other providers, values of variables."""

_SET: Final = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0"}


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``environ`` without what changes a test's outcome from outside.

    ``TF_CLI_CONFIG_FILE`` stays: it says where providers come from, and with which credentials.
    """
    return {name: value for name, value in environ.items() if not name.startswith(_DROPPED)} | _SET
