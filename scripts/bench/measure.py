"""Time and memory of whole commands."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from config.errors import UserError

SAMPLE_SECONDS = 0.01
KIB_PER_MIB = 1024


def seconds(command: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> float:
    """Wall-clock time of one run; a run that fails measures nothing."""
    start = time.perf_counter()
    result = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    if result.returncode:
        raise UserError([f"`{' '.join(command)}` failed in the bench:", *result.stderr.splitlines()[-5:]])
    return time.perf_counter() - start


def median_seconds(command: Sequence[str], cwd: Path, variables: Mapping[str, str], *, runs: int) -> float:
    """Median over several runs, after one that fills the caches."""
    seconds(command, cwd, variables)
    return statistics.median(seconds(command, cwd, variables) for _ in range(runs))


class Memory(NamedTuple):
    """Peak memory of a command, in MiB."""

    largest: float
    """Of the largest single process, as `time -v` reports it."""
    together: float
    """Of the command and all its children at once; what they share counts once (PSS)."""


def peak_memory(command: Sequence[str], cwd: Path, variables: Mapping[str, str]) -> Memory:
    """Run a command once and watch its memory."""
    process = subprocess.Popen(command, cwd=cwd, env=variables, stdout=subprocess.DEVNULL)
    together = 0
    while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
        together = max(together, _tree_kib(process.pid))
        time.sleep(SAMPLE_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(ended[1])
    if process.returncode:
        raise UserError(f"`{' '.join(command)}` failed in the bench with exit code {process.returncode}")
    return Memory(largest=ended[2].ru_maxrss / KIB_PER_MIB, together=together / KIB_PER_MIB)


def _tree_kib(pid: int) -> int:
    """Memory of a process and its descendants now; one that has just ended counts nothing."""
    directory = Path("/proc") / str(pid)
    try:
        rollup = (directory / "smaps_rollup").read_text()
        children = [child for task in (directory / "task").iterdir() for child in _children(task)]
    except OSError:
        return 0
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own + sum(map(_tree_kib, children))


def _children(task: Path) -> list[int]:
    return [int(child) for child in (task / "children").read_text().split()]
