"""Grafana dashboards on the metrics that Ray's nodes and its autoscaler export.

Names: https://docs.ray.io/en/latest/ray-observability/reference/system-metrics.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_CLUSTER = 'ray_io_cluster=~"$cluster"'
_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 2
_SCHEMA_VERSION = 39
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Panel:
    """One graph; `by` is what its lines are told apart by."""

    title: str
    query: str
    by: str
    unit: str = "short"


@dataclass(frozen=True)
class Dashboard:
    """One page of Grafana."""

    name: str
    title: str
    panels: Sequence[Panel]

    @property
    def text(self) -> str:
        """The page as Grafana reads it."""
        page = {
            "uid": f"rayform-{self.name}",
            "title": self.title,
            "tags": ["ray"],
            "timezone": "browser",
            "schemaVersion": _SCHEMA_VERSION,
            "refresh": "30s",
            "time": {"from": "now-3h", "to": "now"},
            "templating": {"list": [_datasource(), _cluster()]},
            "panels": [_panel(number, panel) for number, panel in enumerate(self.panels)],
        }
        return json.dumps(page, indent=1)


def _sum(metric: str, by: str, more: str = "") -> str:
    return f"sum by ({by}) ({metric}{{{_CLUSTER}{more}}})"


DASHBOARDS = (
    Dashboard(
        "nodes",
        "Ray nodes",
        (
            Panel("CPUs in use", f"ray_node_cpu_utilization{{{_CLUSTER}}} / 100", "instance", "percentunit"),
            Panel(
                "Memory in use",
                f"ray_node_mem_used{{{_CLUSTER}}} / ray_node_mem_total{{{_CLUSTER}}}",
                "instance",
                "percentunit",
            ),
            Panel("GPUs in use", f"ray_node_gpus_utilization{{{_CLUSTER}}} / 100", "instance", "percentunit"),
            Panel("Disk free", f"ray_node_disk_free{{{_CLUSTER}}}", "instance", "bytes"),
            Panel("Object store", _sum("ray_object_store_memory", "Location"), "Location", "bytes"),
            Panel(
                "Workers ended for want of memory",
                f"sum by (Name) (rate(ray_memory_manager_worker_eviction_total{{{_CLUSTER}}}[5m]))",
                "Name",
            ),
        ),
    ),
    Dashboard(
        "work",
        "Ray tasks and actors",
        (
            Panel("Tasks by state", _sum("ray_tasks", "State"), "State"),
            Panel("Running tasks by name", _sum("ray_tasks", "Name", ',State=~"RUNNING.*"'), "Name"),
            Panel("Actors by state", _sum("ray_actors", "State"), "State"),
            Panel("Placement groups by state", _sum("ray_placement_groups", "State"), "State"),
            Panel("CPUs that tasks and actors hold", _sum("ray_resources", "State", ',Name="CPU"'), "State"),
            Panel("GPUs that tasks and actors hold", _sum("ray_resources", "State", ',Name="GPU"'), "State"),
        ),
    ),
    Dashboard(
        "autoscaler",
        "Ray autoscaler",
        (
            Panel("Active nodes", _sum("autoscaler_active_nodes", "NodeType"), "NodeType"),
            Panel("Nodes on their way", _sum("autoscaler_pending_nodes", "NodeType"), "NodeType"),
            Panel("Resources of the cluster", _sum("autoscaler_cluster_resources", "resource"), "resource"),
            Panel("Resources on their way", _sum("autoscaler_pending_resources", "resource"), "resource"),
        ),
    ),
)


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, _COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _DATASOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [{"refId": "A", "expr": panel.query, "legendFormat": f"{{{{{panel.by}}}}}"}],
    }


def _datasource() -> dict[str, Any]:
    return {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}


def _cluster() -> dict[str, Any]:
    query = "label_values(ray_node_cpu_count, ray_io_cluster)"
    return {
        "name": "cluster",
        "type": "query",
        "label": "Ray cluster",
        "datasource": _DATASOURCE,
        "query": query,
        "includeAll": True,
        "multi": True,
        "refresh": 2,
    }
