"""What moto lacks for the resources of our modules: one file per AWS service, loaded for its side effects."""

from __future__ import annotations

import importlib

from config.errors import UserError
from scripts.local_aws.extensions.plumbing import ExtensionError
from scripts.local_aws.identity import moto_version

TESTED_MOTO = "5.2.5"

EXTENSIONS = (
    "speed",
    "fail_fast",
    "regions",
    "images",
    "amp",
    "amp_scrapers",
    "backup",
    "ec2_account",
    "ec2_addresses",
    "ec2_credits",
    "ec2_endpoints",
    "ec2_flow_logs",
    "ec2_instances",
    "ec2_metadata",
    "ec2_network",
    "ec2_placement_groups",
    "ec2_prefix_lists",
    "ec2_security_groups",
    "ec2_snapshots",
    "ec2_spot",
    "ec2_tags",
    "ec2_templates",
    "ec2_usage",
    "ec2_volumes",
    "efs",
    "eks_access",
    "eks_addon_versions",
    "eks_addons",
    "eks_clusters",
    "eks_node_groups",
    "eks_pod_identity",
    "eks_tags",
    "eks_updates",
    "eks_versions",
    "fsx",
    "fsx_backups",
    "fsx_links",
    "iam",
    "kms",
    "logs",
    "memorydb",
    "memorydb_acls",
    "memorydb_parameters",
    "memorydb_subnet_groups",
    "route53",
    "s3",
    "s3_refusals",
    "service_quotas",
    "s3control",
    "tagging",
)


def load() -> None:
    """Patch moto, or say that its version is not the one that this was written for."""
    if moto_version() != TESTED_MOTO:
        raise UserError(f"the embedded AWS needs moto {TESTED_MOTO}, found {moto_version()}; run: make setup")
    for name in EXTENSIONS:
        try:
            importlib.import_module(f"{__name__}.{name}")
        except ExtensionError as error:
            raise UserError(f"the embedded AWS does not fit this moto: {error}; run: make setup") from error
