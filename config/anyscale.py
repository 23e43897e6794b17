"""The sections that only flavour `anyscale-cloud` has, or has in a form of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from config.access import IpNetwork, OpeningsConfig
from config.anyscale_forms import (
    CloudId,
    CloudName,
    ClusterName,
    CreationToken,
    ExternalId,
    GroupDescription,
    GroupName,
    NewBucketName,
    RoleArn,
    RoleName,
    SecretArn,
    SubnetGroupName,
)
from config.change import Change
from config.efs import EfsConfig
from config.environment import AccountId
from config.iam import IamConfig
from config.kms import KeyArn
from config.memorydb import MemoryDbConfig
from config.network import BucketName
from config.s3 import BucketLifecycleConfig, Days
from config.section import Arn, Section
from config.security_rules import Transport

CONTROL_PLANE_ACCOUNT_ID = "525325868955"
"""Account of Anyscale's control plane: https://docs.anyscale.com/iam/aws"""
CLOUD_ID_TAG = "anyscale-cloud-id"
ORGANIZATION_TAG = "anyscale-org-id"
DEPLOYMENT_TAG = "anyscale-deploy-environment"
PortNumber = Annotated[int, Field(ge=1, le=65535)]
MACHINE_POOL_CIDRS = 2
"""Each takes a rule for every range of ports, and a group has 60:
https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""


class AnyscaleConfig(Section):
    """The cloud as Anyscale knows it."""

    instead = {
        "organization_id": "external_id, which begins with it",
        "name": "cloud_name",
        "memorydb_in_cloud_security_group": "memorydb.in_cloud_security_group",
    }

    external_id: Annotated[ExternalId, Change.IN_PLACE]
    """What Anyscale shows when it takes on the control plane's role: the id of your organization, a hyphen, and a text
    that you make up. Chosen before the registration, so that registering changes no role behind Terraform's back;
    Anyscale goes on with the one that was registered. A cloud that was registered without one shows its cloud id."""
    cloud_id: Annotated[CloudId | None, Change.IN_PLACE] = None
    """Id of the cloud, which Anyscale gives at the registration. With it the control plane may only start, stop and
    change what carries the cloud's tag. Another id makes another bucket, unless it has a `bucket.name`."""
    cloud_name: Annotated[CloudName | None, Change.IN_PLACE] = None
    """Name to register under; `<project>-<environment>` when left out."""
    control_plane_account_id: Annotated[AccountId, Change.IN_PLACE] = CONTROL_PLANE_ACCOUNT_ID
    """AWS account of Anyscale's control plane, quoted."""
    deployment_environment: Annotated[Literal["production", "development", "test"], Change.IN_PLACE] = "production"
    """Becomes the tag `anyscale-deploy-environment`."""
    services: Annotated[bool, Change.IN_PLACE] = False
    """Let the control plane run Anyscale Services: stacks of CloudFormation, load balancers, certificates."""

    @property
    def organization_id(self) -> str | None:
        """Id of the organization; unknown where the external id is a cloud's."""
        return self.external_id.partition("-")[0] if self.external_id.startswith("org_") else None


class EgressConfig(Section):
    """Addresses and ports that nodes may reach, beside 80 and 443 of the internet."""

    cidr: Annotated[IPv4Network, Change.IN_PLACE]
    """Which addresses; one alone is a /32."""
    first_port: Annotated[PortNumber, Change.IN_PLACE]
    """The port, or the first of a range."""
    last_port: Annotated[PortNumber | None, Change.IN_PLACE] = None
    """The last of a range; `first_port` when left out."""
    protocol: Annotated[Transport, Change.IN_PLACE] = "tcp"
    """DNS takes both, one entry each."""

    @property
    def ports(self) -> tuple[int, int]:
        """First and last."""
        return self.first_port, self.first_port if self.last_port is None else self.last_port


class CloudAccessConfig(OpeningsConfig):
    """Openings in the cloud's security group."""

    instead = {
        **dict.fromkeys(
            ("ssh_cidrs", "ssh_public_key", "key_pair_name", "bastion"),
            "none: Anyscale opens terminals on nodes through port 443, for client_cidrs",
        ),
        "intra_cluster": "none: Anyscale wants a security group that trusts its own",
        "allow_unauthenticated": "none: Anyscale lets only its users in",
    }

    client_cidrs: Annotated[list[IpNetwork], Change.IN_PLACE] = []
    """Who may reach port 443 of the nodes: browsers on workspaces, dashboards and services."""
    public_nodes: Annotated[bool, Change.REPLACES] = False
    """Anyscale's direct networking: nodes are in the public subnets, with public addresses. Else they are in the
    private ones, and `client_cidrs` come through a VPN or a peered network."""
    machine_pool_cidrs: Annotated[list[IpNetwork], Field(max_length=MACHINE_POOL_CIDRS), Change.IN_PLACE] = []
    """Machines of your own that join as a customer-managed machine pool: they may reach the 22 ranges of ports that
    Anyscale names for them."""
    open_egress: Annotated[bool, Change.IN_PLACE] = False
    """Let nodes reach every port of the internet; else only 80 and 443, and what `egress` names."""
    egress: Annotated[list[EgressConfig], Change.IN_PLACE] = []
    """What nodes reach besides: DNS servers of an existing VPC (Amazon's own need no rule), databases, git over SSH."""

    @property
    def ranges(self) -> Mapping[str, Sequence[IpNetwork]]:
        """Who is let in, by setting."""
        return {"client_cidrs": self.client_cidrs, "machine_pool_cidrs": self.machine_pool_cidrs}


