"""Namespaces, service accounts, and the groups of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.access_groups import EDITORS, VIEWERS, access_groups
from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import CLUSTER_AUTOSCALER, RAY_HEAD, service_accounts
from scripts.manifests.facts import ManifestFacts

_IRSA_ANNOTATION = "eks.amazonaws.com/role-arn"
_POD_SECURITY = "pod-security.kubernetes.io"
_READ = ["get", "list", "watch"]
_VERBS = {VIEWERS: _READ, EDITORS: [*_READ, "create", "update", "patch", "delete"]}


def pod_security_labels(environment: KuberayEksConfig) -> dict[str, str]:
    """Labels that let a namespace refuse pods which are not as `restricted` wants, in the cluster's own version."""
    modes = ("enforce", "audit", "warn")
    levels = {f"{_POD_SECURITY}/{mode}": "restricted" for mode in modes}
    return {**levels, **{f"{_POD_SECURITY}/{mode}-version": f"v{environment.eks.version}" for mode in modes}}


def access_context(environment: KuberayEksConfig, facts: ManifestFacts) -> Mapping[str, Any]:
    """What the template of the service accounts is given; the Cluster Autoscaler's is in its own file."""
    ours = [each for each in service_accounts(environment) if each.addon is None and each.part != CLUSTER_AUTOSCALER]
    accounts = [
        {"name": each.name, "namespace": each.namespace, "annotations": role_annotations(environment, facts, each.part)}
        for each in ours
    ]
    return {"accounts": accounts, "autoscaler": environment.autoscaler.enabled, "head_account": RAY_HEAD}


def groups_context(environment: KuberayEksConfig) -> list[Mapping[str, Any]]:
    """What the template of the access groups is given: each group that anybody is in, and what it may do."""
    return [
        {"name": group, "role": group.replace(":", "-"), "verbs": _VERBS[group]} for group in access_groups(environment)
    ]


def role_annotations(environment: KuberayEksConfig, facts: ManifestFacts, part: str) -> dict[str, str]:
    """How IRSA finds the role of a service account; Pod Identity keeps it in EKS."""
    if environment.eks.service_account_roles == "pod-identity":
        return {}
    return {_IRSA_ANNOTATION: facts.role_arns[part]}
