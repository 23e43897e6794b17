"""The ray.ports section: the numbers of the port table."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.change import Change
from config.section import Section
from config.text import Form

PortNumber = Annotated[int, Field(ge=1024, le=65535), Change.REPLACES]
"""Ray runs as a user of its own, which cannot listen below 1024."""


class RayPortsConfig(Section):
    """Ports that Ray listens on, the same on every node. `docs/ports.md` says who reaches which."""

    gcs: PortNumber = 6379
    """GCS, on the head."""
    node_manager: PortNumber = 6380
    """Node manager (raylet)."""
    object_manager: PortNumber = 6381
    """Object transfer."""
    runtime_env_agent: PortNumber = 6382
    """Runtime environment agent, used on the node itself."""
    dashboard_agent: PortNumber = 6383
    """Dashboard agent, for logs."""
    metrics: PortNumber = 6384
    """Prometheus metrics of the node."""
    dashboard_agent_http: PortNumber = 52365
    """Dashboard agent, used on the node itself."""
    dashboard: PortNumber = 8265
    """Dashboard and Jobs API, on the head."""
    client: PortNumber = 10001
    """Ray client, on the head."""
    autoscaler_metrics: PortNumber = 44217
    """Metrics of the autoscaler, used on the head itself."""
    dashboard_metrics: PortNumber = 44227
    """Metrics of the dashboard, used on the head itself."""
    workers: Annotated[
        str, Form(r"[1-9]\d{3,4}-[1-9]\d{3,4}", "a range of ports such as 10002-19999"), Change.REPLACES
    ] = "10002-19999"
    """Range for worker and driver processes, one port each."""

    @property
    def worker_range(self) -> tuple[int, int]:
        """First and last port of the workers."""
        first, last = self.workers.split("-")
        return int(first), int(last)
