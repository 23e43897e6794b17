"""`make submit … -- arguments`: start make again without what stands after `--`, which it would take for goals.

Usage: python3 scripts/operate/command_line.py PID-OF-MAKE MAKE
Runs before there is a .venv, with any Python 3: the standard library only.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

JOB_ARGUMENTS = "RAYFORM_JOB_ARGUMENTS"
"""Variable that hands them over to scripts.operate, as JSON."""

_OF_THE_OUTER_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MAKEFILES")
_TAKE_A_WORD = ("-C", "-f", "-I", "-o", "-W", "-j", "-l")


def read_command_line(pid: int) -> list[str]:
    """Words of the command line of a process."""
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.exists():
        return os.fsdecode(proc.read_bytes()).split("\0")[:-1]
    # macOS: without the quotes that there were, so that an argument with a space needs ARGS='…'.
    shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return shlex.split(shown.stdout)


def split_command_line(words: list[str]) -> tuple[list[str], list[str]]:
    """Goals and variables for make, and the arguments for the job.

    Options of make are left out: they have done their work, or would do it twice (`-C`).
    """
    ours, job = words[1:], []
    if "--" in ours:
        end = ours.index("--")
        ours, job = ours[:end], ours[end + 1 :]
    kept = []
    before = ""
    for word in ours:
        is_value = before in _TAKE_A_WORD and (before not in ("-j", "-l") or word.isdigit())
        if not word.startswith("-") and not is_value:
            kept.append(word)
        before = word
    return kept, job


def main() -> NoReturn:
    """Become the inner make."""
    words, arguments = split_command_line(read_command_line(int(sys.argv[1])))
    variables = {name: value for name, value in os.environ.items() if name not in _OF_THE_OUTER_MAKE}
    variables[JOB_ARGUMENTS] = json.dumps(arguments)
    os.execvpe(sys.argv[2], [sys.argv[2], *words], variables)  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    main()
