"""What each role of an environment on EKS needs of buckets, key and file system; roles that are not named need none."""

from __future__ import annotations

from config.eks_permissions import expected_arns, service_account_statements
from config.kuberay_eks import KuberayEksConfig
from config.s3 import BucketConfig
from config.service_accounts import RAY_HEAD, RAY_WORKER
from scripts.audit.eks.identity import account_roles

_S3_DRIVER = "s3-csi"
_EFS_DRIVER = "efs-csi"
"""Parts of the roles of the drivers that mount for pods."""
_NO_ACCESS = BucketConfig(node_access="none")


def settings_of(role: str, bucket: str, config: KuberayEksConfig) -> BucketConfig:
    """What a role may do in a bucket, as its `node_access`: Ray's pods as declared, the S3 driver where pods mount."""
    part = part_of(role, config)
    if part in (RAY_HEAD, RAY_WORKER) or (part == _S3_DRIVER and bucket in config.mounted_buckets):
        return config.all_buckets[bucket]
    return _NO_ACCESS


def uses_key(role: str, config: KuberayEksConfig) -> bool:
    """Whether a role needs the environment's key, by what Terraform gives it."""
    arns, part = expected_arns(config), part_of(role, config)
    statements = () if part is None else service_account_statements(config, part, arns)
    return any(arns.key in statement.resources for statement in statements)


def mounts_files(role: str, config: KuberayEksConfig) -> bool:
    """Whether a role mounts the EFS file system: the driver does for all pods."""
    return part_of(role, config) == _EFS_DRIVER


def part_of(role: str, config: KuberayEksConfig) -> str | None:
    """Part of a service account's role by its name; None for any other role."""
    account = account_roles(config).get(role)
    return None if account is None else account.part
