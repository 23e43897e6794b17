"""The name under which workers find the head."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit import applies
from scripts.audit.declared_nodes import declared_nodes
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.reading import each


@check("dns.head_record_right", severity=Severity.HIGH, optional=applies.may_be_down)
def head_record_right(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The head's name leads to its private address.

    Why: workers and clients know the head by its name only; without it no worker can join.

    Fix: apply again.
    """
    name = config.label.head_address
    found = {record.name: record.values for zone in each(inventory.records) for record in zone if record.type == "A"}
    for node in declared_nodes(inventory, config):
        if node.tier == "head":
            yield expect(name, "address", found.get(name, ()), (node.instance.private_ip,))
