"""Where a finding of an environment on EKS comes from: every part of its stack has a setting that there is."""

from __future__ import annotations

import pytest

from config.kuberay_eks import KuberayEksConfig
from config.schema import kinds_at
from scripts.audit.origin_settings import setting_of

SETTINGS = {
    ("eks/cluster", "vpc_config.endpoint_public_access"): "access.public_api_cidrs",
    ("eks/cluster", "enabled_cluster_log_types"): "eks.log_types",
    ("eks/cluster", "tags.Owner"): "owner",
    ("eks/access_entry_ml_platform", ""): "access.entries.ml-platform",
    ("eks/addon_vpc_cni", "addon_version"): "eks.addons.vpc-cni",
    ("eks/addon_vpc_cni", ""): "eks.addons",
    ("eks/role/policy_cluster", ""): "eks",
    ("nodes/system/this", ""): "eks.system_nodes",
    ("nodes/head/launch_template", "block_device_mappings.ebs"): "head.root_volume_gib",
    ("nodes/big_gpu/this", "scaling_config.max_size"): "workers.big-gpu.max_nodes",
    ("nodes/big_gpu/this", "taint"): "workers.big-gpu",
    ("node_role", "permissions_boundary"): "iam.permissions_boundary_arn",
    ("service_accounts/ray_head/policy_ray_head", ""): "buckets",
    ("service_accounts/vpc_cni/association", "role_arn"): "eks.service_account_roles",
    ("security_groups/control_plane_ingress_https_10_0_0_0_8", ""): "access.client_cidrs",
    ("security_groups/fsx_ingress_lustre_988_node", ""): "fsx",
    ("fsx/file_system", "automatic_backup_retention_days"): "fsx.backup_retention_days",
    ("fsx/link", ""): "fsx.linked_bucket",
    ("registry/lifecycle", "policy"): "ecr.keep_untagged_days",
    ("prometheus/scraper", ""): "prometheus",
    ("insights_host/this", "retention_in_days"): "eks.log_retention_days",
    ("buckets/models/versioning", ""): "buckets.models",
}


@pytest.mark.parametrize(("path", "attribute"), list(SETTINGS))
def test_a_part_comes_from_its_setting(path: str, attribute: str) -> None:
    setting = setting_of(path, attribute, of_eks=True)
    assert setting == SETTINGS[path, attribute]
    assert kinds_at(KuberayEksConfig, tuple(setting.split(".")))
