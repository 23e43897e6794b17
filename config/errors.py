"""Errors that a user can cause: they end in one line each, never in a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable

EXIT_USER_ERROR = 2
"""Exit code of every command when the user can mend what is wrong."""


class UserError(Exception):
    """Something a user can mend: each line says what is wrong, what is wanted and what to run."""

    def __init__(self, lines: str | Iterable[str]) -> None:
        self.lines: tuple[str, ...] = (lines,) if isinstance(lines, str) else tuple(lines)
        super().__init__("\n".join(self.lines))


class ConfigError(UserError):
    """The environment file cannot be used; holds every problem of the file, one line each."""


def report_user_errors(main: Callable[[], int]) -> Callable[[], int]:
    """Wrap a command's `main` so that a `UserError` prints `error: …` lines and gives exit code 2."""

    @functools.wraps(main)
    def guarded() -> int:
        try:
            return main()
        except UserError as error:
            for line in error.lines:
                print(f"error: {line}", file=sys.stderr)
            return EXIT_USER_ERROR
        except KeyboardInterrupt:
            print("error: interrupted", file=sys.stderr)
            return 130

    return guarded
