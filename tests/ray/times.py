"""How long things took, for the table at the end of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

TIMES: list[tuple[str, float]] = []


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Note how long a block takes that does not fail."""
    start = time.monotonic()
    yield
    note(what, time.monotonic() - start)


def note(what: str, seconds: float) -> None:
    """Note a time, and show it at once."""
    TIMES.append((what, seconds))
    print(f"\n  {seconds:6.1f} s  {what}", flush=True)
