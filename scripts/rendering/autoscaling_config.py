"""The configuration of Ray's autoscaler, from an environment and the ids of what Terraform made.

Complete, so that no default of Ray comes in: Ray fills whatever is left out from ray/autoscaler/aws/defaults.yaml,
which installs Ray with pip and starts it on ports of its own. Format: ray/autoscaler/ray-schema.json, and
https://docs.ray.io/en/latest/cluster/vms/references/ray-cluster-configuration.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.autoscaler import WorkerTypeConfig
from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config, NodeType
from scripts.rendering.launch_settings import TypeFacts, node_config
from scripts.rendering.node_type import ray_type


@dataclass(frozen=True)
class LaunchFacts:
    """What the node types of a cluster are launched with."""

    key_arn: str
    """Key of the volumes."""
    key_pair_name: str | None
    types: Mapping[str, TypeFacts]
    """By name of the node type; every one of the environment, the head's too."""


def autoscaling_config(environment: AutoscalingEc2Config, facts: LaunchFacts) -> dict[str, Any]:
    """The configuration that the autoscaler on the head reads."""
    return {
        "cluster_name": environment.label.cluster,
        "max_workers": environment.max_workers,
        "upscaling_speed": environment.autoscaler.upscaling_speed,
        "idle_timeout_minutes": environment.autoscaler.idle_timeout_seconds / 60,
        "provider": {
            "type": "aws",
            "region": environment.region,
            "cache_stopped_nodes": environment.autoscaler.cache_stopped_nodes,
            "use_internal_ips": True,
            # Nodes set themselves up by their user data: no SSH from the head.
            "disable_node_updaters": True,
            # Workers that run are left alone when their type changes; new ones are of the new kind.
            "disable_launch_config_check": True,
        },
        "auth": {"ssh_user": environment.head.ssh_user},
        "head_node_type": HEAD_TYPE,
        "available_node_types": {
            name: _node_type(environment, type_, facts) for name, type_ in environment.node_types.items()
        },
        "docker": {},
        "file_mounts": {},
        "cluster_synced_files": [],
        "file_mounts_sync_continuously": False,
        "rsync_exclude": [],
        "rsync_filter": [],
        "initialization_commands": [],
        "setup_commands": [],
        "head_setup_commands": [],
        "worker_setup_commands": [],
        "head_start_ray_commands": [],
        "worker_start_ray_commands": [],
    }


def _node_type(environment: AutoscalingEc2Config, type_: NodeType, facts: LaunchFacts) -> dict[str, Any]:
    known = ray_type(environment, type_)
    common = {
        "resources": dict(known.resources),
        "labels": dict(known.labels),
        "node_config": node_config(
            environment,
            type_,
            facts.types[type_.name],
            key_arn=facts.key_arn,
            key_pair_name=facts.key_pair_name,
        ),
    }
    settings = type_.settings
    if not isinstance(settings, WorkerTypeConfig):
        return {"min_workers": 0, "max_workers": 0, **common}
    idle = settings.idle_timeout_seconds
    return {
        # The fallback only stands in: what is to be there always is there as spot.
        "min_workers": settings.min_workers if type_.name == type_.group else 0,
        "max_workers": settings.max_workers,
        "idle_timeout_s": idle if idle is not None else environment.autoscaler.idle_timeout_seconds,
        "priority": type_.priority,
        **common,
    }
