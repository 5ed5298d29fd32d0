"""Fixtures that every test may ask for, and what holds for all property tests."""

import os

from hypothesis import HealthCheck, settings

# How fast an example is says more of what else the machine does than of the code. With `CI` set, a commit gets the same
# examples every time: what passed does not fail later. Every other run looks further.
settings.register_profile(
    "ours", deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ours")

pytest_plugins = (
    "support.network",
    "support.index",
    "support.tf",
    "support.aws",
    "support.golden",
    "support.checkov",
    "support.actionlint",
    "support.order",
)
