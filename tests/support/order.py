"""In which order several processes take the tests: whole files, and the long ones first, so that all end together."""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "LoadFileScheduling":  # noqa: ANN401 - py.log's
    """Give a file to one process only: what its tests share, such as a story of Terraform's, is made once."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - only where there are several processes

    config.option.loadscopereorder = False  # by the number of tests, which says nothing about time
    return LoadFileScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put files with slow tests first; in a single process the quick ones may tell of a fault first."""
    if hasattr(config, "workerinput"):
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        stories = {path for path in slow if path.parent.name == "integration"}
        items.sort(key=lambda item: (item.path not in stories, item.path not in slow))
