"""For each check, one change that must make it fail: where in the inventory, and what stands there then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scripts.inventory.efs import AccessPoint
from scripts.inventory.iam import Policy
from scripts.inventory.network import Route
from scripts.inventory.reading import readable
from scripts.inventory.s3 import LifecycleRule
from scripts.inventory.security_groups import SecurityGroupRule
from tests.audit import (
    faults_compute,
    faults_data,
    faults_drift,
    faults_iam_effect,
    faults_reachability,
    faults_unmanaged,
)
from tests.audit.change import REMOVED
from tests.audit.environments import load
from tests.audit.healthy import healthy, tls_only

OPEN_RULE = SecurityGroupRule("sgr-x", "sg-head", False, "tcp", 8265, 8265, "0.0.0.0/1", "quick test")
OPEN_DEFAULT = SecurityGroupRule("sgr-x", "sg-default", True, "-1", -1, -1, "0.0.0.0/0", "")
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
ANYBODY = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "*"}]}
LAMBDA = {
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
}
WHOLE_SERVICE = {"Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]}


def allowing(action: str, resource: str) -> dict[str, Any]:
    """A policy that allows one thing without a condition."""
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


_BOOT_SCRIPT = readable(healthy(load("small")).nodes.user_data["i-0"]).text
BOOT = "nodes.user_data.i-0.text"
"""Where the boot script of the head is."""


def booting(old: str, new: str) -> str:
    """The boot script of the small environment's head, with one thing changed."""
    assert old in _BOOT_SCRIPT
    return _BOOT_SCRIPT.replace(old, new)


LOGS_BUCKET_ARN = "arn:aws:s3:::ray-small-logs-123456789012"
RULE = LifecycleRule("by-hand", (), None, None, None, ())
ADMINISTRATOR = Policy("AdministratorAccess", "arn:aws:iam::aws:policy/AdministratorAccess", EVERYTHING)

