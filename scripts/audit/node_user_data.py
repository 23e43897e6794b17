"""User data of the declared nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit.declared_nodes import DeclaredNode, declared_nodes
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable


def judge_user_data(
    inventory: Inventory, config: Ec2ClusterConfig, judge: Callable[[DeclaredNode, str], Iterator[Verdict]]
) -> Iterator[Verdict]:
    """Judge what the nodes' user data says; UNKNOWN for a node of which it was not read."""
    for node in declared_nodes(inventory, config):
        id_ = node.instance.instance_id
        unread = Unreadable("ec2:DescribeInstanceAttribute", "no answer: nothing is known of its user data", id_)
        user_data = inventory.nodes.user_data.get(id_, unread)
        if isinstance(user_data, Unreadable):
            yield Verdict(node.name, user_data, str(user_data))
        else:
            yield from judge(node, user_data.text)
