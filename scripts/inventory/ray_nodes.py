"""The nodes that Ray itself knows, as `ray list nodes --format json` on the head prints them.

Nothing here calls anybody: who asks the head, does it from outside of AWS's reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from scripts.inventory.reading import Reading
from scripts.inventory.shapes import ordered

READ_NAME = "ray:ListNodes"
ALIVE = "ALIVE"


@dataclass(frozen=True)
class RayNode:
    """A node that is alive, as Ray sees it: it knows an address, and no instance id."""

    node_id: str
    private_ip: str
    is_head: bool


@dataclass(frozen=True)
class RayView:
    """What Ray said when it was asked."""

    nodes: Reading[tuple[RayNode, ...]]


def ray_nodes_of(text: str) -> tuple[RayNode, ...]:
    """The nodes that are alive. Raises ValueError, KeyError or TypeError when it is not what Ray prints."""
    nodes = (
        RayNode(str(node["node_id"]), str(node["node_ip"]), bool(node["is_head_node"]))
        for node in json.loads(text)
        if node["state"] == ALIVE
    )
    return ordered(nodes, key=lambda node: node.node_id)
