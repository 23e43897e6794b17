"""The scripts and units that a node's boot script writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.nodes import NodeConfig, WorkerConfig
from config.ports import Tier
from config.ray import RayConfig
from scripts.rendering.cluster_facts import Autoscaling, ClusterFacts, HeadStore, StateVolume
from scripts.rendering.node_type import RayType
from scripts.rendering.ray_start import (
    AUTOSCALER_DIRECTORY,
    AUTOSCALING_CONFIG,
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
from scripts.rendering.user_data import USER_DATA_BYTES, unpacking_script


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
        return self.name.endswith((".service", ".timer"))

    @property
    def is_started_at_boot(self) -> bool:
        """Whether it is a unit that is started by itself, and not by another one."""
        return self.is_unit and "[Install]" in self.content


def node_files(
    tier: Tier, *, node: NodeConfig, ray: RayConfig, facts: ClusterFacts, group: str, ray_type: RayType | None = None
) -> list[NodeFile]:
    """Every file, units in the order in which they start.

    `ray_type` is what the node's autoscaler knows it as; None where Terraform makes the workers.
    """
    store = facts.head_store if tier == "head" else None
    redis = store if isinstance(store, HeadStore) else None
    spot = ray_type.market_type == "spot" if ray_type is not None else isinstance(node, WorkerConfig) and node.spot
    autoscaling = facts.autoscaling if tier == "head" else None
    given = {
        "tier": tier,
        "facts": facts,
        "flags": ray_start_flags(tier, node=node, ray=ray, facts=facts, group=group, ray_type=ray_type),
        "variables": ray_start_variables(tier, ray=ray, facts=facts, ray_type=ray_type),
        "cli_variables": [*common_variables(facts), *address_variables(ray, facts)],
        "object_store_bytes": object_store_bytes(ray),
        "redis": redis,
        "volume": store if isinstance(store, StateVolume) else None,
        "spot": spot,
        "ray_type": ray_type,
        "autoscaling": autoscaling,
        "autoscaling_config": AUTOSCALING_CONFIG,
        "user_data_bytes": USER_DATA_BYTES,
        "unpacking_script": unpacking_script("PACKED"),
        "temp_directory": TEMP_DIRECTORY,
        "spill_directory": SPILL_DIRECTORY,
        "state_directory": STATE_DIRECTORY,
    }
    return [
        *([_script("read-secret", "read-secret.py", given)] if _reads_secrets(facts, redis, autoscaling) else []),
        *([_script("ray-with-redis", "ray-with-redis.py", given)] if redis else []),
        _script("start-ray", "start-ray.sh", given),
        _script("ray-cli", "ray-cli.sh", given),
        _script("prepare-storage", "prepare-storage.sh", given),
        *(_autoscaling_scripts(autoscaling, given) if autoscaling is not None else []),
        _unit(f"ray-{tier}.service", "ray.service", given),
        *(_autoscaling_units(autoscaling, given) if autoscaling is not None else []),
        *(
            [
                _script("watch-spot", "watch-spot.py", given),
                _unit("rayform-spot.service", "rayform-spot.service", given),
            ]
            if spot
            else []
        ),
    ]


def _reads_secrets(facts: ClusterFacts, redis: HeadStore | None, autoscaling: Autoscaling | None) -> bool:
    feeds_autoscaler = autoscaling is not None and not autoscaling.by_ray_up
    return facts.token_secret is not None or redis is not None or feeds_autoscaler


def _autoscaling_scripts(autoscaling: Autoscaling, given: Mapping[str, Any]) -> list[NodeFile]:
    names = ("update-autoscaling.sh",) if not autoscaling.by_ray_up else ("publish-address.py", "start-head.sh")
    own = [_script(name.partition(".")[0], name, given) for name in ("take-autoscaling.py", *names)]
    if autoscaling.by_ray_up:
        own.append(NodeFile("/usr/local/bin/ray", "0755", _render("ray-for-logins.sh", given)))
    ways = {"rayform_autoscaler.py": "autoscaler-hook.py", "monitor.py": "autoscaler-monitor.py"}
    return [*own, *(NodeFile(f"{AUTOSCALER_DIRECTORY}/{name}", "0644", _render(ways[name], given)) for name in ways)]


def _autoscaling_units(autoscaling: Autoscaling, given: Mapping[str, Any]) -> list[NodeFile]:
    if autoscaling.by_ray_up:
        return []
    return [_unit(name, name, given) for name in ("rayform-autoscaling.service", "rayform-autoscaling.timer")]


def _script(name: str, template: str, given: Mapping[str, Any]) -> NodeFile:
    return NodeFile(f"/opt/rayform/bin/{name}", "0755", _render(template, given))


def _unit(name: str, template: str, given: Mapping[str, Any]) -> NodeFile:
    return NodeFile(f"/etc/systemd/system/{name}", "0644", _render(template, given))


def _render(template: str, given: Mapping[str, Any]) -> str:
    return template_environment().get_template(f"node/{template}.j2").render(given)
