"""The cloud resource as `anyscale cloud register --resource-file` reads it.

Keys: https://docs.anyscale.com/reference/cloud#cloudresource; an unknown one makes the command fail.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.cluster_yaml.yaml_text import render_yaml
from scripts.register.applied import AppliedCloud


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ObjectStorage(_Part):
    """The cloud's bucket."""

    bucket_name: str


class MountTarget(_Part):
    """Where nodes mount the shared file system."""

    address: str


class FileStorage(_Part):
    """The shared file system."""

    file_storage_id: str
    mount_targets: list[MountTarget]


class AwsConfig(_Part):
    """What there is in the AWS account."""

    vpc_id: str
    subnet_ids: list[str]
    zones: list[str]
    security_group_ids: list[str]
    anyscale_iam_role_id: str
    external_id: str
    cluster_iam_role_id: str
    cluster_instance_profile_id: str
    memorydb_cluster_name: str | None = None
    memorydb_cluster_arn: str | None = None
    memorydb_cluster_endpoint: str | None = None


class CloudResource(_Part):
    """One resource of an Anyscale cloud, on EC2."""

    provider: Literal["AWS"] = "AWS"
    compute_stack: Literal["VM"] = "VM"
    region: str
    networking_mode: Literal["PUBLIC", "PRIVATE"]
    object_storage: ObjectStorage
    file_storage: FileStorage | None = None
    aws_config: AwsConfig


def cloud_resource(environment: AnyscaleCloudConfig, cloud: AppliedCloud) -> CloudResource:
    """Complete, also with what Anyscale's CLI would look up by itself where it verifies."""
    return CloudResource(
        region=environment.region,
        networking_mode="PUBLIC" if environment.access.public_nodes else "PRIVATE",
        object_storage=ObjectStorage(bucket_name=f"s3://{cloud.bucket_names.cloud}"),
        file_storage=_file_storage(cloud),
        aws_config=AwsConfig(
            vpc_id=cloud.vpc_id,
            subnet_ids=list(cloud.node_subnet_ids.values()),
            zones=list(cloud.node_subnet_ids),
            security_group_ids=[cloud.security_group_ids["cloud"]],
            anyscale_iam_role_id=cloud.role_arns.control_plane,
            external_id=cloud.external_id,
            cluster_iam_role_id=cloud.role_arns.cluster_node,
            cluster_instance_profile_id=cloud.instance_profile_arns.cluster_node,
            memorydb_cluster_name=cloud.memorydb_name,
            memorydb_cluster_arn=cloud.memorydb_arn,
            memorydb_cluster_endpoint=cloud.memorydb_endpoint,
        ),
    )


def _file_storage(cloud: AppliedCloud) -> FileStorage | None:
    if cloud.efs_id is None:
        return None
    # One address, as the CLI itself would fill in: Anyscale mounts by that of the first zone.
    first = next(iter(cloud.node_subnet_ids))
    address = MountTarget(address=cloud.efs_mount_target_addresses[first])
    return FileStorage(file_storage_id=cloud.efs_id, mount_targets=[address])


def render_resource(resource: CloudResource) -> str:
    """As YAML; what is not there is left out."""
    return render_yaml(resource.model_dump(exclude_none=True))
