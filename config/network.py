"""The network section: VPC, subnets, NAT, endpoints, flow logs; or an existing VPC."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.retention import RetentionDays
from config.section import Section, Zone
from config.text import Form

SubnetId = Annotated[str, Form(r"subnet-[0-9a-f]{8,17}", "a subnet id such as subnet-0123456789abcdef0")]
VpcId = Annotated[str, Form(r"vpc-[0-9a-f]{8,17}", "a VPC id such as vpc-0123456789abcdef0")]
BucketName = Annotated[str, Form(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket")]
Subnets = Literal["auto", "none"] | dict[Zone, IPv4Network]
InterfaceEndpoint = Literal[
    "ssm", "ssmmessages", "ec2messages", "ec2", "ecr.api", "ecr.dkr", "logs",
    "monitoring", "sts", "secretsmanager", "kms", "elasticfilesystem",
    "eks", "eks-auth", "autoscaling", "elasticloadbalancing", "fsx", "aps-workspaces",
]  # fmt: skip


class FlowLogsConfig(Section):
    """Flow logs of the VPC, to an encrypted CloudWatch log group."""

    retention_days: Annotated[RetentionDays, Change.IN_PLACE] = 365
    """Days that records are kept."""
    traffic: Annotated[Literal["ALL", "REJECT"], Change.REPLACES] = "ALL"
    """Which traffic is recorded."""


class ExistingNetworkConfig(Section):
    """A VPC that somebody else manages; nothing in it is changed but what is asked for."""

    vpc_id: Annotated[VpcId, Change.REPLACES]
    """Id of the VPC. It must have DNS support and DNS hostnames on."""
    private_subnets: Annotated[dict[Zone, SubnetId], Change.REPLACES] = {}
    """Subnet for the nodes and mount targets, by zone."""
    public_subnets: Annotated[dict[Zone, SubnetId], Change.REPLACES] = {}
    """Subnet for nodes with public addresses, by zone."""


class NetworkConfig(Section):
    """VPC and everything in it that routes."""

    cidr: Annotated[IPv4Network, Change.NEVER] = IPv4Network("10.0.0.0/16")
    """Addresses of the VPC, /16 to /28."""
    zones: Annotated[
        Annotated[int, Field(ge=1, le=6)] | Annotated[list[Zone], Field(min_length=1, max_length=6)], Change.IN_PLACE
    ] = 2
    """Availability Zones: how many (taken in order), or their names.
    Add new names at the end: subnets are computed in this order."""
    subnet_prefix: Annotated[int, Field(ge=16, le=28), Change.NEVER] = 22
    """Prefix length of a computed subnet: 22 gives 1,019 usable addresses."""
    public_subnets: Annotated[Subnets, Change.REPLACES] = "auto"
    """Subnets with a route to the internet gateway: `auto` (one per zone, computed), `none`, or zone: CIDR."""
    private_subnets: Annotated[Subnets, Change.REPLACES] = "auto"
    """Subnets without one: `auto` (one per zone, computed), `none`, or zone: CIDR."""
    nat: Annotated[Literal["none", "single", "per_zone"], Change.IN_PLACE] = "single"
    """NAT gateways: none, one for all private subnets, or one in each zone (survives the loss of a zone)."""
    endpoints: Annotated[list[InterfaceEndpoint], Change.IN_PLACE] = []
    """AWS services reached through interface endpoints. The S3 gateway endpoint is always there."""
    s3_endpoint_buckets: Annotated[list[BucketName], Change.IN_PLACE] = []
    """Buckets of other accounts, public ones too, that nodes may read. S3 is reached by the gateway endpoint, whose
    policy lets through the account's own buckets, those that AWS serves packages from, and these. With flavour
    `anyscale-cloud` none means any: Anyscale does not say which its nodes read. Writing stays within the account, but
    for `s3_endpoint_writable_buckets`."""
    s3_endpoint_writable_buckets: Annotated[list[BucketName], Change.IN_PLACE] = []
    """Buckets of other accounts that nodes may write to as well. Whoever runs code on a node can carry data there."""
    flow_logs: Annotated[FlowLogsConfig, Change.IN_PLACE] = FlowLogsConfig()
    """Flow logs; always on in a VPC that is made here."""
    existing: Annotated[ExistingNetworkConfig | None, Change.REPLACES] = None
    """Use this VPC instead of making one; then nothing may stand beside it."""
