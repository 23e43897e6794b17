"""Flavour `anyscale-cloud`: the AWS side of an Anyscale cloud on EC2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from config.anyscale import (
    CLOUD_ID_TAG,
    DEPLOYMENT_TAG,
    ORGANIZATION_TAG,
    AdoptedConfig,
    AnyscaleConfig,
    CloudAccessConfig,
    CloudBucketConfig,
    CloudEfsConfig,
    CloudIamConfig,
    CloudMemoryDbConfig,
)
from config.change import Change
from config.foundation import KUBERAY_SECTIONS, FoundationConfig
from config.s3 import LOGS_BUCKET, BucketConfig, BucketLifecycleConfig, CorsConfig

CLOUD_BUCKET = CLOUD_GROUP = "cloud"
CONTROL_PLANE = "control-plane"
CLUSTER_NODE = "cluster-node"
"""Last parts of AWS names."""
CONSOLE_CORS = CorsConfig(
    origins=["https://*.anyscale.com"],
    methods=["GET", "POST", "PUT", "HEAD", "DELETE"],
    headers=["*"],
    expose_headers=["Accept-Ranges", "Content-Range", "Content-Length"],
)
"""What Anyscale's console needs to show logs and artifacts: https://docs.anyscale.com/clouds/aws/manage"""


class AnyscaleCloudConfig(FoundationConfig):
    """One environment of flavour `anyscale-cloud`."""

    instead = {
        **dict.fromkeys(KUBERAY_SECTIONS, "flavour: kuberay-eks to go with it"),
        **dict.fromkeys(
            ("head", "workers", "autoscaler"), "none: Anyscale launches every node, as its compute configs say"
        ),
        "ray": "none: Anyscale's images have Ray",
        "buckets": "bucket, the cloud's own",
        "observability": "iam.node_logs for CloudWatch",
        **{name: f"anyscale.{name}" for name in AnyscaleConfig.model_fields},
    }

    flavour: Annotated[Literal["anyscale-cloud"], Change.NEVER] = "anyscale-cloud"
    """The kind of deployment."""
    anyscale: Annotated[AnyscaleConfig, Change.IN_PLACE]
    """The cloud as Anyscale knows it."""
    access: Annotated[CloudAccessConfig, Change.IN_PLACE] = CloudAccessConfig()
    """Who may reach the nodes."""
    iam: Annotated[CloudIamConfig, Change.IN_PLACE] = CloudIamConfig()
    """Additions to the roles."""
    bucket: Annotated[CloudBucketConfig, Change.IN_PLACE] = CloudBucketConfig()
    """The cloud's bucket."""
    efs: Annotated[CloudEfsConfig | None, Change.REPLACES] = None
    """Shared file system; off when left out, `{}` for the defaults."""
    memorydb: Annotated[CloudMemoryDbConfig | None, Change.REPLACES] = None
    """MemoryDB for the state of heads; off when left out, `{}` for the defaults."""
    adopted: Annotated[AdoptedConfig, Change.REPLACES] = AdoptedConfig()
    """Names of what is taken over from another tool."""

    @property
    def default_tags(self) -> dict[str, str]:
        """Tags of every resource."""
        anyscale = {
            ORGANIZATION_TAG: self.anyscale.organization_id,
            DEPLOYMENT_TAG: self.anyscale.deployment_environment,
            CLOUD_ID_TAG: self.anyscale.cloud_id,
        }
        return {**super().default_tags, **{tag: value for tag, value in anyscale.items() if value is not None}}

    @property
    def cloud_name(self) -> str:
        """Name to register under."""
        return self.anyscale.cloud_name or self.label.cluster

    @property
    def all_buckets(self) -> Mapping[str, BucketConfig]:
        """The cloud's bucket and the one that takes its access logs; none when the cloud's is there."""
        if self.bucket.existing_name is not None:
            return {}
        lifecycle = {name: getattr(self.bucket, name) for name in BucketLifecycleConfig.model_fields}
        return {
            LOGS_BUCKET: BucketConfig(expire_days=self.bucket.access_log_days, node_access="none"),
            CLOUD_BUCKET: BucketConfig(cors=[CONSOLE_CORS], **lifecycle),
        }

    @property
    def foreign_buckets(self) -> list[str]:
        """Buckets that may be another account's and that nodes write to; also the cloud's, when it is there."""
        existing = [self.bucket.existing_name] if self.bucket.existing_name is not None else []
        return list(dict.fromkeys([*existing, *self.network.s3_endpoint_writable_buckets]))

    def bucket_name(self, bucket: str) -> str:
        """AWS name of a bucket. That of the cloud's is Anyscale's own: its cloud id, as S3 takes it."""
        if bucket != CLOUD_BUCKET:
            return super().bucket_name(bucket)
        cloud = (self.anyscale.cloud_id or "").lower().replace("_", "-")
        return self.bucket.existing_name or self.bucket.name or f"anyscale-production-data-{cloud}"

    def role_name(self, part: str) -> str:
        """AWS name of a role: that of the adopted one, where it is said."""
        adopted = {
            CONTROL_PLANE: self.adopted.control_plane_role_name,
            CLUSTER_NODE: self.adopted.cluster_node_role_name,
        }
        return adopted.get(part) or self.label.name(part)

    def group_name(self, group: str) -> str:
        """AWS name of a security group: that of the adopted one, where it is said."""
        adopted = self.adopted.security_group_name if group == CLOUD_GROUP else None
        return adopted or super().group_name(group)

    @property
    def memorydb_name(self) -> str:
        """AWS name of the MemoryDB cluster: that of the adopted one, where it is said."""
        return self.adopted.memorydb_name or super().memorydb_name

    def bucket_keys(self, own_key_arn: str) -> list[str]:
        """Keys of the bucket: the environment's own, or the customer managed one of an existing bucket, if any."""
        if self.bucket.existing_name is None:
            return [own_key_arn]
        return [] if self.bucket.existing_key_arn is None else [self.bucket.existing_key_arn]
