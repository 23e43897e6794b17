"""Which instance is which declared node: by its id in Terraform's state, or by Ray's tags where Ray makes nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from config.autoscaler import WorkerTypeConfig
from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config, NodeType
from config.ec2_cluster import BASTION, Ec2ClusterConfig, FixedNode
from config.label import CLUSTER_TAG
from config.nodes import NodeConfig
from config.ports import Tier
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE
from scripts.inventory import Inventory
from scripts.inventory.instances import Instance
from scripts.inventory.reading import readable


@dataclass(frozen=True)
class DeclaredNode:
    """An instance, and what the environment wants of it."""

    instance: Instance
    name: str
    """What tells it from others: as Terraform named it, or id and type of one of Ray's, which share their Name tag."""
    tier: Tier
    settings: NodeConfig
    zones: tuple[str, ...]
    """Any of them will do."""
    spot: bool
    type: str = ""
    """Ray's node type; empty for a node that Terraform makes."""


def declared_names(config: Ec2ClusterConfig) -> dict[str, FixedNode]:
    """The nodes that Terraform makes, by name."""
    return {config.label.name(part): node for part, node in config.fixed_nodes.items()}


def names_by_id(inventory: Inventory, names: Collection[str]) -> dict[str, str]:
    """Which of these names Terraform gave to which instance, by instance id.

    By the state: anybody who may make or tag an instance can give it the name of another one.
    """
    found = {
        str(resource.attributes.get("id")): str((resource.attributes.get("tags") or {}).get("Name"))
        for resource in inventory.state.of_type("aws_instance")
    }
    return {id_: name for id_, name in found.items() if name in names}


def other_names(config: Ec2ClusterConfig) -> set[str]:
    """Instances of the environment that are no nodes: the bastion."""
    return set() if config.access.bastion == "none" else {config.label.name(BASTION)}


def ray_types(config: Ec2ClusterConfig) -> dict[str, NodeType]:
    """Node types of which Ray makes the instances, by name; none where Terraform makes all nodes."""
    if not isinstance(config, AutoscalingEc2Config):
        return {}
    return {
        name: type_
        for name, type_ in config.node_types.items()
        if type_.tier == "worker" or not config.terraform_makes_head
    }


def most_of(type_: NodeType) -> int:
    """How many nodes of a type there may be: one head."""
    return type_.settings.most if isinstance(type_.settings, WorkerTypeConfig) else type_.settings.count


def ray_type_of(instance: Instance, config: Ec2ClusterConfig) -> NodeType | None:
    """The node type of an instance that Ray made of this environment; None for any other instance."""
    tags, cluster = instance.tags, config.label.cluster
    type_ = ray_types(config).get(tags.get(RAY_NODE_TYPE, ""))
    if type_ is None or not tags.get(RAY_CLUSTER) == tags.get(CLUSTER_TAG) == cluster:
        return None
    return type_ if tags.get(RAY_KIND) == type_.tier else None


def declared_nodes(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[DeclaredNode]:
    """The instances that the environment wants; others are the business of `nodes.no_other_nodes`."""
    declared = declared_names(config)
    names = names_by_id(inventory, declared)
    for instance in readable(inventory.nodes.instances):
        type_, name = ray_type_of(instance, config), names.get(instance.instance_id)
        if type_ is not None:
            yield _made_by_ray(instance, type_, config)
        elif name is not None:
            wanted = declared[name]
            yield DeclaredNode(instance, name, wanted.tier, wanted.settings, (wanted.zone,), wanted.spot)


def declared_zones(config: Ec2ClusterConfig) -> Counter[str]:
    """How many nodes are bound to a zone; autoscaled workers are bound to none."""
    zones = Counter(node.zone for node in config.fixed_nodes.values())
    if HEAD_TYPE in ray_types(config):
        zones[config.head_zone()] += 1
    return zones


def _made_by_ray(instance: Instance, type_: NodeType, config: Ec2ClusterConfig) -> DeclaredNode:
    assert isinstance(config, AutoscalingEc2Config)
    zones = tuple(config.zones_of(type_))
    name = f"{instance.instance_id} {type_.name}"
    return DeclaredNode(instance, name, type_.tier, type_.settings, zones, type_.spot, type_.name)
