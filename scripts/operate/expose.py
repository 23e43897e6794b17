"""`make expose` and `make hide`: the dashboard on this machine, in the background, for this machine alone."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from config.environment import Environment
from config.errors import UserError
from config.paths import ROOT
from scripts.operate.dashboard import where
from scripts.operate.deployed import Deployed
from scripts.operate.place import directory_of
from scripts.operate.process import announce
from scripts.operate.transport import Transport
from scripts.operate.tunnel import ANSWER_SECONDS, answers, require_free

_END_SECONDS = 15.0


def expose(environment: Environment, cluster: Deployed, transport: Transport, port: int) -> int:
    """Forward a port in the background, and say so when Ray answers there. Raises UserError when it does not."""
    hidden = cluster.make("hide")
    if (there := exposed_port(environment)) is not None:
        print(f"{where(cluster, there)}\nit was exposed before; to end it: {hidden}")
        return 0
    require_free(port)
    command = transport.forward(cluster.head, cluster.dashboard_port, port)
    announce(command)
    _start(environment, command, port)
    deadline = time.monotonic() + ANSWER_SECONDS
    while not answers(port):
        if exposed_port(environment) is None or time.monotonic() > deadline:
            hide(environment)
            raise UserError(f"Ray does not answer on port {port}: {_last_line(environment)}; {cluster.make('status')}")
        time.sleep(0.2)
    print(f"{where(cluster, port)}\nto end it: {hidden}")
    return 0


def hide(environment: Environment) -> bool:
    """End what was exposed; False when nothing was."""
    file = _file(environment)
    there = _held(file)
    if there is not None:
        os.kill(pid := there["pid"], signal.SIGTERM)
        deadline = time.monotonic() + _END_SECONDS
        while _held(file) is not None:
            if time.monotonic() > deadline:
                raise UserError(f"the port-forward does not end; end it: kill -9 {pid}")
            time.sleep(0.05)
    file.unlink(missing_ok=True)
    return there is not None


def exposed_port(environment: Environment) -> int | None:
    """The port of this machine that is forwarded now; None when there is none."""
    there = _held(_file(environment))
    return None if there is None else there["port"]


def _start(environment: Environment, command: Sequence[str], port: int) -> None:
    arguments = [sys.executable, "-m", "scripts.operate.forwarder", str(_file(environment)), str(port), *command]
    with _log(environment).open("wb") as log:
        subprocess.run(arguments, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True)


def _held(file: Path) -> dict[str, int] | None:
    """What a forwarder that lives has noted: by its lock, since a process id may be another program's by now."""
    try:
        with file.open() as held:
            try:
                fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                noted: dict[str, int] = json.load(held)
                return noted
    except (FileNotFoundError, ValueError):
        pass
    return None


def _last_line(environment: Environment) -> str:
    lines = [line.strip() for line in _log(environment).read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "the port-forward says nothing"


def _file(environment: Environment) -> Path:
    return directory_of(environment) / "exposed.json"


def _log(environment: Environment) -> Path:
    return directory_of(environment) / "exposed.log"
