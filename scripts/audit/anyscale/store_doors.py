"""Who gets into the MemoryDB cluster of a cloud beside its nodes."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ports import REDIS_PORT
from scripts.audit.anyscale import cloud
from scripts.audit.checks.memorydb import OPEN_ACL
from scripts.audit.open_rules import opened_ports, said_of
from scripts.audit.wanted import group_names
from scripts.inventory import Inventory
from scripts.inventory.memorydb import Cluster
from scripts.inventory.reading import Reading, Unreadable, each, readable
from scripts.inventory.security_groups import SecurityGroupRule

_DEFAULT_USER = "default"


def openings_of_store(inventory: Inventory, config: AnyscaleCloudConfig, cluster: Cluster) -> Iterator[str]:
    """Rules of its groups that let anybody else in on its port. Raises NotReadableError."""
    names, nodes = group_names(inventory), cloud.group_id(inventory, config)
    for group_id in cluster.group_ids:
        if group_id not in names:
            readable(Unreadable("ec2:DescribeSecurityGroupRules", "was not read", group_id))
    for rule in readable(inventory.security_groups.rules):
        if rule.group_id in cluster.group_ids and _lets_others_in(rule, nodes):
            yield said_of(rule, lambda id_: names.get(id_, id_))


def default_user_open(inventory: Inventory, cluster: Cluster) -> Reading[bool]:
    """Whether whoever names no user is let in: a client that says nothing is the user `default`.

    https://docs.aws.amazon.com/memorydb/latest/devguide/clusters.acls.html
    """
    if cluster.acl_name == OPEN_ACL:
        return True
    acl = next((acl for acl in each(inventory.memorydb.acls) if acl.name == cluster.acl_name), None)
    if acl is None:
        return Unreadable("memorydb:DescribeACLs", "no answer: was not read", cluster.acl_name)
    return _DEFAULT_USER in acl.user_names


def _lets_others_in(rule: SecurityGroupRule, nodes: str | None) -> bool:
    opened = opened_ports([REDIS_PORT], rule.protocol, rule.first_port, rule.last_port)
    return bool(opened) and not rule.egress and rule.peer != nodes
