"""Where tests run: their order, the longest first, so that nothing is left waiting for it; and what Ctrl-C does."""

from __future__ import annotations

import signal

import pytest

LONGEST = "test_life_of_a_cluster"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest file first, then the other tests with Terraform; the rest stays in its order."""
    items.sort(key=lambda item: (LONGEST not in item.nodeid, item.get_closest_marker("integration") is None))


def pytest_configure() -> None:
    """Take SIGINT again where a shell lets it be ignored, as for `make test &`: tests send it to what they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
