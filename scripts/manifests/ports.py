"""Ports of Ray in pods: the port table, with the numbers that KubeRay's services and probes have."""

from __future__ import annotations

from config.ports import Port, Tier, port_table
from config.ray_ports import RayPortsConfig

PORTS = port_table(RayPortsConfig(metrics=8080))
"""KubeRay expects 8080 there (ray-operator/controllers/ray/utils/constant.go of its repository)."""
SERVE_PORT = 8000
CHOSEN_BY_JOBS = (32768, 60999)
"""Linux's range for ports that programs let the system choose: torch.distributed, NCCL and Gloo do among workers."""
_OF_KUBERAY = frozenset({"gcs", "dashboard", "client"})
"""KubeRay passes or expects these itself."""


def ray_start_params(tier: Tier) -> dict[str, str]:
    """`rayStartParams` that pin the ports of a tier."""
    pinned = [flag for port in PORTS if port.is_on(tier) and port.name not in _OF_KUBERAY for flag in _flags(port)]
    return dict(flag.removeprefix("--").split("=") for flag in pinned)


def head_container_ports(*, serves: bool) -> list[dict[str, object]]:
    """Ports of the head's container. KubeRay makes the head's service of them, and of its defaults if there is none."""
    named = {
        "gcs-server": PORTS["gcs"].first,
        "dashboard": PORTS["dashboard"].first,
        "client": PORTS["client"].first,
        "metrics": PORTS["metrics"].first,
        "as-metrics": PORTS["autoscaler_metrics"].first,
        "dash-metrics": PORTS["dashboard_metrics"].first,
    }
    numbers = {**named, "serve": SERVE_PORT} if serves else named
    return [{"name": name, "containerPort": number} for name, number in numbers.items()]


def _flags(port: Port) -> list[str]:
    return [pin for pin in port.pins() if pin.startswith("--")]
