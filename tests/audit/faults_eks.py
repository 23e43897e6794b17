"""For each check of an environment on EKS, one change that must make it fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from scripts.audit.eks.declared import eks_of
from scripts.inventory.eks_cluster import AccessEntry, PodIdentity
from scripts.inventory.eks_cluster.access import AccessPolicy
from scripts.inventory.reading import readable
from scripts.inventory.security_groups import SecurityGroupRule
from scripts.inventory.surroundings import Thing
from scripts.kubernetes.diff import FieldDifference, Operator
from scripts.kubernetes.objects import ObjectKey
from tests.audit.change import REMOVED
from tests.audit.environments import load_eks
from tests.audit.healthy import healthy
from tests.audit.healthy_eks import CLUSTER_GROUP, MADE, RAY_CLUSTER

EKS = load_eks("eks")
EXISTING = load_eks("eks-existing")
HEALTHY = healthy(EKS)
_OTHER_KEY = EKS.place.arn("kms", "key/of-others")
_PLANE = "eks.control_plane"
_GROUP = "eks.node_groups.1"
_TEMPLATE = "eks.templates.1"
_ADMIN = AccessPolicy("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", ())
STRANGER = AccessEntry(
    "arn:aws:iam::123456789012:role/stranger", "STANDARD", (), "stranger", MADE + timedelta(days=9), (_ADMIN,), {}
)
ANOTHER_IDENTITY = PodIdentity("a-x", "default", "default", EKS.place.iam_arn("role/ray-eks-ray-head"), None, None, {})
OPEN_RULE = SecurityGroupRule("sgr-x", CLUSTER_GROUP, False, "tcp", 443, 443, "10.0.0.0/8", "")
_RULES = readable(HEALTHY.security_groups.rules)
_ANOTHER_GROUP = ObjectKey("ray.io/v1", "RayCluster", "ray", "old")
_OPERATORS = (Operator("kuberay-operator", "1.7.0", ()), Operator("others", "1.5.1", ()))
_ENTRIES = readable(eks_of(HEALTHY).access_entries)
_IDENTITIES = readable(eks_of(HEALTHY).pod_identities)
_RESEARCH = next(i for i, each in enumerate(_ENTRIES) if readable(each).principal_arn.endswith("/research"))


def rule(group: str, peer: str) -> str:
    """Where the rule is that lets a peer into a group."""
    wanted = (f"sg-{group}", f"sg-{peer}", False)
    return f"security_groups.rules.{next(i for i, e in enumerate(_RULES) if (e.group_id, e.peer, e.egress) == wanted)}"


FAULTS: dict[str, tuple[str, Any]] = {
    "eks.cluster_active": (f"{_PLANE}.issues", ("KmsKeyDisabled: the key is off",)),
    "eks.version_declared": (f"{_PLANE}.version", "1.35"),
    "eks.private_endpoint_on": (f"{_PLANE}.private_endpoint", False),
    "eks.api_authentication": (f"{_PLANE}.authentication_mode", "API_AND_CONFIG_MAP"),
    "eks.secrets_encrypted_with_our_key": (f"{_PLANE}.secrets_key_arn", _OTHER_KEY),
    "eks.logs_declared": (f"{_PLANE}.logs", ("api",)),
    "eks.guarded": (f"{_PLANE}.group_ids", ("sg-control_plane", "sg-default")),
    "eks.cluster_group_unchanged": ("security_groups.rules", (*_RULES, OPEN_RULE)),
    "eks.in_node_subnets": (f"{_PLANE}.subnet_ids", ("subnet-public-us-west-2a",)),
    "eks.tagged": (f"{_PLANE}.tags", {}),
    "eks.access_entries_declared": (f"eks.access_entries.{_RESEARCH}.policies", (_ADMIN,)),
    "eks.no_other_access": ("eks.access_entries", (*_ENTRIES, STRANGER)),
    "eks.cluster_admins_declared": ("eks.access_entries", (*_ENTRIES, STRANGER)),
    "eks.node_groups_active": (_GROUP, REMOVED),
    "eks.no_other_node_groups": (f"{_GROUP}.name", "by-hand"),
    "eks.node_types_declared": (f"{_GROUP}.capacity_type", "SPOT"),
    "eks.node_bounds_declared": (f"{_GROUP}.max_size", 100),
    "eks.node_labels_declared": (f"{_GROUP}.labels", {}),
    "eks.node_taints_declared": (f"{_GROUP}.taints", ()),
    "eks.node_images_declared": (f"{_GROUP}.ami_type", "CUSTOM"),
    "eks.node_versions_follow": (f"{_GROUP}.version", "1.35"),
    "eks.node_images_fresh": (f"{_GROUP}.release_version", "1.36.1-20260601"),
    "eks.node_groups_in_declared_subnets": (f"{_GROUP}.subnet_ids", ("subnet-public-us-west-2a",)),
    "eks.node_role_declared": (f"{_GROUP}.role_arn", EKS.place.iam_arn("role/ray-eks-ray-head")),
    "eks.nodes_without_ssh": (f"{_GROUP}.remote_access", True),
    "eks.templates_metadata_closed": (f"{_TEMPLATE}.metadata_hop_limit", 2),
    "eks.templates_volumes_encrypted": (f"{_TEMPLATE}.volumes.0.encrypted", None),
    "eks.root_volumes_declared": (f"{_TEMPLATE}.volumes.0.size_gib", 20),
    "eks.templates_guarded": (f"{_TEMPLATE}.group_ids", ("sg-node", "sg-default")),
    "eks.templates_without_public_address": (f"{_TEMPLATE}.public_address", True),
    "eks.nodes_metadata_closed": ("nodes.instances.0.metadata_hop_limit", 2),
    "eks.nodes_volumes_encrypted": ("nodes.volumes.0.kms_key_arn", _OTHER_KEY),
    "eks.nodes_without_public_address": ("nodes.instances.0.public_ip", "1.2.3.4"),
    "eks.nodes_guarded": ("nodes.instances.0.group_ids", ("sg-default", "sg-node")),
    "eks.addons_active": ("eks.addons.0", REMOVED),
    "eks.addon_versions_declared": ("eks.addons.0.version", "v0.1.0-eksbuild.1"),
    "eks.addon_versions_offered": ("eks.offered_addons.0.versions", ()),
    "eks.no_other_addons": ("eks.addons.0.name", "snapshot-controller"),
    "eks.pod_identity_agent_there": ("eks.addons", ()),
    "eks.pod_identities_declared": ("eks.pod_identities.0.role_arn", EKS.place.iam_arn("role/admin")),
    "eks.no_other_pod_identities": ("eks.pod_identities", (*_IDENTITIES, ANOTHER_IDENTITY)),
    "eks.account_roles_bound": ("iam.roles.2.trust.Statement.0.Condition", {}),
    "fsx.file_system_available": ("lustre.0.state", "MISCONFIGURED"),
    "fsx.encrypted_with_our_key": ("lustre.0.kms_key_arn", _OTHER_KEY),
    "fsx.size_declared": ("lustre.0.capacity_gib", 1200),
    "fsx.backup_declared": ("lustre.0.backup_retention_days", 7),
    "fsx.guarded": ("network_interfaces.1.group_ids", ("sg-default", "sg-fsx")),
    "fsx.in_declared_subnet": ("lustre.0.subnet_ids", ("subnet-private-us-west-2c",)),
    "fsx.link_declared": ("lustre.0.links", ()),
    "fsx.tagged": ("lustre.0.tags", {}),
    "ecr.repository_there": ("repositories", ()),
    "ecr.tags_immutable": ("repositories.0.mutability", "MUTABLE"),
    "ecr.scanned_on_push": ("repositories.0.scan_on_push", False),
    "ecr.encrypted_with_our_key": ("repositories.0.kms_key", None),
    "ecr.policy_for_us_only": (
        "repositories.0.policy",
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}]},
    ),
    "ecr.untagged_expire": ("repositories.0.lifecycle", None),
    "ecr.tagged": ("repositories.0.tags", {}),
    "prometheus.workspace_active": ("prometheus.workspaces", ()),
    "prometheus.encrypted_with_our_key": ("prometheus.workspaces.0.kms_key_arn", None),
    "prometheus.scraper_active": ("prometheus.scrapers.0.cluster_arn", EKS.place.arn("eks", "cluster/of-others")),
    "prometheus.scraper_guarded": ("prometheus.scrapers.0.group_ids", ("sg-default",)),
    "prometheus.tagged": ("prometheus.scrapers.0.tags", {}),
    "kubernetes.deployed": ("kubernetes.diff.missing", (RAY_CLUSTER,)),
    "kubernetes.as_rendered": (
        "kubernetes.diff.different",
        (FieldDifference(RAY_CLUSTER, "spec.workerGroupSpecs[cpu].maxReplicas", 6, 600),),
    ),
    "kubernetes.nothing_unrendered": ("kubernetes.diff.extra", (_ANOTHER_GROUP,)),
    "kubernetes.crds_there": ("kubernetes.diff.missing_crds", ("rayjobs.ray.io",)),
    "kubernetes.operator_version": ("kubernetes.diff.operators", _OPERATORS),
    "kubernetes.ray_cluster_ready": ("kubernetes.ray_cluster.state", "failed"),
    "reachability.nodes_reach_control_plane": (rule("node", "control_plane"), REMOVED),
    "reachability.nodes_reach_fsx": (rule("node", "fsx"), REMOVED),
    "quotas.node_group_vcpus": (
        "quotas.vcpus_of_types",
        {**readable(HEALTHY.quotas.vcpus_of_types), "m7i.4xlarge": 400},
    ),
    "unmanaged.no_lustre": ("surroundings.things.lustre", (Thing("fs-by-hand"),)),
}

IRSA_FAULTS: dict[str, tuple[str, Any]] = {"eks.oidc_provider_there": ("eks.oidc_providers", ())}

MORE_FAULTS: tuple[tuple[str, str, Any], ...] = (
    ("eks.cluster_active", _PLANE, None),
    (
        "eks.endpoint_private",
        "eks_clusters",
        (replace(readable(readable(HEALTHY.eks_clusters)[0]), name="ray-eks", public_cidrs=("0.0.0.0/0",)),),
    ),
    ("eks.access_entries_declared", f"eks.access_entries.{_RESEARCH}", REMOVED),
    ("eks.access_entries_declared", f"eks.access_entries.{_RESEARCH}.groups", ("system:masters",)),
    ("eks.cluster_admins_declared", f"eks.access_entries.{_RESEARCH}.policies", (_ADMIN,)),
    # Who made the cluster was let in at once: one who comes a day later did not make it.
    ("eks.no_other_access", "eks.access_entries.0.created", MADE + timedelta(days=1)),
    ("eks.node_taints_declared", f"{_GROUP}.taints", (("dedicated", "others", "NO_SCHEDULE"),)),
    ("eks.templates_metadata_closed", f"{_TEMPLATE}.metadata_tokens", "optional"),
    ("eks.templates_volumes_encrypted", f"{_TEMPLATE}.volumes.0.kms_key", _OTHER_KEY),
    ("eks.templates_volumes_encrypted", f"{_TEMPLATE}.volumes", ()),
    ("eks.templates_without_public_address", f"{_TEMPLATE}.image_id", "ami-of-others"),
    ("eks.pod_identities_declared", "eks.pod_identities.0", REMOVED),
    ("eks.pod_identities_declared", "eks.pod_identities.0.target_role_arn", "arn:aws:iam::999999999999:role/x"),
    ("eks.account_roles_bound", "iam.roles.2.trust.Statement.0.Principal", {"Service": ["ec2.amazonaws.com"]}),
    ("ecr.untagged_expire", "repositories.0.lifecycle.rules.0.selection.tagStatus", "any"),
    ("fsx.file_system_available", "lustre", ()),
    ("prometheus.scraper_active", "prometheus.scrapers.0.state", "CREATION_FAILED"),
    ("reachability.nodes_reach_each_other", rule("node", "node"), REMOVED),
    ("reachability.nodes_reach_efs", rule("efs", "node"), REMOVED),
    (
        "reachability.tiers_closed",
        "security_groups.rules",
        (*_RULES, SecurityGroupRule("sgr-x", "sg-memorydb", False, "tcp", 6379, 6379, "sg-control_plane", "")),
    ),
    ("security_groups.ingress_declared", rule("fsx", "node"), REMOVED),
    ("security_groups.rules_described", f"{rule('node', 'node')}.description", ""),
    ("secrets.declared_secrets_there", "secrets.0", REMOVED),
    ("logs.declared_groups_there", "logs.groups", ()),
    (
        "unmanaged.no_security_groups",
        "surroundings.things.security_groups",
        (Thing("sg-x", "eks-cluster-sg-ray-eks-1"),),
    ),
    ("unmanaged.no_instances", "surroundings.things.instances", (Thing("i-x", tagged=True),)),
    (
        "unmanaged.no_interfaces",
        "surroundings.things.interfaces",
        (Thing("eni-x", note="EKS cluster other", used_by_service=True),),
    ),
)
