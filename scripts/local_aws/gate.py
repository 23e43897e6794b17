"""Lets one request at a time through to moto, or the one who saves its state."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A lock around moto, so that no half request is ever saved and no two requests meet.

    moto is not made for threads: two instances that start in one subnet at the same time end in "generator already
    executing", and a list that is read while it grows in an error too. One after the other takes no longer: Python runs
    one thread at a time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until whoever is at moto is done, and let nobody else begin."""
        with self._lock:
            yield
