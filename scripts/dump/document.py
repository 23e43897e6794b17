"""The content of a dump: the same for text and JSON, in an order that two dumps share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from config.ports import PortTable
from config.static_ec2 import StaticEc2Config
from scripts.dump.plain import plain
from scripts.dump.quick_reference import quick_reference
from scripts.inventory import Inventory
from scripts.inventory.instances import Nodes, Volume
from scripts.inventory.reading import Reading, Unreadable, mapped
from scripts.inventory.security_groups import SecurityGroupRule, SecurityGroups
from scripts.inventory.user_data import UserData


def dump_document(inventory: Inventory, config: StaticEc2Config, *, generated: datetime) -> dict[str, Any]:
    """Arrange an inventory for a reader. The only time in it is `generated`."""
    return {
        "header": _header(config, generated),
        "coverage": {
            "reads": inventory.coverage.made,
            "unreadable": [str(each) for each in inventory.coverage.unreadable],
        },
        "quick_reference": quick_reference(inventory),
        "iam": plain(inventory.iam),
        "network": {**plain(inventory.network), "vpc_endpoints": plain(inventory.vpc_endpoints)},
        "security_groups": _security_groups(inventory.security_groups),
        "images": plain(inventory.images),
        "nodes": _nodes(inventory.nodes),
        "buckets": plain(inventory.buckets),
        "file_systems": plain(inventory.file_systems),
        "memorydb": plain(inventory.memorydb),
        "keys": plain(inventory.keys),
        "secrets": plain(inventory.secrets),
        "logs": plain(inventory.logs),
        "records": plain(inventory.records),
        "required_ports": _required_ports(config.port_table),
    }


def _header(config: StaticEc2Config, generated: datetime) -> dict[str, str]:
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
    return [
        {
            **plain(instance),
            "volumes": _volumes(nodes.volumes, instance.instance_id),
            "termination_protection": plain(nodes.termination_protection.get(instance.instance_id)),
            "user_data": plain(_fingerprint(nodes.user_data.get(instance.instance_id))),
        }
        for instance in instances
    ]


def _fingerprint(user_data: Reading[UserData] | None) -> Reading[str] | None:
    """Not the text: a user's hook in it may hold what a dump must not show. Two dumps compare all the same."""
    return None if user_data is None else mapped(user_data, lambda found: found.fingerprint)


def _volumes(volumes: Reading[tuple[Volume, ...]], instance_id: str) -> Any:
    return plain(mapped(volumes, lambda found: [volume for volume in found if volume.instance_id == instance_id]))


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
