"""Start the emulator's process and wait until it answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from config.errors import UserError
from config.paths import ROOT
from scripts.local_aws import control
from scripts.local_aws.identity import Folder, Identity

START_SECONDS = 60.0


def start(folder: Folder) -> Identity:
    """Start a process of its own session, so that it outlives `make` and its terminal."""
    with folder.log.open("ab") as log:
        began = log.tell()
        folder.log.chmod(0o600)
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.local_aws.server", str(folder.path)],
            cwd=ROOT,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = control.identify(folder)
        if found is not None and found.pid == process.pid:
            process.returncode = 0  # it is meant to go on: no warning when this object goes
            return found
        if process.poll() is not None:
            raise _failure(folder, began)
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise UserError(f"the embedded AWS did not answer in {START_SECONDS:.0f} s; see {folder.log}")


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; collects it when it is our own dead child."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _environment() -> dict[str, str]:
    """Keep the caller's settings away: the emulator calls nobody, and moto has switches of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
    return {**kept, "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def _failure(folder: Folder, began: int) -> UserError:
    """Repeat the line that the process ended with, when it has one for the user."""
    printed = folder.log.read_bytes()[began:].decode("utf-8", "replace").splitlines()
    reasons = [line.removeprefix("error: ") for line in printed if line.startswith("error: ")]
    return UserError(reasons or f"the embedded AWS did not start; see {folder.log}")
