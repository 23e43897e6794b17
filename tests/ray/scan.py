"""Looks for secrets where none may be. Runs on a machine with the distribution's Python.

Reads the secrets from its input, one a line, and prints where it finds one: command lines and environments of all
processes, the journal, and every file but those of the kernel.
"""

import os
import subprocess
import sys
from pathlib import Path

CHUNK = 1 << 24


def holds(path: Path, secrets: list[bytes]) -> bool:
    longest = max(map(len, secrets))
    try:
        with open(path, "rb") as file:
            tail = b""
            while chunk := file.read(CHUNK):
                text = tail + chunk
                if any(secret in text for secret in secrets):
                    return True
                tail = text[-longest:]
    except OSError:
        pass  # a process or a file that has gone since it was listed
    return False


def files(roots: list[str]) -> list[Path]:
    below = (path for root in roots for path in Path(root).rglob("*"))
    return [path for path in below if path.is_file() and not path.is_symlink()]


def processes() -> list[Path]:
    pids = [name for name in os.listdir("/proc") if name.isdecimal()]
    return [Path(f"/proc/{pid}/{part}") for pid in pids for part in ("cmdline", "environ")]


def main() -> None:
    secrets = sys.stdin.buffer.read().split()
    for path in files(sys.argv[1:]) + processes():
        if holds(path, secrets):
            print(path)
    journal = subprocess.run(["journalctl", "--no-pager", "--output=export"], stdout=subprocess.PIPE, check=True).stdout
    if any(secret in journal for secret in secrets):
        print("journal")


main()
