"""Where Ray may make nodes at any time: the paths of a worker must be open before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.foundation import FoundationConfig
from config.ports import Tier
from scripts.audit.declared_nodes import most_of, ray_types
from scripts.audit.wanted import node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.network import Subnet
from scripts.inventory.reading import readable


def nodes_to_come(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[Tier, Subnet]]:
    """Tiers and subnets of the node types that may have a node; none where Terraform makes all nodes."""
    if not isinstance(config, AutoscalingEc2Config):
        return
    zones = node_subnet_ids(inventory, config)
    wanted = {
        (type_.tier, zone) for type_ in ray_types(config).values() if most_of(type_) for zone in config.zones_of(type_)
    }
    for subnet in readable(inventory.network.subnets):
        zone = zones.get(subnet.subnet_id)
        yield from ((tier, subnet) for tier, of in sorted(wanted) if of == zone)
