"""The kinds of things, in words, and how one is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of things."""

    one: str
    many: str
    command: str = ""
    """Deletes one; `{}` stands for its id."""
    shared: bool = False
    """Whether it stands in the VPC, where in a VPC of others most belongs to others."""


KINDS: Mapping[str, Kind] = {
    "security_groups": Kind(
        "security group", "security groups", "aws ec2 delete-security-group --group-id {}", shared=True
    ),
    "instances": Kind("instance", "instances", "aws ec2 terminate-instances --instance-ids {}", shared=True),
    "interfaces": Kind(
        "network interface",
        "network interfaces",
        "aws ec2 delete-network-interface --network-interface-id {}",
        shared=True,
    ),
    "addresses": Kind(
        "Elastic IP address", "Elastic IP addresses", "aws ec2 release-address --allocation-id {}", shared=True
    ),
    "subnets": Kind("subnet", "subnets", "aws ec2 delete-subnet --subnet-id {}", shared=True),
    "route_tables": Kind("route table", "route tables", "aws ec2 delete-route-table --route-table-id {}", shared=True),
    "network_acls": Kind("network ACL", "network ACLs", "aws ec2 delete-network-acl --network-acl-id {}", shared=True),
    "gateways": Kind("gateway", "gateways", shared=True),
    "endpoints": Kind("endpoint", "endpoints", "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {}", shared=True),
    "volumes": Kind("volume", "volumes", "aws ec2 delete-volume --volume-id {}"),
    "snapshots": Kind("snapshot", "snapshots", "aws ec2 delete-snapshot --snapshot-id {}"),
    "mount_targets": Kind("mount target", "mount targets", "aws efs delete-mount-target --mount-target-id {}"),
    "access_points": Kind("access point", "access points", "aws efs delete-access-point --access-point-id {}"),
    "lustre": Kind("file system of FSx", "file systems of FSx", "aws fsx delete-file-system --file-system-id {}"),
    "buckets": Kind("bucket", "buckets", "aws s3 rb s3://{}"),
    "roles": Kind("role", "roles", "aws iam delete-role --role-name {}"),
    "instance_profiles": Kind(
        "instance profile", "instance profiles", "aws iam delete-instance-profile --instance-profile-name {}"
    ),
    "aliases": Kind("alias of the key", "aliases of the key", "aws kms delete-alias --alias-name {}"),
    "grants": Kind("grant of the key", "grants of the key"),
    "log_groups": Kind("log group", "log groups", "aws logs delete-log-group --log-group-name {}"),
    "flow_logs": Kind("flow log", "flow logs", "aws ec2 delete-flow-logs --flow-log-ids {}", shared=True),
    "secrets": Kind("secret", "secrets", "aws secretsmanager delete-secret --secret-id {}"),
    "memorydb": Kind("MemoryDB's", "parts of MemoryDB"),
    "records": Kind("DNS record", "DNS records"),
    "tagged": Kind("thing with the cluster's tag", "things with the cluster's tag"),
}
"""By the key that the inventory uses."""
