"""The order of the tests: what takes longest begins first, so that nothing is left waiting for it at the end."""

from __future__ import annotations

import pytest

LONGEST = "test_life_of_a_cluster"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest file first, then the other tests with Terraform; the rest stays in its order."""
    items.sort(key=lambda item: (LONGEST not in item.nodeid, item.get_closest_marker("integration") is None))
