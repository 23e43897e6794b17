"""Errors that a user can cause: they end in one line each, never in a traceback."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Iterable

EXIT_USER_ERROR = 2
"""Exit code of every command when the user can mend what is wrong."""

EXIT_BROKEN_PIPE = 141
"""What a shell says of a program that SIGPIPE has ended."""


class UserError(Exception):
    """Something a user can mend: each line says what is wrong, what is wanted and what to run."""

    def __init__(self, lines: str | Iterable[str]) -> None:
        self.lines: tuple[str, ...] = (lines,) if isinstance(lines, str) else tuple(lines)
        super().__init__("\n".join(self.lines))


class ConfigError(UserError):
    """The environment file cannot be used; holds every problem of the file, one line each."""


def report_user_errors(main: Callable[[], int], *, code: int = EXIT_USER_ERROR) -> Callable[[], int]:
    """Wrap a command's `main` so that a `UserError` prints `error: …` lines and gives exit `code`; a file error too."""

    @functools.wraps(main)
    def guarded() -> int:
        try:
            finished = main()
            sys.stdout.flush()  # here, where a closed pipe is still caught
            return finished
        except UserError as error:
            for line in error.lines:
                print(f"error: {line}", file=sys.stderr)
            return code
        except BrokenPipeError:
            _forget_output()
            return EXIT_BROKEN_PIPE
        except OSError as error:
            if error.filename is None:
                raise
            print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
            return code
        except KeyboardInterrupt:
            print("error: interrupted", file=sys.stderr)
            return 130

    return guarded


def _forget_output() -> None:
    """Let nothing be written at exit, which would fail again: the reader, `head` for one, has gone."""
    with contextlib.suppress(OSError):  # no file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
