"""The Kubernetes cluster and its add-ons."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy


@policy("CKV_RAYFORM_17", "aws_eks_cluster", setting="access.public_api_cidrs")
def the_api_is_private(subject: Resource, plan: Plan) -> Iterator[str]:
    """The Kubernetes API has a private endpoint, and a public one for the ranges of the environment file only.

    Why: without the private endpoint nodes talk to the API over the internet. checkov looks for 0.0.0.0/0 alone, and
    at the private endpoint not at all.
    Fix: `access.public_api_cidrs` names who reaches the public endpoint; without any there is none.
    """
    if not subject.value("vpc_config", 0, "endpoint_private_access"):
        yield "endpoint_private_access is not true"
    if subject.value("vpc_config", 0, "endpoint_public_access") is False:  # true when left out
        return
    if not subject.is_set("vpc_config", 0, "public_access_cidrs"):
        yield "endpoint_public_access is on, and public_access_cidrs is not set, which is everybody"
        return
    for cidr in subject.value("vpc_config", 0, "public_access_cidrs"):
        if cidr not in plan.declared.api_ranges:
            yield f"public_access_cidrs has {cidr}, which the environment file does not name"


@policy("CKV2_RAYFORM_13", "aws_eks_cluster")
def control_plane_logs_are_ours(subject: Resource, plan: Plan) -> Iterator[str]:
    """Logs of the control plane go to a log group of ours.

    Why: EKS makes one itself where there is none: it has no key of ours, and its audit logs are kept for ever.
    checkov asks whether logs are written, and judges the log groups that there are.
    Fix: none in the environment file: the module makes the group; `eks.log_retention_days` says how long.
    """
    name = f"/aws/eks/{subject.value('name')}/cluster"
    if subject.value("enabled_cluster_log_types") and not any(
        group.values.get("name") == name for group in plan.of("aws_cloudwatch_log_group")
    ):
        yield f"there is no log group {name}"


@policy("CKV_RAYFORM_18", "aws_eks_addon", setting="eks.addons")
def addons_have_a_version(subject: Resource, _plan: Plan) -> Iterator[str]:
    """Add-ons have a version that is written down.

    Why: EKS takes its default of the day where none is named, so that two applies of one file differ. checkov has no
    check for add-ons.
    Fix: versions are pinned here; `eks.addons` names others.
    """
    if not subject.value("addon_version"):
        yield "addon_version is not set"


@policy("CKV_RAYFORM_19", "aws_eks_addon", setting="eks.addons")
def network_policies_are_enforced(subject: Resource, _plan: Plan) -> Iterator[str]:
    """The VPC CNI enforces network policies.

    Why: all pods share the nodes' security group; without the policies, every pod of the cluster reaches Ray's ports.
    Kubernetes accepts policies that nobody enforces without a word. checkov has no check for add-ons.
    Fix: leave `enableNetworkPolicy` alone in `eks.addons`.
    """
    if subject.value("addon_name") != "vpc-cni":
        return
    configured = json.loads(subject.value("configuration_values") or "{}")
    found = configured.get("enableNetworkPolicy")
    if found != "true":
        yield f"enableNetworkPolicy is {found or 'not set'}"


@policy("CKV_RAYFORM_20", "aws_prometheus_workspace", setting="prometheus.log_retention_days")
def prometheus_writes_logs(subject: Resource, _plan: Plan) -> Iterator[str]:
    """The workspace of Prometheus writes logs.

    Why: nothing else tells of samples that it rejects and of rules that fail. checkov has no check for workspaces.
    Fix: none in the environment file: the module makes the group; `prometheus.log_retention_days` says how long.
    """
    if not subject.is_set("logging_configuration", 0, "log_group_arn"):
        yield "logging_configuration is not set"
