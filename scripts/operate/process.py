"""Start programs and end them with all that they started."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence

from config.errors import UserError

_PATIENCE_SECONDS = 3.0

_WHERE_TO_GET = {
    "aws": "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
    "session-manager-plugin": (
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
    ),
    "rsync": "https://rsync.samba.org (a package rsync)",
    "ssh": "https://www.openssh.com (a package openssh-client or openssh-clients)",
    "ssh-keygen": "https://www.openssh.com (a package openssh-client or openssh-clients)",
}


def require_programs(*names: str) -> None:
    """Refuse early when a program is missing."""
    for name in names:
        if shutil.which(name) is None:
            raise UserError(f"there is no {name} on the PATH, and this needs it: {_WHERE_TO_GET[name]}")


def announce(arguments: Sequence[str]) -> None:
    """Print the command that is about to run, as `set -x` does. No secret may be in it."""
    sys.stdout.flush()
    print(f"+ {shlex.join(arguments)}", file=sys.stderr, flush=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a program that we started, and its children: the AWS CLI leaves the session to a child, and ignores Ctrl-C.

    SIGINT first: at that the Session Manager plugin closes its session, and does not leave it open on AWS.
    """
    family = [process.pid, *_descendants(process.pid)]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            for pid in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE_SECONDS)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _descendants(pid: int) -> list[int]:
    """Children and their children.

    Found by parent and not by process group: a program in a group of its own could not ask for a password.
    """
    try:
        listed = subprocess.run(["ps", "-A", "-o", "ppid=,pid="], capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:
        return []
    children: dict[int, list[int]] = {}
    for parent, child in (map(int, line.split()) for line in listed.splitlines()):
        children.setdefault(parent, []).append(child)
    found, waiting = [], [pid]
    while waiting:
        found += (of_one := children.get(waiting.pop(), []))
        waiting += of_one
    return found