class CloudIamConfig(IamConfig):
    """Roles of the control plane and of the nodes."""

    instead = {
        **dict.fromkeys(("head_managed_policy_arns", "worker_managed_policy_arns"), "node_managed_policy_arns"),
        "launcher_principal_arns": "none: Anyscale's control plane launches every node",
    }

    node_logs: Annotated[bool, Change.IN_PLACE] = False
    """Let nodes send metrics, and logs to groups whose names begin with /anyscale, to CloudWatch."""
    node_secret_arns: Annotated[list[SecretArn], Field(max_length=20), Change.IN_PLACE] = []
    """Secrets of Secrets Manager that nodes may read, such as the login of a registry."""
    node_secret_key_arns: Annotated[list[KeyArn], Field(max_length=20), Change.IN_PLACE] = []
    """Keys that these secrets are encrypted with, where they are customer managed."""
    node_managed_policy_arns: Annotated[list[Arn], Field(max_length=9), Change.IN_PLACE] = []
    """Managed policies attached to the nodes' role on top of its own and of AWS's for reading from ECR."""
    passable_role_arns: Annotated[list[RoleArn], Field(max_length=10), Change.IN_PLACE] = []
    """Roles of the account that compute configs may give to nodes in the place of the nodes' own, each with an
    instance profile of the same path and name."""
    volume_key_arns: Annotated[list[KeyArn], Field(max_length=3), Change.IN_PLACE] = []
    """Customer managed keys that nodes' volumes are encrypted with: the account's default key for EBS, that of an
    encrypted image, that of a compute config. The key's policy must let the control plane's role use it, too."""


class CloudBucketConfig(BucketLifecycleConfig):
    """The cloud's bucket: private, versioned, encrypted, with TLS only."""

    instead = {
        "node_access": "none: both roles read and write",
        "cors": "none: what Anyscale's console needs is set",
    }

    name: Annotated[NewBucketName | None, Change.REPLACES] = None
    """Name of the bucket, which it keeps when the cloud id comes; when left out `anyscale-production-data-` and the
    `anyscale.cloud_id`, with - for _, as Anyscale itself names it."""
    existing_name: Annotated[BucketName | None, Change.REPLACES] = None
    """Use this bucket, which somebody else manages, instead of making one; nothing in it is changed."""
    existing_key_arn: Annotated[KeyArn | None, Change.IN_PLACE] = None
    """Key that the existing bucket is encrypted with, where it is customer managed."""
    access_log_days: Annotated[Days, Change.IN_PLACE] = 365
    """Days that access logs of the bucket are kept."""


class CloudEfsConfig(EfsConfig):
    """An encrypted EFS file system with a mount target in each zone, in the cloud's security group."""

    instead = dict.fromkeys(
        ("mount_path", "posix_user_id", "posix_group_id"), "none: Anyscale mounts it, without an access point"
    )

    require_iam: Annotated[bool, Change.IN_PLACE] = False
    """Let only the two roles mount it, by IAM and TLS. Without it whoever is in the cloud's security group can:
    Anyscale registers the address of a mount target, and its nodes mount that. Try it in a test cloud first."""


class CloudMemoryDbConfig(MemoryDbConfig):
    """MemoryDB for the heads of services: TLS, and no user, which Anyscale cannot be told of."""

    in_cloud_security_group: Annotated[bool, Change.IN_PLACE] = False
    """Put it into the cloud's security group, where Anyscale's verification looks for it; else it has one of its own,
    which only the cloud's nodes reach, on port 6379."""


class AdoptedConfig(Section):
    """Names of what is there already and is taken over by import, where another name would replace it."""

    control_plane_role_name: Annotated[RoleName | None, Change.REPLACES] = None
    """Name of the control plane's role."""
    cluster_node_role_name: Annotated[RoleName | None, Change.REPLACES] = None
    """Name of the nodes' role and of its instance profile."""
    security_group_name: Annotated[GroupName | None, Change.REPLACES] = None
    """Name of the cloud's security group."""
    security_group_description: Annotated[GroupDescription | None, Change.REPLACES] = None
    """Description of the cloud's security group."""
    efs_creation_token: Annotated[CreationToken | None, Change.REPLACES] = None
    """Creation token of the file system, which keeps the key that it is encrypted with."""
    memorydb_name: Annotated[ClusterName | None, Change.REPLACES] = None
    """Name of the MemoryDB cluster, which keeps the key that it is encrypted with."""
    memorydb_subnet_group_name: Annotated[SubnetGroupName | None, Change.REPLACES] = None
    """Name of the MemoryDB cluster's subnet group."""
