"""Who may use the Kubernetes API: access entries of EKS."""

from __future__ import annotations

from constructs import Construct

from config.access_groups import kubernetes_groups
from config.kuberay_eks import KuberayEksConfig
from config.place import Place
from modules.aws import EksAccessEntry, EksAccessPolicyAssociation, EksAccessPolicyAssociationAccessScope
from modules.ids import construct_id

_POLICIES = {
    "cluster-admin": "AmazonEKSClusterAdminPolicy",
    "admin": "AmazonEKSAdminPolicy",
    "edit": "AmazonEKSEditPolicy",
    "view": "AmazonEKSViewPolicy",
}
"""https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""


def access_policy_arn(policy: str, place: Place) -> str:
    """ARN of one of EKS's access policies."""
    return f"arn:{place.partition}:eks::aws:cluster-access-policy/{_POLICIES[policy]}"


def define_access(scope: Construct, *, config: KuberayEksConfig, cluster_name: str) -> None:
    """Let users and roles of IAM in, each with one of EKS's own policies."""
    for name, given in config.access.entries.items():
        entry = EksAccessEntry(
            scope,
            construct_id("access_entry", name),
            cluster_name=cluster_name,
            principal_arn=given.principal_arn,
            type="STANDARD",
            kubernetes_groups=kubernetes_groups(config, given) or None,
            tags=config.label.tags(f"access-{name}"),
        )
        EksAccessPolicyAssociation(
            scope,
            construct_id("access_policy", name),
            cluster_name=cluster_name,
            principal_arn=given.principal_arn,
            policy_arn=access_policy_arn(given.policy, config.place),
            access_scope=EksAccessPolicyAssociationAccessScope(
                type="namespace" if given.namespaces else "cluster", namespaces=given.namespaces or None
            ),
            depends_on=[entry],
        )
