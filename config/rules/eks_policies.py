"""Rules over the size of what IAM is told about the service accounts of an EKS cluster."""

from __future__ import annotations

from collections.abc import Iterator

from config.eks_permissions import EksArns, expected_arns, service_account_statements
from config.kuberay_eks import KuberayEksConfig
from config.problems import Problem
from config.rules.policy_limits import too_large
from config.rules.registry import rule
from config.service_accounts import CLUSTER_AUTOSCALER, RAY_WORKER


@rule("buckets", "kms", "project", "region", "account_id")
def ray_policy_fits(environment: KuberayEksConfig) -> Iterator[Problem]:
    """It names each bucket that pods use, up to three times; no other account's names as many."""
    policies = {RAY_WORKER: service_account_statements(environment, RAY_WORKER, expected_arns(environment))}
    remedy = "fewer buckets that pods use, or shorter names"
    yield from too_large("pods", policies, ("buckets",), remedy)


@rule("workers", "head", "jobs", "services", "eks", "project", "region", "account_id")
def autoscaler_policy_fits(environment: KuberayEksConfig) -> Iterator[Problem]:
    """It names each node group that has room."""
    if environment.node_autoscaling:
        statements = service_account_statements(environment, CLUSTER_AUTOSCALER, EksArns(key=""))
        policies = {CLUSTER_AUTOSCALER: statements}
        yield from too_large("Cluster Autoscaler", policies, ("workers",), "fewer worker groups, or shorter names")
