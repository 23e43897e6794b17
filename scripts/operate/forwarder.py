"""Keep a port of this machine forwarded until it is told to stop: what `make expose` leaves in the background.

Usage: forwarder.py LOCK-FILE PORT COMMAND WORD…
Returns at once. Behind it the command is run again whenever it ends: a port-forward ends with the pod that it leads to,
and a session with its time.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts.operate.process import stop

_PAUSE_SECONDS = 2.0
_TRIAL_SECONDS = 10.0
"""A command that ends sooner, the first time, cannot work."""


def main() -> None:
    """Hold the lock, by which others know that this runs, leave a child behind, and note its process id."""
    file, port, command = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    with file.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        child = os.fork()  # which has the lock, too, and keeps it until it ends, however it does
        if child:
            json.dump({"port": port, "pid": child}, held)
            held.flush()
            return
        os.setsid()  # it outlives the shell, and Ctrl-C is not for it
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        _forward(command)


def _forward(command: list[str]) -> None:
    began = time.monotonic()
    while True:
        # Its stdin stays open: at the end of it, the Session Manager plugin would end the session.
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        try:
            process.wait()
        finally:
            stop(process)
        if time.monotonic() - began < _TRIAL_SECONDS:
            return
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    main()
