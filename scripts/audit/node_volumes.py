"""Volumes of a node, as far as they were seen."""

from __future__ import annotations

from scripts.audit.declared_nodes import DeclaredNode
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.instances import Volume
from scripts.inventory.reading import Unreadable, readable


def volumes_of(inventory: Inventory, node: DeclaredNode) -> list[Volume]:
    """What is attached to a node."""
    return [volume for volume in readable(inventory.nodes.volumes) if volume.instance_id == node.instance.instance_id]


def unseen_volume(node: DeclaredNode, why: str) -> Verdict:
    """UNKNOWN: every node has a volume, so one without was not seen, for example because the state misses the node."""
    unread = Unreadable("ec2:DescribeVolumes", f"no answer: {why}", node.instance.instance_id)
    return Verdict(node.name, unread, str(unread))
