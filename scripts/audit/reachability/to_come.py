"""Where Ray, EKS or Anyscale may make nodes at any time: the paths of a node must be open before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.node_groups import node_groups
from scripts.audit.declared_nodes import most_of, ray_types
from scripts.audit.wanted import node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.network import Subnet
from scripts.inventory.reading import readable

CLOUD_TIER = "cloud"
"""Of the nodes that Anyscale launches."""
EKS_TIER = "node"
"""Of the nodes of EKS: pods have their addresses and security groups."""


def nodes_to_come(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[str, Subnet]]:
    """Tiers and subnets of the node types that may have a node; none where Terraform makes all nodes."""
    wanted = _wanted(config)
    if not wanted:
        return
    zones = node_subnet_ids(inventory, config)
    for subnet in readable(inventory.network.subnets):
        zone = zones.get(subnet.subnet_id)
        yield from ((tier, subnet) for tier, of in sorted(wanted) if of == zone)


def _wanted(config: FoundationConfig) -> set[tuple[str, str]]:
    """Tiers and zones. Anyscale launches wherever a subnet is registered."""
    if isinstance(config, AnyscaleCloudConfig):
        return {(CLOUD_TIER, zone) for zone in config.node_zones}
    if isinstance(config, KuberayEksConfig):
        return {(EKS_TIER, zone) for group in node_groups(config) if group.bounds.most for zone in group.zones}
    if not isinstance(config, AutoscalingEc2Config):
        return set()
    types = (type_ for type_ in ray_types(config).values() if most_of(type_))
    return {(type_.tier, zone) for type_ in types for zone in config.zones_of(type_)}
