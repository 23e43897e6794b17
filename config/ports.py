"""The port table: what Ray listens on and who must reach it.

Security-group rules, `ray start` flags and the audit are all made from this table. The flags pin every port
(https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations); who needs which port was found by
taking each one away from a running cluster.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tier = Literal["head", "worker"]
Source = Literal["head", "worker", "clients"]


@dataclass(frozen=True)
class Port:
    """One port, or range of ports, of a tier."""

    name: str
    """Key of the rule: `gcs`."""
    first: int
    last: int
    purpose: str
    head_from: tuple[Source, ...] = ()
    """Who must reach it on the head."""
    worker_from: tuple[Source, ...] = ()
    """Who must reach it on a worker."""
    flag: str | None = None
    """Flag of `ray start` that pins it."""
    head_only: bool = False
    """Whether only the head listens on it."""

    def sources(self, tier: Tier) -> tuple[Source, ...]:
        """Who must reach it on a node of this tier."""
        return self.head_from if tier == "head" else self.worker_from


PORTS: tuple[Port, ...] = (
    Port("gcs", 6379, 6379, "GCS, the directory of the cluster", ("worker",), (), "--port", head_only=True),
    Port("node_manager", 6380, 6380, "Node manager (raylet)", ("worker",), ("head", "worker"), "--node-manager-port"),
    Port("object_manager", 6381, 6381, "Object transfer", ("worker",), ("head", "worker"), "--object-manager-port"),
    Port(
        "runtime_env_agent",
        6382,
        6382,
        "Runtime environment agent, used on the node itself",
        (),
        (),
        "--runtime-env-agent-port",
    ),
    Port("dashboard_agent", 6383, 6383, "Dashboard agent, for logs", (), ("head",), "--dashboard-agent-grpc-port"),
    Port("metrics", 6384, 6384, "Prometheus metrics", (), (), "--metrics-export-port"),
    Port(
        "dashboard_agent_http",
        52365,
        52365,
        "Dashboard agent, used on the node itself",
        (),
        (),
        "--dashboard-agent-listen-port",
    ),
    Port(
        "dashboard", 8265, 8265, "Dashboard and Jobs API", ("worker", "clients"), (), "--dashboard-port", head_only=True
    ),
    Port("client", 10001, 10001, "Ray client", ("clients",), (), "--ray-client-server-port", head_only=True),
    Port("workers", 10002, 19999, "Worker and driver processes", ("worker",), ("head", "worker")),
)

WORKER_RANGE = next(port for port in PORTS if port.name == "workers")
GCS_PORT = next(port for port in PORTS if port.name == "gcs").first
DASHBOARD_PORT = next(port for port in PORTS if port.name == "dashboard").first
CLIENT_PORT = next(port for port in PORTS if port.name == "client").first
CLIENT_PORTS = tuple(port for port in PORTS if "clients" in port.head_from)
EFS_PORT = 2049
REDIS_PORT = 6379
SSH_PORT = 22
HTTP_PORT = 80
HTTPS_PORT = 443


def ray_start_port_flags(tier: Tier) -> list[str]:
    """Flags of `ray start` that pin every port of a node of this tier."""
    flags = [
        f"{port.flag}={port.first}"
        for port in PORTS
        if port.flag is not None and (tier == "head" or not port.head_only)
    ]
    return [*flags, f"--min-worker-port={WORKER_RANGE.first}", f"--max-worker-port={WORKER_RANGE.last}"]
