"""For each check of network, instances, volumes, minima and quotas, one change that must make it fail."""

from __future__ import annotations

from typing import Any

from scripts.inventory.network import Route
from scripts.inventory.network_acls import NetworkAcl, NetworkAclEntry
from scripts.inventory.network_interfaces import NetworkInterface
from scripts.inventory.security_groups import SecurityGroupRule
from tests.audit.change import REMOVED

_GATEWAY = Route("0.0.0.0/0", "igw-1", "active")
_PEERING = Route("10.99.0.0/16", "pcx-1", "active")
_DEAD = Route("0.0.0.0/0", "nat-gone", "blackhole")


def _acl(*entries: NetworkAclEntry, subnets: tuple[str, ...] = ("subnet-private-us-west-2a",)) -> tuple[NetworkAcl]:
    return (NetworkAcl("acl-2", "by-hand", False, subnets, entries, {}),)


def _entry(protocol: str, first: int | None, last: int | None, cidr: str) -> NetworkAclEntry:
    return NetworkAclEntry(90, False, True, protocol, first, last, cidr)


def _rule(protocol: str, first: int, last: int, peer: str) -> SecurityGroupRule:
    return SecurityGroupRule("sgr-x", "sg-head", False, protocol, first, last, peer, "quick test")


def _interface(subnet_id: str) -> NetworkInterface:
    return NetworkInterface("eni-x", "", "interface", subnet_id, "i-0", 1, ("10.0.0.99",), (), None, ("sg-head",))


RULE = "security_groups.rules.0"
_HEAD_RULES = tuple(_rule("tcp", port, port, "10.0.0.0/8") for port in range(1, 62))

FAULTS: dict[str, tuple[str, Any]] = {
    "network.routes_stay_inside": ("network.route_tables.1.routes", (_PEERING,)),
    "network.routes_alive": ("network.route_tables.1.routes", (_DEAD,)),
    "network.main_table_closed": ("network.route_tables.0.routes", (_GATEWAY,)),
    "network_acls.used": ("network_acls", _acl(subnets=())),
    "network_acls.closed_to_remote_admin": ("network_acls", _acl(_entry("6", 20, 30, "0.0.0.0/0"))),
    "open_ports.remote_admin_ipv4": (RULE, _rule("tcp", 22, 22, "0.0.0.0/0")),
    "open_ports.remote_admin_ipv6": (RULE, _rule("tcp", 22, 22, "::/0")),
    "open_ports.high_risk": (RULE, _rule("tcp", 8000, 9000, "0.0.0.0/0")),
    "addresses.used": ("addresses.0.association_id", None),
    "instances.single_interface": ("network_interfaces.1", _interface("subnet-private-us-west-2a")),
    "instances.source_destination_checked": ("network_interfaces.0.source_dest_check", False),
    "instances.not_paravirtual": ("images.1.virtualization", "paravirtual"),
    "instances.key_pair_declared": ("nodes.instances.0.key_name", "somebody"),
    "instance_defaults.metadata_needs_token": ("instance_defaults.metadata_tokens", None),
    "launch_templates.metadata_needs_token": ("launch_templates.0.metadata_tokens", "optional"),
    "launch_templates.no_public_address": ("launch_templates.0.asks_for_public_address", True),
    "launch_templates.volumes_encrypted": ("launch_templates.0.unencrypted_devices", ("/dev/xvda",)),
    "ebs.encrypted_by_default": ("ebs.encrypted_by_default", False),
    "ebs.snapshot_sharing_blocked": ("ebs.snapshot_sharing_block", "block-new-sharing"),
    "ebs.snapshots_not_public": ("ebs.public_snapshot_ids", ("snap-1",)),
    "ebs.snapshots_encrypted_with_our_key": ("ebs.snapshots.0.encrypted", False),
    "minima.vpc_size": ("network.vpcs.0.cidrs", ("10.0.0.0/20",)),
    "minima.node_subnet_size": ("network.subnets.0.cidr", "10.0.0.0/23"),
    "minima.addresses_left": ("account.subnets.0.free_addresses", 1),
    "minima.two_zones": ("network.subnets.0", REMOVED),
    "minima.public_subnets_apart": ("network.route_tables.1.routes", (_GATEWAY,)),
    "minima.memorydb_two_nodes": ("memorydb.clusters.0.replicas", 0),
    "minima.memorydb_two_zones": ("memorydb.subnet_groups.0.subnet_ids", ("subnet-private-us-west-2a",)),
    "minima.memorydb_zones_supported": ("account.subnets.0.zone_id", "usw2-lax1-az1"),
    "quotas.on_demand_vcpus": ("quotas.vcpus_in_use.L-1216C47A", 1151.0),
    "quotas.spot_vcpus": ("quotas.ec2.L-3819A6DF", 101.0),
    "quotas.vpcs": ("account.vpcs", 6),
    "quotas.internet_gateways": ("quotas.vpc.L-A4707A72", 1.0),
    "quotas.nat_gateways": ("account.nat_gateways.us-west-2a", 6),
    "quotas.addresses": ("quotas.ec2.L-0263D0A3", 0.0),
    "quotas.interface_endpoints": ("quotas.vpc.L-29B6F2EB", 0.0),
    "quotas.groups_per_interface": ("nodes.instances.0.group_ids", tuple(f"sg-{number}" for number in range(6))),
    "quotas.rules_per_group": ("security_groups.rules", _HEAD_RULES),
    "quotas.buckets": ("account.buckets", 10001),
    "quotas.file_systems": ("quotas.efs.L-848C634D", 0.0),
}

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("network.routes_stay_inside", "network.route_tables.4.routes", (Route("::/0", "eigw-1", "active"),)),
    ("network.routes_stay_inside", "network.route_tables.0.routes", (Route("10.99.0.0/16", "eni-1", "active"),)),
    ("network_acls.closed_to_remote_admin", "network_acls", _acl(_entry("-1", None, None, "0.0.0.0/0"))),
    ("network_acls.closed_to_remote_admin", "network_acls", _acl(_entry("17", 3389, 3389, "::/0"))),
    ("open_ports.remote_admin_ipv4", RULE, _rule("-1", -1, -1, "0.0.0.0/0")),
    ("open_ports.remote_admin_ipv4", RULE, _rule("udp", 3389, 3389, "128.0.0.0/1")),
    ("open_ports.remote_admin_ipv6", RULE, _rule("tcp", 0, 65535, "2000::/3")),
    ("open_ports.high_risk", RULE, _rule("tcp", 9200, 9200, "::/0")),
    ("instance_defaults.metadata_needs_token", "instance_defaults.metadata_tokens", "optional"),
    ("ebs.snapshot_sharing_blocked", "ebs.snapshot_sharing_block", "unblocked"),
    ("ebs.snapshots_encrypted_with_our_key", "ebs.snapshots.0.kms_key_arn", "arn:aws:kms:us-west-2:1:key/other"),
    ("quotas.vpcs", "quotas.vpc.L-F678F1CE", 1.0),
)
