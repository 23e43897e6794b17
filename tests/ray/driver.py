"""The harness's side of the driver on the head."""

from __future__ import annotations

import os
import select
import subprocess
import time
from itertools import count

from tests.ray.cluster import Cluster
from tests.ray.programs import PROBER, on_head

PROBES = (
    *("head_runs_on_worker", "head_gets_from_worker", "worker_runs_on_head", "worker_gets_from_head"),
    *("worker_runs_on_worker", "worker_gets_from_worker", "worker_lists_nodes", "head_reads_logs_of_worker"),
    "head_keeps_state",
)
"""What prober.py can do."""

_START_SECONDS = 60


class Driver:
    """Runs probes on the cluster; a probe that hangs is left behind."""

    def __init__(self, cluster: Cluster, *, addresses: list[str]) -> None:
        self._numbers = count()
        self._answers: dict[str, str] = {}
        self._rest = b""
        self._process = subprocess.Popen(
            on_head(cluster, PROBER, *addresses),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
        )
        assert self._read("ready", seconds=_START_SECONDS) is not None, "the driver on the head does not start"

    def run(self, probe: str, *, seconds: float) -> str | None:
        """What a probe said: `ok`, or what went wrong; None when it hangs."""
        number = str(next(self._numbers))
        assert self._process.stdin is not None
        self._process.stdin.write(f"{number} {probe}\n".encode())
        self._process.stdin.flush()
        return self._read(number, seconds=seconds)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _read(self, number: str, *, seconds: float) -> str | None:
        assert self._process.stdout is not None
        output = self._process.stdout.fileno()
        deadline = time.monotonic() + seconds
        while number not in self._answers and (left := deadline - time.monotonic()) > 0:
            if select.select([output], [], [], left)[0]:
                new = os.read(output, 65536)
                assert new, "the driver on the head has ended"
                *lines, self._rest = (self._rest + new).split(b"\n")
                self._answers.update(line.decode().partition(" ")[::2] for line in lines)
        return self._answers.pop(number, None)
