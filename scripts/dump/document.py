"""The content of a dump: the same for text and JSON, in an order that two dumps share."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.ports import PortTable
from scripts.dump.plain import plain
from scripts.dump.quick_reference import quick_reference
from scripts.inventory import Inventory
from scripts.inventory.instances import Instance, Nodes, Volume
from scripts.inventory.reading import Reading, Unreadable, mapped
from scripts.inventory.security_groups import SecurityGroupRule, SecurityGroups

MORE = "more"
"""Part of a dump with all that has no section of its own."""
ACCOUNT_WIDE = "account_wide"
"""Last part of a dump: what others do in the account changes it while the deployment stays as it is.

It is in the dump because quotas and rooms are judged by it, and in no comparison.
"""
ACCOUNT_WIDE_FIELDS = ("account", "quotas")
"""Fields of the inventory that count what everybody in the account has."""
OTHER_VOLUMES = "other_volumes"
LEFT_OUT = {
    "existing_bucket_keys": "stand among the keys",
    "coverage": "stands in the coverage of the dump",
    "state": "holds secrets; what Terraform made is in the dump as AWS describes it",
    "answers": "hold secrets; they are in the dump as models",
    "kubernetes": "is not of AWS; the audit names every field that is not as rendered",
    "ray": "is not of AWS, and another one a minute later; the audit names what Ray does not know",
}
"""Fields of the inventory that a dump does not have, and why."""
_ARRANGED = frozenset(
    {
        "network", "vpc_endpoints", "security_groups", "iam", "keys", "buckets", "file_systems", "memorydb", "secrets",
        "logs", "nodes", "images", "records",
    }
)  # fmt: skip
"""Fields with a section of their own; all others are listed under MORE."""


def dump_document(inventory: Inventory, config: FoundationConfig, *, generated: datetime) -> dict[str, Any]:
    """Arrange an inventory for a reader. The only time in it is `generated`."""
    return {
        "header": _header(config, generated),
        "coverage": {
            "reads": inventory.coverage.made,
            "summary": str(inventory.coverage),
            "unreadable": [str(each) for each in inventory.coverage.unreadable],
        },
        "quick_reference": quick_reference(inventory, config),
        "iam": plain(inventory.iam),
        "network": {**plain(inventory.network), "vpc_endpoints": plain(inventory.vpc_endpoints)},
        "security_groups": _security_groups(inventory.security_groups),
        "images": plain(inventory.images),
        "nodes": _nodes(inventory.nodes),
        "buckets": plain(inventory.buckets),
        "file_systems": plain(inventory.file_systems),
        "memorydb": plain(inventory.memorydb),
        "keys": plain((*inventory.keys, *inventory.existing_bucket_keys)),
        "secrets": plain(inventory.secrets),
        "logs": plain(inventory.logs),
        "records": plain(inventory.records),
        MORE: _more(inventory),
        # Anyscale chooses the ports of its nodes itself.
        **({"required_ports": _required_ports(config.port_table)} if isinstance(config, Ec2ClusterConfig) else {}),
        ACCOUNT_WIDE: _account_wide(inventory),
    }


def _account_wide(inventory: Inventory) -> dict[str, Any]:
    """What is not of this deployment: counts of the account, and addresses and topics of others."""
    addresses, topics = inventory.addresses, inventory.topics
    wide: dict[str, Any] = {name: plain(getattr(inventory, name)) for name in ACCOUNT_WIDE_FIELDS}
    if not isinstance(addresses, Unreadable):
        wide["addresses_of_others"] = plain([address for address in addresses if not address.ours])
    wide["all_topics"] = plain(topics.arns)
    wide["prefix_lists_of_aws"] = plain(inventory.prefix_lists.of_aws)
    return {name: part for name, part in wide.items() if part not in ([], {})}


def _more(inventory: Inventory) -> dict[str, Any]:
    """What has no section of its own, so that nothing that was read is forgotten."""
    nodes, groups = inventory.nodes, inventory.security_groups
    more = _others(inventory, _ARRANGED.union(LEFT_OUT, ACCOUNT_WIDE_FIELDS))
    more["addresses"] = plain(mapped(inventory.addresses, lambda found: [each for each in found if each.ours]))
    more["topics"] = _others(inventory.topics, {"arns"})
    more["prefix_lists"] = _others(inventory.prefix_lists, {"of_aws"})
    more[OTHER_VOLUMES] = plain(mapped(nodes.volumes, lambda found: _elsewhere(found, nodes.instances)))
    of_nodes = _others(nodes, {"instances", "volumes", "termination_protection", "user_data"})
    more["more_of_nodes"] = {name: part for name, part in of_nodes.items() if part}
    more["more_of_security_groups"] = _others(groups, {"groups", "rules"})
    return {name: part for name, part in more.items() if part not in ([], {}, None)}


def _others(model: Any, known: Collection[str]) -> dict[str, Any]:
    names = [field.name for field in fields(model) if field.compare and field.name not in known]
    return {name: plain(getattr(model, name)) for name in names}


def _elsewhere(volumes: tuple[Volume, ...], instances: Reading[tuple[Instance, ...]]) -> list[Volume]:
    """Volumes that stand with no node of the dump."""
    listed = set() if isinstance(instances, Unreadable) else {instance.instance_id for instance in instances}
    return [volume for volume in volumes if volume.instance_id not in listed]


def _header(config: FoundationConfig, generated: datetime) -> dict[str, str]:
    return {
        "cluster": config.label.cluster,
        "environment": config.name,
        "flavour": config.flavour,
        "target": config.target,
        "region": config.region,
        "account_id": config.account_id,
        "generated": generated.isoformat(timespec="seconds"),
    }


def _security_groups(security_groups: SecurityGroups) -> Any:
    """Groups with their rules; a peer that is one of the groups is named, so that dumps of two clusters compare."""
    groups = security_groups.groups
    if isinstance(groups, Unreadable):
        return plain(groups)
    names = {group.group_id: group.name for group in groups}
    return [{**plain(group), "rules": _rules(security_groups.rules, group.group_id, names)} for group in groups]


def _rules(rules: Reading[tuple[SecurityGroupRule, ...]], group_id: str, names: dict[str, str]) -> Any:
    def of_group(found: tuple[SecurityGroupRule, ...]) -> list[dict[str, Any]]:
        lines = [
            {**plain(rule), "ports": rule.ports, "peer_name": names.get(rule.peer, rule.peer)}
            for rule in found
            if rule.group_id == group_id
        ]
        return sorted(
            lines, key=lambda line: (line["egress"], line["first_port"], line["last_port"], line["peer_name"])
        )

    return plain(mapped(rules, of_group))


def _nodes(nodes: Nodes) -> Any:
    """Instances with their volumes."""
    instances = nodes.instances
    if isinstance(instances, Unreadable):
        return plain(instances)
    volumes = mapped(nodes.volumes, _by_instance)
    return [
        {
            **plain(instance),
            "volumes": _volumes_of(instance.instance_id, volumes),
            "termination_protection": plain(nodes.termination_protection.get(instance.instance_id)),
            "user_data": plain(nodes.user_data.get(instance.instance_id)),
        }
        for instance in instances
    ]


def _by_instance(volumes: Iterable[Volume]) -> dict[str, list[Volume]]:
    found: dict[str, list[Volume]] = {}
    for volume in volumes:
        found.setdefault(volume.instance_id, []).append(volume)
    return found


def _volumes_of(instance_id: str, volumes: Reading[dict[str, list[Volume]]]) -> Any:
    return plain(volumes) if isinstance(volumes, Unreadable) else plain(volumes.get(instance_id, []))


def _required_ports(ports: PortTable) -> list[dict[str, Any]]:
    return [
        {
            "name": port.name,
            "ports": port.shown,
            "purpose": port.purpose,
            "head_from": list(port.head_from),
            "worker_from": list(port.worker_from),
        }
        for port in ports
    ]
