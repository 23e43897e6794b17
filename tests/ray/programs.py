"""Programs that run on a machine of the cluster, which does not see this checkout."""

from __future__ import annotations

from pathlib import Path

from tests.ray.cluster import Cluster

_HERE = Path(__file__).parent
PROBER, KEEPER, WORKLOAD, SCAN = (
    (_HERE / name).read_text(encoding="utf-8") for name in ("prober.py", "keeper.py", "workload.py", "scan.py")
)
_PYTHON = "/opt/rayform/ray/bin/python"


def on_head(cluster: Cluster, program: str, *arguments: str) -> list[str]:
    """A command line of the host that runs a program as a driver on the head."""
    return cluster.machines["head"].as_ray(_PYTHON, "-c", program, *arguments)
