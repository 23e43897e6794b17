"""What only an Anyscale cloud has: its two roles, and a file system without access points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from config.anyscale import CloudBucketConfig
from config.anyscale_arns import CloudArns
from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_permissions import (
    Policies,
    cluster_node_managed_policies,
    cluster_node_policies,
    control_plane_policies,
    control_plane_trust,
)
from config.foundation import FoundationConfig
from config.policy_document import policy_document
from config.s3 import BucketConfig
from config.statement import service_trust
from scripts.inventory.iam import Iam, InstanceProfile, Policy, Role
from scripts.inventory.kms import Key
from scripts.inventory.network import RouteTable
from tests.audit import healthy_iam, healthy_reachability

NAT_SUBNET = "subnet-nat"
_CLIENT_ACTIONS = [f"elasticfilesystem:Client{action}" for action in ("Mount", "RootAccess", "Write")]


def buckets(config: FoundationConfig) -> Mapping[str, BucketConfig]:
    """Buckets that are read: those that are made, and one that is there."""
    if not isinstance(config, AnyscaleCloudConfig) or config.bucket.existing_name is None:
        return config.all_buckets
    made = config.model_copy(update={"bucket": CloudBucketConfig()})
    return {CLOUD_BUCKET: made.all_buckets[CLOUD_BUCKET]}


def existing_bucket_key(config: FoundationConfig) -> str | None:
    """Key of a bucket that is there."""
    return config.bucket.existing_key_arn if isinstance(config, AnyscaleCloudConfig) else None


def existing_bucket_keys(config: FoundationConfig, own: Key) -> tuple[Key, ...]:
    """It, and who may use it: as that of the environment."""
    arn = existing_bucket_key(config)
    return () if arn is None else (replace(own, arn=arn, aliases=()),)


def needs_nat(config: FoundationConfig) -> bool:
    """Whether nodes are in private subnets of others."""
    is_cloud = isinstance(config, AnyscaleCloudConfig)
    return is_cloud and config.network.existing is not None and not config.access.public_nodes


def tables_of_nat(config: FoundationConfig) -> tuple[RouteTable, ...]:
    """Of the public subnet that others' NAT gateway stands in."""
    routes = healthy_reachability.routes(config, "igw-1")
    return (RouteTable("rtb-nat", "", False, (NAT_SUBNET,), routes),) if needs_nat(config) else ()


def iam(config: FoundationConfig) -> Iam:
    """Both roles, with the policies that Terraform would give them, and the profile of the nodes."""
    assert isinstance(config, AnyscaleCloudConfig)
    arns = _arns(config)
    node = config.role_name(CLUSTER_NODE)
    return Iam(
        roles=(
            _role(config, CONTROL_PLANE, control_plane_trust(config), control_plane_policies(config, arns), ()),
            _role(
                config,
                CLUSTER_NODE,
                [service_trust("ec2.amazonaws.com")],
                cluster_node_policies(config, arns),
                cluster_node_managed_policies(config),
            ),
        ),
        instance_profiles=(InstanceProfile(node, arns.cluster_node_profile, (node,)),),
    )


def file_system_policy(config: AnyscaleCloudConfig) -> dict[str, Any]:
    """Both roles, and without `require_iam` whoever comes through a mount target."""
    arn = config.place.arn("elasticfilesystem", "file-system/fs-1")
    roles = [config.place.iam_arn(f"role/{config.role_name(part)}") for part in (CONTROL_PLANE, CLUSTER_NODE)]
    mount = {"Sid": "RolesMount", "Effect": "Allow", "Action": _CLIENT_ACTIONS, "Resource": arn}
    network = {
        **mount,
        "Sid": "NetworkMounts",
        "Principal": {"AWS": "*"},
        "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
    }
    tls = {
        "Sid": "DenyWithoutTls",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    last = tls if config.efs is not None and config.efs.require_iam else network
    return {"Version": "2012-10-17", "Statement": [{**mount, "Principal": {"AWS": roles}}, last]}


def _arns(config: AnyscaleCloudConfig) -> CloudArns:
    place, node = config.place, config.role_name(CLUSTER_NODE)
    existing = [config.bucket.existing_key_arn] if config.bucket.existing_key_arn is not None else []
    own = [config.kms.existing_key_arn or place.arn("kms", "key/1234")]
    return CloudArns(
        bucket=place.s3_arn(config.bucket_name(CLOUD_BUCKET)),
        keys=own if config.bucket.existing_name is None else existing,
        vpc=place.arn("ec2", "vpc/vpc-1"),
        cluster_node_role=place.iam_arn(f"role/{node}"),
        cluster_node_profile=place.iam_arn(f"instance-profile/{node}"),
    )


def _attached(arn: str) -> Policy:
    """AWS's policy to pull images, as far as it matters, or one that allows nothing that matters.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEC2ContainerRegistryReadOnly.html
    """
    if not arn.endswith("/AmazonEC2ContainerRegistryReadOnly"):
        return healthy_iam.attached_policy(arn)
    pull = ["GetAuthorizationToken", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"]
    statement = healthy_iam.allow("Pull", [f"ecr:{action}" for action in pull], ["*"])
    return Policy(arn.rpartition("/")[2], arn, {"Version": "2012-10-17", "Statement": [statement]})


def _role(config: AnyscaleCloudConfig, part: str, trust: Any, policies: Policies, attached: Any) -> Role:
    name = config.role_name(part)
    return Role(
        name=name,
        arn=config.place.iam_arn(f"role/{name}"),
        trust=policy_document(trust),
        permissions_boundary_arn=config.iam.permissions_boundary_arn,
        tags=config.default_tags,
        inline_policies=tuple(Policy(each, None, policy_document(of)) for each, of in policies.items()),
        attached_policies=tuple(_attached(arn) for arn in attached),
        boundary=healthy_iam.boundary(config),
    )
