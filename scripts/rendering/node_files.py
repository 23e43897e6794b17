"""The scripts and units that a node's boot script writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.nodes import NodeConfig, WorkerGroupConfig
from config.ports import Tier
from config.ray import RayConfig
from scripts.rendering.cluster_facts import ClusterFacts, HeadStore, StateVolume
from scripts.rendering.ray_start import (
    SPILL_DIRECTORY,
    STATE_DIRECTORY,
    TEMP_DIRECTORY,
    address_variables,
    common_variables,
    object_store_bytes,
    ray_start_flags,
    ray_start_variables,
)
from scripts.rendering.templates import template_environment


@dataclass(frozen=True)
class NodeFile:
    """A file of the node; its content ends with a new line."""

    path: str
    mode: str
    content: str

    @property
    def name(self) -> str:
        """Name without folder."""
        return self.path.rpartition("/")[2]

    @property
    def is_unit(self) -> bool:
        """Whether it is a systemd unit, which the boot script starts."""
        return self.name.endswith(".service")


def node_files(tier: Tier, *, node: NodeConfig, ray: RayConfig, facts: ClusterFacts, group: str) -> list[NodeFile]:
    """Every file, units in the order in which they start."""
    store = facts.head_store if tier == "head" else None
    redis = store if isinstance(store, HeadStore) else None
    spot = isinstance(node, WorkerGroupConfig) and node.spot
    given = {
        "tier": tier,
        "facts": facts,
        "flags": ray_start_flags(tier, node=node, ray=ray, facts=facts, group=group),
        "variables": ray_start_variables(tier, ray=ray, facts=facts),
        "cli_variables": [*common_variables(facts), *address_variables(ray, facts)],
        "object_store_bytes": object_store_bytes(ray),
        "redis": redis,
        "volume": store if isinstance(store, StateVolume) else None,
        "spot": spot,
        "temp_directory": TEMP_DIRECTORY,
        "spill_directory": SPILL_DIRECTORY,
        "state_directory": STATE_DIRECTORY,
    }
    return [
        *([_script("read-secret", "read-secret.py", given)] if facts.token_secret or redis else []),
        *([_script("ray-with-redis", "ray-with-redis.py", given)] if redis else []),
        _script("start-ray", "start-ray.sh", given),
        _script("ray-cli", "ray-cli.sh", given),
        _script("prepare-storage", "prepare-storage.sh", given),
        _unit(f"ray-{tier}", "ray", given),
        *(
            [_script("watch-spot", "watch-spot.py", given), _unit("rayform-spot", "rayform-spot", given)]
            if spot
            else []
        ),
    ]


def _script(name: str, template: str, given: Mapping[str, Any]) -> NodeFile:
    return NodeFile(f"/opt/rayform/bin/{name}", "0755", _render(template, given))


def _unit(name: str, template: str, given: Mapping[str, Any]) -> NodeFile:
    return NodeFile(f"/etc/systemd/system/{name}.service", "0644", _render(f"{template}.service", given))


def _render(template: str, given: Mapping[str, Any]) -> str:
    return template_environment().get_template(f"node/{template}.j2").render(given)
