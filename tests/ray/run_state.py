"""One run of the harness: its name, its folder, and everything that must be taken away after it.

Every process, namespace, mount and control group that a run makes is found again by what stands in its folder, so that
the next run can clear up after one that was killed.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from config.errors import UserError
from tests.ray.commands import run

RUN = Path("/run")
NETWORK_NAMESPACES = Path("/run/netns")
CONTROL_GROUPS = Path("/sys/fs/cgroup")


class RunState:
    """A run of `make <goal>`: at most one at a time on a machine."""

    def __init__(self, goal: str) -> None:
        root = RUN / f"rayform-{goal}"
        root.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(root, goal)
        for folder in root.iterdir():
            if folder.is_dir():
                _clear(folder)
        self.name = f"rayform-{secrets.token_hex(3)}"
        """First part of the name of everything that is made."""
        self.folder = root / self.name
        self.folder.mkdir(mode=0o755)
        run("mount", "-t", "tmpfs", "-o", "mode=0755", self.name, str(self.folder))
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self._processes: list[subprocess.Popen[bytes]] = []

    def spawn(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a program that ends with this process at the latest; its output is in `logs`."""
        with (self.logs / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                # The kernel ends it when this thread ends, however it does: start programs from the main thread only.
                ["setpriv", "--pdeathsig", "KILL", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=None if environment is None else {**os.environ, **environment},
                start_new_session=True,
            )
        with (self.folder / "processes").open("a", encoding="utf-8") as record:
            record.write(f"{process.pid} {_start_time(process.pid)}\n")
        self._processes.append(process)
        return process

    def close(self) -> None:
        """Take everything away."""
        _clear(self.folder)
        for process in self._processes:
            process.wait()
        self._lock.close()


def stop(process: subprocess.Popen[bytes], *, number: int = signal.SIGKILL) -> None:
    """End a process that was started here."""
    process.send_signal(number)
    process.wait(timeout=20)


def _lock(root: Path, goal: str) -> IO[str]:
    lock = (root / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise UserError(f"make {goal} runs already on this machine, which has room for one; wait for its end") from None
    return lock


def _clear(folder: Path) -> None:
    _end_processes(folder)
    for namespace in NETWORK_NAMESPACES.glob(f"{folder.name}-*"):
        run("ip", "netns", "delete", namespace.name)
    for mount in sorted(_mounts(folder), reverse=True):
        run("umount", "--lazy", mount)
    folder.rmdir()


def _end_processes(folder: Path) -> None:
    """End what the run started, and all that these started: machines have control groups with the run's name."""
    deadline = time.monotonic() + 20
    groups = [*CONTROL_GROUPS.glob(f"{folder.name}-*"), *CONTROL_GROUPS.glob(f"*/{folder.name}-*")]
    while pids := {*_recorded(folder), *(pid for group in groups for pid in _members(group))}:
        assert time.monotonic() < deadline, f"these processes of an earlier run do not end: {pids}"
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.05)
    for group in groups:
        for inner, _, _ in os.walk(group, topdown=False):
            Path(inner).rmdir()


def _members(group: Path) -> Iterator[int]:
    for record in group.rglob("cgroup.procs"):
        with suppress(OSError):
            yield from map(int, record.read_text(encoding="utf-8").split())


def _recorded(folder: Path) -> Iterator[int]:
    """Processes of a run that are still those that it started."""
    record = folder / "processes"
    for line in record.read_text(encoding="utf-8").splitlines() if record.exists() else []:
        pid, start = line.split()
        if start != "-" and _start_time(int(pid)) == start:
            yield int(pid)


def _start_time(pid: int) -> str:
    """Field 22 of stat: tells a process from a later one with its number; `-` when there is none, or a dead one."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return "-"
    return "-" if fields[0] == "Z" else fields[19]


def _mounts(folder: Path) -> Iterator[str]:
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        point = line.split()[1]
        if point == str(folder) or point.startswith(f"{folder}/"):
            yield point