FAULTS: dict[str, tuple[str, Any]] = {
    "network.vpc_cidr_declared": ("network.vpcs.0.cidrs", ("10.0.0.0/16", "100.64.0.0/16")),
    "network.dns_on": ("network.dns_hostnames", False),
    "network.vpc_tagged": ("network.subnets.1.tags.Owner", "nobody"),
    "network.subnets_declared": ("network.subnets.0", REMOVED),
    "network.subnets_give_no_public_address": ("network.subnets.0.maps_public_ip", True),
    "network.public_subnets_reach_internet": ("network.internet_gateways", ()),
    "network.private_subnets_stay_private": ("network.route_tables.1.routes", (Route("8.0.0.0/8", "igw-9", "active"),)),
    "network.private_subnets_reach_nat": ("network.nat_gateways.0.state", "failed"),
    "network.nat_gateways_declared": ("network.nat_gateways", ()),
    "network.s3_endpoint_on_every_table": ("vpc_endpoints.0.route_table_ids", ()),
    "network.endpoint_policies_narrow": ("vpc_endpoints.0.policy", EVERYTHING),
    "network.interface_endpoints_declared": ("vpc_endpoints.1.state", "failed"),
    "security_groups.declared_groups_there": ("security_groups.groups.1.name", "other"),
    "security_groups.ingress_declared": ("security_groups.rules.0", OPEN_RULE),
    "security_groups.egress_declared": ("security_groups.rules.1", REMOVED),
    "security_groups.closed_to_world": ("security_groups.rules.0", OPEN_RULE),
    "security_groups.rules_described": ("security_groups.rules.0.description", ""),
    "security_groups.default_empty": ("security_groups.rules.0", OPEN_DEFAULT),
    "security_groups.tagged": ("security_groups.groups.1.tags", {}),
    "iam.roles_there": ("iam.roles.0", REMOVED),
    "iam.managed_policies_declared": ("iam.roles.0.attached_policies", (ADMINISTRATOR,)),
    "iam.no_full_access": ("iam.roles.0.attached_policies", (ADMINISTRATOR,)),
    "iam.no_star_on_star": ("iam.roles.1.inline_policies.0.document", EVERYTHING),
    "iam.no_whole_service": ("iam.roles.1.inline_policies.0.document", WHOLE_SERVICE),
    "iam.inline_policies_declared": ("iam.roles.0.inline_policies.0.name", "by-hand"),
    "iam.boundary_declared": ("iam.roles.0.permissions_boundary_arn", None),
    "iam.node_roles_trust_ec2_only": ("iam.roles.0.trust", LAMBDA),
    "iam.roles_trust_services_only": ("iam.roles.0.trust", ANYBODY),
    "iam.instance_profiles_hold_roles": ("iam.instance_profiles.0.role_names", ("other",)),
    "iam.roles_have_inline_policies": ("iam.roles.0.inline_policies", ()),
    "kms.key_usable": ("keys.0.state", "PendingDeletion"),
    "kms.customer_managed": ("keys.0.manager", "AWS"),
    "kms.rotation_on": ("keys.0.rotation.enabled", False),
    "kms.alias_there": ("keys.0.aliases", ()),
    "kms.not_for_everybody": ("keys.0.policy", ANYBODY),
    "secrets.declared_secrets_there": ("secrets.0.deleted", True),
    "secrets.encrypted_with_our_key": ("secrets.0.kms_key", None),
    "s3.buckets_there": ("buckets.0", REMOVED),
    "s3.versioned": ("buckets.0.versioning", "Suspended"),
    "s3.encrypted_with_our_key": ("buckets.1.encryption.key", None),
    "s3.bucket_key_on": ("buckets.1.encryption.bucket_key", False),
    "s3.public_access_blocked": ("buckets.0.public_access_blocks", ("BlockPublicAcls",)),
    "s3.owner_enforced": ("buckets.0.ownership", "ObjectWriter"),
    "s3.tls_only": ("buckets.0.policy", None),
    "s3.lifecycle_declared": ("buckets.1.lifecycle.0.noncurrent_days", 1),
    "s3.access_logged": ("buckets.1.logging", None),
    "s3.cors_declared": ("buckets.1.cors.0.origins", ("*",)),
    "s3.tagged": ("buckets.0.tags.Environment", "other"),
    "efs.file_system_there": ("file_systems.0.state", "deleting"),
    "efs.encrypted_at_rest": ("file_systems.0.encrypted", False),
    "efs.encrypted_with_our_key": ("file_systems.0.kms_key_arn", "arn:aws:kms:us-west-2:123456789012:key/aws"),
    "efs.mount_target_in_every_zone": ("file_systems.0.mount_targets.0", REMOVED),
    "efs.mount_targets_guarded": ("file_systems.0.mount_targets.0.group_ids", ("sg-default",)),
    "efs.tls_only": ("file_systems.0.policy", None),
    "efs.backup_declared": ("file_systems.0.backup", "DISABLED"),
    "efs.throughput_declared": ("file_systems.0.throughput_mode", "bursting"),
    "efs.lifecycle_declared": ("file_systems.0.lifecycle", ()),
    "efs.access_point_user_fixed": ("file_systems.0.access_points.0", AccessPoint("fsap-x", "", "/", None, None)),
    "efs.tagged": ("file_systems.0.tags", {}),
    "memorydb.cluster_there": ("memorydb.clusters.0.status", "deleting"),
    "memorydb.tls_on": ("memorydb.clusters.0.tls", False),
    "memorydb.acl_closed": ("memorydb.clusters.0.acl_name", "open-access"),
    "memorydb.users_need_password": ("memorydb.users.0.authentication", "no-password"),
    "memorydb.users_limited": ("memorydb.users.0.access_string", "on ~* &* +@all"),
    "memorydb.one_shard": ("memorydb.clusters.0.shards", 2),
    "memorydb.replicas_declared": ("memorydb.clusters.0.replicas", 0),
    "memorydb.encrypted_with_our_key": ("memorydb.clusters.0.kms_key", None),
    "memorydb.snapshots_declared": ("memorydb.clusters.0.snapshot_retention_days", 0),
    "memorydb.maxmemory_policy_declared": ("memorydb.clusters.0.parameter_group_name", "default.memorydb-redis7"),
    "memorydb.size_declared": ("memorydb.clusters.0.node_type", "db.r7g.large"),
    "memorydb.guarded": ("memorydb.clusters.0.group_ids", ("sg-default",)),
    "memorydb.in_node_subnets": ("memorydb.subnet_groups.0.subnet_ids", ("subnet-other",)),
    "nodes.declared_nodes_there": ("nodes.instances.0", REMOVED),
    "nodes.no_other_nodes": ("nodes.instances.0.instance_id", "i-impostor"),
    "nodes.running": ("nodes.instances.0.state", "stopped"),
    "nodes.type_declared": ("nodes.instances.0.instance_type", "p5.48xlarge"),
    "nodes.image_architecture_fits": ("nodes.instances.0.image_id", "ami-arm64"),
    "nodes.purchase_declared": ("nodes.instances.0.spot", True),
    "nodes.metadata_needs_token": ("nodes.instances.0.metadata_tokens", "optional"),
    "nodes.metadata_hops_declared": ("nodes.instances.0.metadata_hop_limit", 2),
    "nodes.volumes_encrypted_with_our_key": ("nodes.volumes.0.encrypted", False),
    "nodes.root_volume_declared": ("nodes.volumes.0.size_gib", 8),
    "nodes.no_public_address": ("nodes.instances.0.public_ip", "1.2.3.4"),
    "nodes.in_declared_subnets": ("nodes.instances.0.subnet_id", "subnet-public-us-west-2a"),
    "nodes.guarded": ("nodes.instances.0.group_ids", ("sg-head", "sg-default")),
    "nodes.profile_declared": ("nodes.instances.0.instance_profile", None),
    "nodes.monitored": ("nodes.instances.0.monitoring", "disabled"),
    "nodes.ebs_optimized": ("nodes.instances.0.ebs_optimized", False),
    "nodes.tagged": ("nodes.instances.1.tags.Tier", "other"),
    "nodes.head_protected": ("nodes.termination_protection.i-0", False),
    "nodes.ray_token_on": (BOOT, booting("RAY_AUTH_MODE=token", "RAY_AUTH_MODE=disabled")),
    "nodes.ray_flags_match_ports": (BOOT, booting(" --port=6379", " --port=6380")),
    "nodes.no_secret_in_user_data": (BOOT, booting('say "start"', "export WANDB_API_KEY=0123456789abcdef")),
    "nodes.head_storage_declared": (BOOT, booting("=rediss://", "=redis://")),
    "dns.head_record_right": ("records.0.0.values", ("10.9.9.9",)),
    "logs.declared_groups_there": ("logs.groups.1", REMOVED),
    "logs.flow_logs_on": ("logs.flow_logs", ()),
    "logs.flow_logs_kept_as_declared": ("logs.groups.0.retention_days", 1),
    "logs.node_logs_kept": ("logs.groups.1.retention_days", 90),
    "logs.retention_limited": ("logs.groups.1.retention_days", None),
    "logs.encrypted_with_our_key": ("logs.groups.0.kms_key_arn", None),
}

