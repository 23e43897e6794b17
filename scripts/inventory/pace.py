"""How a round keeps its pace, and what a person sees when it takes long all the same."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

Progress = Callable[[], tuple[int, int]]
"""Reads that have ended, and reads started."""

SLOW_SECONDS = 1.0
SHOWN_AGAIN_SECONDS = 0.2
LINE_AGAIN_SECONDS = 10.0


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Collect no garbage in a round.

    It costs half the processor's time: botocore's models are hundreds of thousands of objects, which the collector
    walks through again and again and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def shown_when_slow(progress: Progress) -> Iterator[None]:
    """Show progress on stderr when the block takes longer than a second: live on a terminal, else a line at times."""
    ended = Event()
    watcher = Thread(target=_watch, args=(progress, ended), name="progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(progress: Progress, ended: Event) -> None:
    if ended.wait(SLOW_SECONDS):
        return
    if sys.stderr.isatty():
        _show_live(progress, ended)
        return
    print(_sentence(progress), file=sys.stderr, flush=True)
    while not ended.wait(LINE_AGAIN_SECONDS):
        print(_sentence(progress), file=sys.stderr, flush=True)


def _show_live(progress: Progress, ended: Event) -> None:
    # Imported here: most rounds are over before there is anything to show.
    from rich.console import Console

    with Console(stderr=True).status(_sentence(progress)) as status:
        while not ended.wait(SHOWN_AGAIN_SECONDS):
            status.update(_sentence(progress))


def _sentence(progress: Progress) -> str:
    ended, started = progress()
    return f"reading AWS: {ended} of {started} reads answered" if started else "reading AWS: the Terraform state"
