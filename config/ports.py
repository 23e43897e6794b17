"""The port table: what Ray listens on and who must reach it.

Security-group rules, `ray start` flags, the audit, the dump and docs/ports.md are all made from this table. It pins
every port (https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations); who needs which one was
found by taking each away from a running cluster, which `make test-ray` does again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from config.ray_ports import RayPortsConfig

Tier = Literal["head", "worker"]
TIERS: tuple[Tier, ...] = get_args(Tier)
Source = Literal["head", "worker", "clients"]

EFS_PORT = 2049
REDIS_PORT = 6379
SSH_PORT = 22
HTTP_PORT = 80
HTTPS_PORT = 443
FSX_PORTS = ((988, 988), (1018, 1023))
"""Lustre: https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html"""


@dataclass(frozen=True)
class Port:
    """One port, or range of ports, of a tier."""

    name: str
    """Key of the rule, and the setting in `ray.ports`: `gcs`."""
    first: int
    last: int
    purpose: str
    head_from: tuple[Source, ...] = ()
    """Who must reach it on the head."""
    worker_from: tuple[Source, ...] = ()
    """Who must reach it on a worker."""
    pinned_by: tuple[str, ...] = ()
    """Flags of `ray start`, or variables of its process, that pin it: one, or two for the ends of a range."""
    head_only: bool = False
    """Whether only the head listens on it."""

    @property
    def shown(self) -> str:
        """`6379`, or `10002-19999`."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def size(self) -> int:
        """How many ports it is."""
        return self.last - self.first + 1

    def sources(self, tier: Tier) -> tuple[Source, ...]:
        """Who must reach it on a node of this tier."""
        return self.head_from if tier == "head" else self.worker_from

    def is_on(self, tier: Tier) -> bool:
        """Whether nodes of this tier listen on it."""
        return tier == "head" or not self.head_only

    def pins(self) -> Iterator[str]:
        """`--port=6379`, or `AUTOSCALER_METRIC_PORT=44217`."""
        for name, number in zip(self.pinned_by, (self.first, self.last), strict=False):
            yield f"{name}={number}"


@dataclass(frozen=True)
class PortTable:
    """The ports of an environment."""

    ports: tuple[Port, ...]

    def __iter__(self) -> Iterator[Port]:
        return iter(self.ports)

    def __getitem__(self, name: str) -> Port:
        return next(port for port in self.ports if port.name == name)

    @property
    def for_clients(self) -> tuple[Port, ...]:
        """Ports that people and their programs use, on the head."""
        return tuple(port for port in self.ports if "clients" in port.head_from)

    def ray_start_flags(self, tier: Tier) -> list[str]:
        """Flags of `ray start` that pin the ports of a node of this tier."""
        return [pin for pin in self._pins(tier) if pin.startswith("--")]

    def ray_variables(self, tier: Tier) -> list[str]:
        """`NAME=value` of the process environment that pin the ports for which there is no flag."""
        return [pin for pin in self._pins(tier) if not pin.startswith("--")]

    def _pins(self, tier: Tier) -> Iterator[str]:
        for port in self.ports:
            if port.is_on(tier):
                yield from port.pins()


def port_table(numbers: RayPortsConfig) -> PortTable:
    """The table, with the numbers of an environment."""
    first_worker, last_worker = numbers.worker_range

    def one(name: str, purpose: str, *pinned_by: str, head_only: bool = False, **sources: tuple[Source, ...]) -> Port:
        number: int = getattr(numbers, name)
        return Port(name, number, number, purpose, pinned_by=pinned_by, head_only=head_only, **sources)

    return PortTable(
        (
            one("gcs", "GCS, the directory of the cluster", "--port", head_from=("worker",), head_only=True),
            one(
                "node_manager",
                "Node manager (raylet)",
                "--node-manager-port",
                head_from=("worker",),
                worker_from=("head", "worker"),
            ),
            one(
                "object_manager",
                "Object transfer",
                "--object-manager-port",
                head_from=("worker",),
                worker_from=("head", "worker"),
            ),
            one("runtime_env_agent", "Runtime environment agent, used on the node itself", "--runtime-env-agent-port"),
            one("dashboard_agent", "Dashboard agent, for logs", "--dashboard-agent-grpc-port", worker_from=("head",)),
            one("metrics", "Prometheus metrics", "--metrics-export-port"),
            one("dashboard_agent_http", "Dashboard agent, used on the node itself", "--dashboard-agent-listen-port"),
            one(
                "dashboard",
                "Dashboard and Jobs API",
                "--dashboard-port",
                head_from=("worker", "clients"),
                head_only=True,
            ),
            one("client", "Ray client", "--ray-client-server-port", head_from=("clients",), head_only=True),
            one(
                "autoscaler_metrics",
                "Metrics of the autoscaler, used on the node itself",
                "AUTOSCALER_METRIC_PORT",
                head_only=True,
            ),
            one(
                "dashboard_metrics",
                "Metrics of the dashboard, used on the node itself",
                "DASHBOARD_METRIC_PORT",
                head_only=True,
            ),
            Port(
                "workers",
                first_worker,
                last_worker,
                "Worker and driver processes",
                head_from=("worker",),
                worker_from=("head", "worker"),
                pinned_by=("--min-worker-port", "--max-worker-port"),
            ),
        )
    )
