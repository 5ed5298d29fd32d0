"""Fixtures around the stand-in for AWS; moto is imported by the first test that wants one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.moto_server import Aws


@pytest.fixture(scope="session")
def aws_server() -> Iterator["Aws"]:
    """The stand-in, started once a session; what it holds stays until it is reset."""
    from support.moto_server import serving  # noqa: PLC0415 - a second of start-up for those who need it

    with serving() as aws:
        yield aws


@pytest.fixture
def aws(aws_server: "Aws") -> "Aws":
    """An empty AWS for one test."""
    aws_server.reset()
    return aws_server
