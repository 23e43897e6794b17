"""Lets any number of requests through, or one writer of the state, never both."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """A lock that requests share and the saver has alone, so that no half request is ever saved.

    Reads count as requests too: moto makes a region's backend when it is first read.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._requests = 0
        self._closed = False

    @contextmanager
    def request(self) -> Iterator[None]:
        """Hold the gate open for one request; waits while the state is being frozen."""
        with self._condition:
            self._condition.wait_for(lambda: not self._closed)
            self._requests += 1
        try:
            yield
        finally:
            with self._condition:
                self._requests -= 1
                self._condition.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until running requests are done and let none begin."""
        with self._condition:
            self._condition.wait_for(lambda: not self._closed)
            self._closed = True
            self._condition.wait_for(lambda: self._requests == 0)
        try:
            yield
        finally:
            with self._condition:
                self._closed = False
                self._condition.notify_all()
