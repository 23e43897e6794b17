"""Running programs of the host."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable


class CommandError(AssertionError):
    """A program failed; the message holds what it said."""


def run(*arguments: str, text: str | None = None, seconds: float = 60) -> str:
    """Run a program and return its output; what it said is in the error when it fails."""
    try:
        done = subprocess.run(
            arguments, input=text, cwd="/", capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{' '.join(arguments)} took more than {seconds} s: {error.stdout!r}") from None
    if done.returncode != 0:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise CommandError(f"{' '.join(arguments)} exited with {done.returncode}: {said}")
    return done.stdout


def wait_until(what: str, condition: Callable[[], bool], *, seconds: float, pause: float = 0.5) -> float:
    """Wait for a condition and return the seconds that it took. A condition that fails is not met yet."""
    start = time.monotonic()
    last = ""
    while True:
        try:
            if condition():
                return time.monotonic() - start
        except (AssertionError, OSError, ValueError) as error:
            last = f": {error}"
        if time.monotonic() - start > seconds:
            raise AssertionError(f"not within {seconds:.0f} s: {what}{last}")
        time.sleep(pause)
