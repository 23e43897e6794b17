"""What the roles of an Anyscale cloud are given rights on, by ARN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, AnyscaleCloudConfig

_KEY_ID = "01234567-89ab-cdef-0123-456789abcdef"
_VPC_ID = "vpc-0123456789abcdef0"


@dataclass(frozen=True)
class CloudArns:
    """Of the cloud's own resources; tokens, when Terraform makes them."""

    bucket: str
    keys: Sequence[str]
    """The bucket's key; none for an existing bucket that no customer managed key encrypts."""
    vpc: str
    cluster_node_role: str
    cluster_node_profile: str


def expected_arns(config: AnyscaleCloudConfig) -> CloudArns:
    """ARNs as long as they will be: names are known before anything is made, and ids have a length."""
    place, node = config.place, config.role_name(CLUSTER_NODE)
    return CloudArns(
        bucket=place.s3_arn(config.bucket_name(CLOUD_BUCKET)),
        keys=config.bucket_keys(config.kms.existing_key_arn or place.arn("kms", f"key/{_KEY_ID}")),
        vpc=place.arn("ec2", f"vpc/{_VPC_ID}"),
        cluster_node_role=place.iam_arn(f"role/{node}"),
        cluster_node_profile=place.iam_arn(f"instance-profile/{node}"),
    )
