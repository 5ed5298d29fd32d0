"""Fixtures that every test may ask for."""

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
