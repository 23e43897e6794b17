"""What Ray knows a node type as: the autoscaler's configuration and the nodes' `ray start` must say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from config.autoscaling_ec2 import AutoscalingEc2Config, NodeType
from config.instance_sizes import InstanceSize, size_of
from config.ray import RayConfig

MEMORY_SHARE = 0.7
"""Share of a node's memory that is for tasks and actors; the rest is for the object store, Ray's default.

Source: `fillout_available_node_types_resources` of ray/autoscaler/_private/aws/node_provider.py
"""
GROUP_LABEL = "rayform/group"


@dataclass(frozen=True)
class RayType:
    """A node type, as Ray's scheduler and autoscaler see it."""

    name: str
    resources: Mapping[str, int]
    """All that a node of it has."""
    told_resources: Mapping[str, int]
    """What a worker's `ray start` is told. It finds GPUs itself, so that one without a driver does not count."""
    labels: Mapping[str, str]
    """All that the autoscaler may count on, those included that `ray start` finds by itself."""
    market_type: Literal["spot", "on-demand"]
    region: str


def ray_type(environment: AutoscalingEc2Config, type_: NodeType) -> RayType:
    """A node type of an environment, as Ray sees it."""
    size = size_of(type_.settings.instance_type)
    # Ray's schema takes whole numbers only.
    named = {name: int(amount) for name, amount in type_.settings.resources.items()}
    basics = _basic_resources(size, environment.ray) if size is not None else {}
    accelerators = _accelerator_resources(size) if size is not None else {}
    return RayType(
        name=type_.name,
        resources=basics | accelerators | named,
        told_resources=basics | named,
        labels=_labels(environment, type_, size),
        market_type=_market(type_),
        region=environment.region,
    )


def _market(type_: NodeType) -> Literal["spot", "on-demand"]:
    return "spot" if type_.spot else "on-demand"


def _basic_resources(size: InstanceSize, ray: RayConfig) -> dict[str, int]:
    total = size.memory_mib * 1024**2
    memory = int(total * MEMORY_SHARE)
    if ray.object_store_memory_gib is not None:
        memory = max(0, min(memory, total - ray.object_store_memory_gib * 1024**3))
    return {"CPU": size.vcpus, "memory": memory}


def _accelerator_resources(size: InstanceSize) -> dict[str, int]:
    found = {"GPU": size.gpus, "neuron_cores": size.neuron_cores}
    if size.accelerator is not None:
        found[f"accelerator_type:{size.accelerator}"] = 1
    return {name: amount for name, amount in found.items() if amount}


def _labels(environment: AutoscalingEc2Config, type_: NodeType, size: InstanceSize | None) -> dict[str, str]:
    """Labels of Ray's own names are those that `ray start` makes of its process environment.

    Source: `_get_default_labels` of ray/_private/resource_and_label_spec.py
    """
    labels = {
        "ray.io/node-group": type_.name,
        "ray.io/market-type": _market(type_),
        "ray.io/availability-region": environment.region,
        GROUP_LABEL: type_.group,
    }
    zones = environment.zones_of(type_)
    # The autoscaler cannot choose a zone: a type has this label when it has only one.
    if len(zones) == 1:
        labels["ray.io/availability-zone"] = zones[0]
    if size is not None and size.accelerator is not None:
        labels["ray.io/accelerator-type"] = size.accelerator
    return dict(sorted((labels | type_.settings.labels).items()))
