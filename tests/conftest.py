"""Fixtures that every test may ask for, and what holds for all property tests."""

from hypothesis import HealthCheck, settings

settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")  # how fast an example is says more of what else the machine does than of the code

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
