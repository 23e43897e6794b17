"""Which setting of the environment file a part of the stack comes from: by construct path, and by attribute."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

ANY = ""
_TAG = re.compile(r"tags(?:_all)?\.(.+)")
_TAGS_OF_SETTINGS = {"Owner": "owner", "Project": "project"}
"""Tags that every resource gets, and the setting that has their value."""


@dataclass(frozen=True)
class _Rule:
    path: re.Pattern[str]
    """The whole construct path below the environment."""
    attribute: re.Pattern[str]
    """Beginning of the attribute."""
    setting: str
    """May name groups of `path`: `buckets.{bucket}`."""


def _rules(*rules: tuple[str, str, str]) -> tuple[_Rule, ...]:
    return tuple(_Rule(re.compile(path), re.compile(attribute), setting) for path, attribute, setting in rules)


_WORKER = r"worker_(?P<group>[^/]+)"
_NODE = {
    "instance_type": "instance_type",
    "ami": "ami",
    r"root_block_device\.volume_size": "root_volume_gib",
    r"root_block_device\.volume_type": "root_volume_type",
    r"root_block_device\.iops": "root_volume_iops",
    r"root_block_device\.throughput": "root_volume_throughput_mibps",
    r"metadata_options\.http_put_response_hop_limit": "containers",
    "tags": "tags",
}

_BY_PART: Mapping[str, tuple[_Rule, ...]] = {
    "kms": _rules(
        (".*", "rotation_period_in_days|enable_key_rotation", "kms.rotation_days"),
        (".*", "deletion_window_in_days", "kms.deletion_window_days"),
        (".*", ANY, "kms"),
    ),
    "network": _rules(
        ("vpc", "cidr_block", "network.cidr"),
        (r"nat_.*|private_route_nat_.*", ANY, "network.nat"),
        (r"private_.*_route_table", ANY, "network.private_subnets"),
        (r"private_.*", "availability_zone", "network.zones"),
        (r"private_.*", ANY, "network.private_subnets"),
        (r"public_.*", "availability_zone", "network.zones"),
        (r"public_.*", ANY, "network.public_subnets"),
        (".*", ANY, "network"),
    ),
    "flow_logs": _rules(
        (".*", "traffic_type", "network.flow_logs.traffic"),
        (".*", "retention_in_days", "network.flow_logs.retention_days"),
        (".*", ANY, "network.flow_logs"),
    ),
    "endpoints": _rules((".*", ANY, "network.endpoints")),
    "s3_endpoint": _rules((".*", "policy", "network.s3_endpoint_buckets"), (".*", ANY, "network")),
    "security_groups": _rules(
        (r"(head|worker)_ingress_ssh_.*", ANY, "access.ssh_cidrs"),
        (r"head_ingress_(?!.*_(head|worker)$).*", ANY, "access.client_cidrs"),
        (r".*_(in|e)gress_nfs_.*", ANY, "efs"),
        (r".*_(in|e)gress_redis_.*", ANY, "memorydb"),
        (r".*_(in|e)gress_https_(head|worker|endpoints)", ANY, "network.endpoints"),
        (r".*_(in|e)gress_all_.*", ANY, "access.intra_cluster"),
        (r".*_(in|e)gress_.*", "from_port|to_port", "ray.ports"),
        (".*", ANY, "access"),
    ),
    "roles": _rules(
        (r"(?P<tier>head|worker)/policy_buckets", ANY, "buckets"),
        (r"(?P<tier>head|worker)/policy_efs", ANY, "efs"),
        (r"(?P<tier>head|worker)/policy_wheels", ANY, "ray.wheel_source"),
        (".*", "permissions_boundary", "iam.permissions_boundary_arn"),
        (r"(?P<tier>head|worker)(/.*)?", "managed_policy|policy_arn", "iam.{tier}_managed_policy_arns"),
        (".*", ANY, "iam"),
    ),
    "launcher": _rules(
        (".*", "permissions_boundary", "iam.permissions_boundary_arn"),
        (".*", "assume_role_policy", "iam.launcher_principal_arns"),
        (".*", ANY, "head.managed_by"),
    ),
    "bastion_role": _rules(
        (".*", "permissions_boundary", "iam.permissions_boundary_arn"), (".*", ANY, "access.bastion")
    ),
    "bastion": _rules((".*", "key_name", "access.ssh_public_key"), (".*", ANY, "access.bastion")),
    "autoscaling": _rules((".*", ANY, "autoscaler")),
    "node_types": _rules(
        (r"image_head(/.*)?", ANY, "head.ami"),
        (r"image_(?P<group>[^/]+)(/.*)?", ANY, "workers.{group}.ami"),
        (".*", ANY, "workers"),
    ),
    "node_logs": _rules(
        (".*", "retention_in_days", "observability.log_retention_days"), (".*", ANY, "observability.cloudwatch_agent")
    ),
    "ray_token": _rules((".*", ANY, "access.allow_unauthenticated")),
    "dns": _rules((r"record_head", ANY, "head"), (".*", ANY, "network")),
    "buckets": _rules(
        (r"(?P<bucket>[^/]+)/cors", ANY, "buckets.{bucket}.cors"),
        (r"(?P<bucket>[^/]+)/lifecycle", ANY, "buckets.{bucket}"),
        (r"(?P<bucket>[^/]+)(/.*)?", ANY, "buckets.{bucket}"),
    ),
    "efs": _rules(
        ("backup", ANY, "efs.backup"),
        (".*", "throughput_mode", "efs.throughput_mode"),
        (".*", "provisioned_throughput_in_mibps", "efs.provisioned_mibps"),
        (".*", r"lifecycle_policy", "efs.transition_to_ia_days"),
        (".*", r"posix_user\.uid", "efs.posix_user_id"),
        (".*", r"posix_user\.gid", "efs.posix_group_id"),
        (".*", ANY, "efs"),
    ),
    "memorydb": _rules(
        ("parameter_group", "parameter", "memorydb.maxmemory_policy"),
        (".*", "node_type", "memorydb.node_type"),
        (".*", "engine_version", "memorydb.engine_version"),
        (".*", "num_shards", "memorydb.shards"),
        (".*", "num_replicas_per_shard", "memorydb.replicas"),
        (".*", "snapshot_retention_limit", "memorydb.snapshot_retention_days"),
        (".*", "snapshot_window", "memorydb.snapshot_window"),
        (".*", "maintenance_window", "memorydb.maintenance_window"),
        (".*", ANY, "memorydb"),
    ),
    "state_volume": _rules((".*", "size", "head.state_volume_gib"), (".*", ANY, "ray.head_storage")),
    "ssh_key": _rules((".*", ANY, "access.ssh_public_key")),
    "ray": _rules(
        (".*", "key_name", "access.ssh_public_key"),
        (".*", "associate_public_ip_address", "access.public_nodes"),
        (".*", "disable_api_termination", "protect"),
        (".*", "iam_instance_profile", "iam"),
        (".*", "vpc_security_group_ids", "access"),
        (".*", "user_data", "ray"),
        ("head(_image.*|/.*)?", "availability_zone|subnet_id", "head.zone"),
        *(("head(/.*)?", attribute, f"head.{field}") for attribute, field in _NODE.items()),
        (r"head.*", ANY, "head"),
        (rf"{_WORKER}/placement_group(/.*)?", ANY, "workers.{group}.placement_group"),
        (rf"{_WORKER}/.*", "placement_", "workers.{group}.placement_group"),
        (rf"{_WORKER}/.*", "availability_zone|subnet_id", "workers.{group}.zones"),
        (rf"{_WORKER}/.*", "instance_market_options|instance_lifecycle|spot_", "workers.{group}.spot"),
        *((rf"{_WORKER}/.*", attribute, f"workers.{{group}}.{field}") for attribute, field in _NODE.items()),
        (rf"{_WORKER}(/.*)?", ANY, "workers.{group}"),
        (".*", ANY, "ray"),
    ),
}
"""By the first part of the construct path; the first rule that fits decides, the last of a part fits everything."""

_OF_CLOUD: Mapping[str, tuple[_Rule, ...]] = {
    "control_plane": _rules(
        (".*", "permissions_boundary", "iam.permissions_boundary_arn"),
        (".*", "assume_role_policy", "anyscale.external_id"),
        ("policy_services", ANY, "anyscale.services"),
        ("policy_bucket", ANY, "bucket"),
        (".*", ANY, "anyscale"),
    ),
    "cluster_node": _rules(
        (".*", "permissions_boundary", "iam.permissions_boundary_arn"),
        (".*", "managed_policy|policy_arn", "iam.node_managed_policy_arns"),
        ("policy_logs", ANY, "iam.node_logs"),
        ("policy_secrets", ANY, "iam.node_secret_arns"),
        ("policy_bucket", ANY, "bucket"),
        (".*", ANY, "iam"),
    ),
    "security_groups": _rules(
        (r"cloud_ingress_machine_pool_.*", ANY, "access.machine_pool_cidrs"),
        (r"cloud_ingress_https_.*", ANY, "access.client_cidrs"),
        (r"cloud_egress_(internet|https?)_\d.*", ANY, "access.open_egress"),
        (r"cloud_egress_(tcp|udp)_\d.*", ANY, "access.egress"),
        (r".*_(in|e)gress_redis_.*", ANY, "memorydb"),
        (r".*_(in|e)gress_https_.*", ANY, "network.endpoints"),
        (".*", ANY, "access"),
    ),
    "buckets": _rules(
        ("logs(/.*)?", ANY, "bucket.access_log_days"),
        (".*", ANY, "bucket"),
    ),
    "efs": (*_rules(("policy", ANY, "efs.require_iam")), *_BY_PART["efs"]),
    "memorydb": (
        *_rules((".*", "security_group_ids", "memorydb.in_cloud_security_group")),
        *_BY_PART["memorydb"],
    ),
}
"""The same for the parts that an Anyscale cloud has of its own, or in another form."""


_OF_EKS: Mapping[str, tuple[_Rule, ...]] = {
    "eks": _rules(
        (r"(access_entry|access_policy)_(?P<entry>.+)", ANY, "access.entries.{entry}"),
        (r"addon_(?P<addon>.+)", "addon_version|configuration_values", "eks.addons.{addon}"),
        (r"addon_.+", ANY, "eks.addons"),
        ("log_group", "retention_in_days", "eks.log_retention_days"),
        ("cluster", r"vpc_config\.(endpoint_public|public_access)", "access.public_api_cidrs"),
        ("cluster", "enabled_cluster_log_types", "eks.log_types"),
        ("cluster", "version", "eks.version"),
        ("cluster", "kubernetes_network_config", "eks.service_cidr"),
        (r"role(/.*)?", "permissions_boundary", "iam.permissions_boundary_arn"),
        (".*", ANY, "eks"),
    ),
    "nodes": _rules(
        (r"system(/.*)?", ANY, "eks.system_nodes"),
        (r"head(/.*)?", "block_device_mappings", "head.root_volume_gib"),
        (r"head(/.*)?", "instance_types", "head.instance_type"),
        (r"head(/.*)?", ANY, "head"),
        (r"(?P<group>[^/]+)(/.*)?", "block_device_mappings", "workers.{group}.root_volume_gib"),
        (r"(?P<group>[^/]+)(/.*)?", "instance_types", "workers.{group}.instance_type"),
        (r"(?P<group>[^/]+)(/.*)?", "capacity_type", "workers.{group}.spot"),
        (r"(?P<group>[^/]+)(/.*)?", r"scaling_config\.max_size", "workers.{group}.max_nodes"),
        (r"(?P<group>[^/]+)(/.*)?", r"scaling_config\.min_size", "workers.{group}.min_nodes"),
        (r"(?P<group>[^/]+)(/.*)?", "subnet_ids", "workers.{group}.zones"),
        (r"(?P<group>[^/]+)(/.*)?", ANY, "workers.{group}"),
    ),
    "node_role": _rules((".*", "permissions_boundary", "iam.permissions_boundary_arn"), (".*", ANY, "iam")),
    "service_accounts": _rules(
        (".*", "permissions_boundary", "iam.permissions_boundary_arn"),
        (r"(ray_head|ray_worker|s3_csi)/policy_.*", ANY, "buckets"),
        (r"efs_csi/policy_.*", ANY, "efs"),
        (r"fsx_csi/policy_.*", ANY, "fsx.storage_class"),
        (".*", ANY, "eks.service_account_roles"),
    ),
    "security_groups": _rules(
        (r"control_plane_ingress_https_\d.*", ANY, "access.client_cidrs"),
        (r".*_(in|e)gress_nfs_.*", ANY, "efs"),
        (r".*_(in|e)gress_lustre_.*", ANY, "fsx"),
        (r".*_(in|e)gress_redis_.*", ANY, "memorydb"),
        (r".*_(in|e)gress_https_.*endpoints", ANY, "network.endpoints"),
        (".*", ANY, "access"),
    ),
    "fsx": _rules(
        ("link", ANY, "fsx.linked_bucket"),
        (".*", "storage_capacity", "fsx.capacity_gib"),
        (".*", "per_unit_storage_throughput", "fsx.throughput_mibps_per_tib"),
        (".*", "automatic_backup_retention_days", "fsx.backup_retention_days"),
        (".*", "deployment_type", "fsx.deployment_type"),
        (".*", "subnet_ids", "fsx.zone"),
        (".*", ANY, "fsx"),
    ),
    "registry": _rules(("lifecycle", ANY, "ecr.keep_untagged_days"), (".*", ANY, "ecr")),
    "prometheus": _rules(
        ("log_group", "retention_in_days", "prometheus.log_retention_days"), (".*", ANY, "prometheus")
    ),
    "ray_token": _rules((".*", ANY, "ray")),
    **{
        f"insights_{part}": _rules(
            (".*", "retention_in_days", "eks.log_retention_days"), (".*", ANY, "eks.container_insights")
        )
        for part in ("application", "dataplane", "host", "performance")
    },
}
"""The same for an environment on EKS."""


def setting_of(path: str, attribute: str = "", *, of_cloud: bool = False, of_eks: bool = False) -> str:
    """Dotted path of the setting, the nearest that is known; nothing for a part that no setting stands behind.

    `path` is the construct path below the environment: `buckets/models/versioning`.
    """
    tag = _TAG.fullmatch(attribute)
    if tag is not None and tag[1] in _TAGS_OF_SETTINGS:
        return _TAGS_OF_SETTINGS[tag[1]]
    part, _, below = path.removesuffix("/this").partition("/")
    rules = {**_BY_PART, **(_OF_CLOUD if of_cloud else {}), **(_OF_EKS if of_eks else {})}
    for rule in rules.get(part, ()):
        found = rule.path.fullmatch(below)
        if found is not None and rule.attribute.match(attribute):
            return _filled(rule.setting, found)
    return ""


def _filled(setting: str, found: re.Match[str]) -> str:
    """Construct ids have `_` where the names of buckets and groups, which are slugs, have `-`."""
    return setting.format(**{name: (value or "").replace("_", "-") for name, value in found.groupdict().items()})
