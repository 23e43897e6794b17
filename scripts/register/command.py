"""The command that registers a cloud: https://docs.anyscale.com/reference/cli/cloud#anyscale-cloud-register."""

from __future__ import annotations

import shlex
from pathlib import Path

from scripts.register.resource import CloudResource


def register_command(name: str, resource: CloudResource, file: Path) -> str:
    """One command for a shell; it names the file where flags cannot say it: they want a shared file system."""
    if resource.file_storage is None:
        options = [["--name", name], ["--resource-file", str(file)]]
    else:
        options = [["--provider", resource.provider.lower()], ["--name", name], *_flags(resource)]
    return " \\\n  ".join(map(shlex.join, [["anyscale", "cloud", "register"], *options]))


def _flags(resource: CloudResource) -> list[list[str]]:
    aws, storage = resource.aws_config, resource.file_storage
    values = {
        "--region": resource.region,
        "--vpc-id": aws.vpc_id,
        "--subnet-ids": ",".join(aws.subnet_ids),
        "--security-group-ids": ",".join(aws.security_group_ids),
        "--anyscale-iam-role-id": aws.anyscale_iam_role_id,
        "--instance-iam-role-id": aws.cluster_iam_role_id,
        "--external-id": aws.external_id,
        "--cloud-storage-bucket-name": resource.object_storage.bucket_name,
        "--file-storage-id": storage.file_storage_id if storage is not None else None,
        "--memorydb-cluster-id": aws.memorydb_cluster_name,
    }
    flags: list[list[str]] = [[flag, value] for flag, value in values.items() if value is not None]
    return [*flags, ["--private-network"]] if resource.networking_mode == "PRIVATE" else flags