_A_DOCUMENT = "iam.roles.1.inline_policies.0.document"
_A_BUCKET_POLICY = "buckets.0.policy"
_A_LIFECYCLE = "buckets.1.lifecycle.0"

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("iam.no_star_on_star", _A_DOCUMENT, allowing("*:*", "*")),
    ("iam.no_star_on_star", _A_DOCUMENT, allowing("**", "**")),
    ("iam.no_star_on_star", _A_DOCUMENT, allowing("*", "arn:aws:*:*:*:*")),
    ("iam.no_star_on_star", _A_DOCUMENT, allowing("*", "arn:*")),
    ("iam.no_whole_service", _A_DOCUMENT, allowing("s3:*", "*")),
    ("iam.no_whole_service", _A_DOCUMENT, allowing("s3:*", "arn:aws:s3:::*")),
    ("iam.no_whole_service", _A_DOCUMENT, allowing("iam:**", "arn:aws:*:*:*:*")),
    ("iam.inline_policies_declared", "iam.roles.0.inline_policies.0", REMOVED),
    ("s3.tls_only", _A_BUCKET_POLICY, tls_only("s3:GetObject", LOGS_BUCKET_ARN, f"{LOGS_BUCKET_ARN}/*")),
    ("s3.tls_only", _A_BUCKET_POLICY, tls_only("elasticfilesystem:*", LOGS_BUCKET_ARN, f"{LOGS_BUCKET_ARN}/*")),
    ("s3.tls_only", _A_BUCKET_POLICY, tls_only("s3:*", f"{LOGS_BUCKET_ARN}/*")),
    ("s3.tls_only", _A_BUCKET_POLICY, tls_only("s3:*", LOGS_BUCKET_ARN, f"{LOGS_BUCKET_ARN}/public/*")),
    ("efs.tls_only", "file_systems.0.policy", tls_only("s3:*", "*")),
    ("efs.tls_only", "file_systems.0.policy", tls_only("elasticfilesystem:ClientMount", "*")),
    ("efs.tls_only", "file_systems.0.policy", tls_only("*", "arn:aws:elasticfilesystem:us-west-2:1:file-system/fs-2")),
    ("s3.lifecycle_declared", _A_LIFECYCLE, replace(RULE, filters=("Prefix checkpoints/",), expire_days=1)),
    ("s3.lifecycle_declared", _A_LIFECYCLE, replace(RULE, others=("Expiration.Date 2026-12-01",))),
    ("logs.declared_groups_there", "logs.groups.0", REMOVED),
    ("nodes.declared_nodes_there", "nodes.instances.0.instance_id", "i-impostor"),
    ("memorydb.acl_closed", "memorydb.acls.0.user_names", ("default", "ray-small-gcs")),
    ("memorydb.acl_closed", "memorydb.acls.0.user_names", ("by-hand", "ray-small-gcs")),
    ("nodes.ray_token_on", BOOT, ""),
    ("nodes.ray_token_on", BOOT, booting("Environment=RAY_AUTH_MODE=token\n", "")),
    ("nodes.ray_flags_match_ports", BOOT, booting("--max-worker-port=19999", "--max-worker-port=65000")),
    ("nodes.ray_flags_match_ports", BOOT, booting(" --port=6379", " --port 6379")),
    ("nodes.ray_flags_match_ports", BOOT, booting(" --port=6379", " --port=6379 --redis-shard-ports=7000")),
    ("nodes.ray_flags_match_ports", BOOT, booting("Environment=AUTOSCALER_METRIC_PORT=44217\n", "")),
    ("nodes.head_storage_declared", BOOT, booting("gcs.example:6379", "other.example:6379")),
    ("nodes.head_storage_declared", BOOT, booting("namespace=ray-small", "namespace=ray-other")),
    ("nodes.head_storage_declared", BOOT, booting("--redis-username=ray-small-gcs", "--redis-username=default")),
    ("nodes.head_storage_declared", BOOT, booting("ray-small-memorydb-password", "ray-other-memorydb-password")),
)
"""Further ways to fail, for checks that once passed them."""

FAULTS |= faults_iam_effect.FAULTS
MORE_FAULTS += faults_iam_effect.MORE_FAULTS
FAULTS |= faults_data.FAULTS
MORE_FAULTS += faults_data.MORE_FAULTS
FAULTS |= faults_reachability.FAULTS
MORE_FAULTS += faults_reachability.MORE_FAULTS
FAULTS |= faults_compute.FAULTS
MORE_FAULTS += faults_compute.MORE_FAULTS
FAULTS |= faults_unmanaged.FAULTS
MORE_FAULTS += faults_unmanaged.MORE_FAULTS
FAULTS |= faults_drift.FAULTS
