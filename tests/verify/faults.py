"""What no hand can bend on the embedded AWS: answers that are changed after they came, or did not come."""

from __future__ import annotations

from typing import Any

SIZES = "network.vpcs.0.cidrs"
NO_SUBNET = "outside of the VPC: subnet-x|subnets in none, want 2 zones"
NODE_SUBNET = "network.subnets.{node}.cidr"
GONE: tuple[object, ...] = ()
FAULTS: tuple[tuple[str, str, Any, str], ...] = (
    ("anyscale.vpc_large_enough", SIZES, ("10.40.0.0/25",), "10.40.0.0/25, want a /24 or larger"),
    ("anyscale.vpc_roomy", SIZES, ("10.40.0.0/21",), "10.40.0.0/21, want a /20 or larger"),
    ("anyscale.subnets_large_enough", NODE_SUBNET, "10.40.0.0/29", "10.40.0.0/29, want a /28 or larger"),
    ("anyscale.subnets_roomy", NODE_SUBNET, "10.40.0.0/25", "10.40.0.0/25, want a /24 or larger"),
    (
        "anyscale.dns_servers",
        "network.dns_servers",
        ("10.1.0.2", "AmazonProvidedDNS"),
        "port 53 of 10.1.0.2 is closed by udp and tcp",
    ),
    ("anyscale.security_group_there", "security_groups.groups", GONE, "the group is missing"),
    ("anyscale.roles_there", "iam.roles", GONE, "the role is missing"),
    ("anyscale.files_available", "file_systems", GONE, "the file system is missing"),
    ("anyscale.files_available", "file_systems.0.state", "creating", "state is creating, want available"),
    ("anyscale.store_available", "memorydb.clusters.0.status", "updating", "status is updating, want available"),
    (
        "anyscale.store_zones",
        "memorydb.subnet_groups.0.subnet_ids",
        ("subnet-x",),
        "outside of the VPC: subnet-x|subnets in none, want 2 zones",
    ),
    ("anyscale.store_zones", "network.subnets.{node}.zone_id", "usw2-az9", "zones without MemoryDB: usw2-az9"),
    ("anyscale.s3_endpoint", "vpc_endpoints.0.state", "pending", "S3 endpoint on rtb-.* is off, want on"),
    ("anyscale.on_demand_vcpus", "quotas.ec2", {}, "0 of 5 in use, 64 more may be asked for"),
    ("anyscale.spot_vcpus", "quotas.ec2", {"L-34B43A08": 63.0}, "0 of 63 in use, 64 more may be asked for"),
    ("anyscale.interfaces", "quotas.vpc", {"L-DF5E4CA3": 100.0}, "of 100 in use, 100 more may be asked for"),
)
FOUND_BY_READING = {check for check, *_ in FAULTS}

ASKED_FOR = (
    "network.vpcs", "network.dns_support", "network.dns_hostnames", "network.subnets", "network.route_tables",
    "network.internet_gateways", "network.nat_gateways", "network.dns_servers", "vpc_endpoints",
    "security_groups.groups", "security_groups.rules", "network_acls",
    "iam.roles.{control}", "iam.roles.{control}.inline_policies",
    "iam.roles.{control}.attached_policies", "iam.instance_profiles.0", "keys.0.state", "keys.0.policy",
    "buckets.{bucket}.region", "buckets.{bucket}.policy", "buckets.{bucket}.encryption", "buckets.{bucket}.cors",
    "file_systems.0", "file_systems.0.policy", "file_systems.0.backup", "file_systems.0.mount_targets",
    "memorydb.clusters.0", "memorydb.subnet_groups.0", "quotas.ec2", "quotas.vpc", "quotas.vcpus_in_use",
    "network_interfaces",
)  # fmt: skip
"""Readings of the inventory without which no cloud is verified."""
