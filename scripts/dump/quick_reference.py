"""The ids that people look for most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from scripts.inventory import Inventory
from scripts.inventory.reading import Reading, Unreadable


def quick_reference(inventory: Inventory) -> list[dict[str, str]]:
    """Names and ids, in the order of the dump."""
    network = inventory.network
    lines = chain(
        _lines(network.vpcs, lambda vpc: ("VPC", vpc.vpc_id)),
        _lines(network.subnets, lambda subnet: (f"subnet {subnet.name}", subnet.subnet_id)),
        _lines(inventory.security_groups.groups, lambda group: (f"security group {group.name}", group.group_id)),
        _lines(inventory.iam.roles, lambda role: (f"role {role.name}", role.arn)),
        _lines(inventory.keys, lambda key: ("key", key.arn)),
        _lines(inventory.buckets, lambda bucket: ("bucket", bucket.name)),
        _lines(inventory.file_systems, lambda fs: (f"file system {fs.name}", fs.file_system_id)),
        _lines(inventory.memorydb.clusters, lambda cluster: (f"MemoryDB {cluster.name}", cluster.endpoint)),
        _lines(inventory.nodes.instances, lambda node: (f"node {node.name}", f"{node.instance_id} {node.private_ip}")),
    )
    return [{"what": what, "id": id_} for what, id_ in lines]


def _lines(readings: Reading[tuple[Any, ...]], line: Callable[[Any], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if isinstance(readings, Unreadable):
        yield "unreadable", str(readings)
        return
    for reading in readings:
        yield ("unreadable", str(reading)) if isinstance(reading, Unreadable) else line(reading)
