"""What EKS refuses of a managed node group."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPES

from scripts.local_aws.extensions.eks_clusters import Cluster
from scripts.local_aws.extensions.eks_refusals import INVALID
from scripts.local_aws.extensions.eks_templates import Template
from scripts.local_aws.extensions.eks_versions import minor
from scripts.local_aws.extensions.plumbing import AwsError, Params

IMAGE_TYPES = {
    **dict.fromkeys(("AL2023_x86_64_STANDARD", "AL2023_x86_64_NVIDIA", "AL2023_x86_64_NEURON"), "x86_64"),
    **dict.fromkeys(("BOTTLEROCKET_x86_64", "BOTTLEROCKET_x86_64_NVIDIA"), "x86_64"),
    **dict.fromkeys(("AL2023_ARM_64_STANDARD", "AL2023_ARM_64_NVIDIA"), "arm64"),
    **dict.fromkeys(("BOTTLEROCKET_ARM_64", "BOTTLEROCKET_ARM_64_NVIDIA"), "arm64"),
}
"""Images that EKS makes, with their architecture; those for Amazon Linux 2 ended on 2025-11-26."""
EFFECTS = ("NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE")
CAPACITY_TYPES = ("ON_DEMAND", "SPOT", "CAPACITY_BLOCK")
LABEL_NAME = re.compile(r"([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
OLDEST_NODES = 3
"""How many minor versions a kubelet may be behind: https://kubernetes.io/releases/version-skew-policy/"""


def check_settings(params: Params) -> None:
    """Refuse what a node group may not have, at its making and at its change."""
    _check_scaling(params.get("scalingConfig") or {})
    _check_taints(params.get("taints") or [])
    labels = params.get("labels") or {}
    _check_labels(labels.get("addOrUpdateLabels", {}) if {"addOrUpdateLabels", "removeLabels"} & {*labels} else labels)
    update = params.get("updateConfig") or {}
    if "maxUnavailable" in update and "maxUnavailablePercentage" in update:
        raise AwsError(INVALID, "Only one of maxUnavailable and maxUnavailablePercentage can be given")
    capacity = params.get("capacityType")
    if capacity and capacity not in CAPACITY_TYPES:
        raise AwsError(INVALID, f"Invalid capacity type: {capacity}")


def check_image(params: Params, group: Params, template: Template | None) -> None:
    """Refuse an image that the nodes cannot start, or that is named twice."""
    given, data = params.get("amiType"), template.data if template else {}
    if data.get("ImageId") and given not in (None, "CUSTOM"):
        raise AwsError(INVALID, "You cannot specify an AMI type when your launch template names an image")
    if template and params.get("diskSize"):
        raise AwsError(INVALID, "Disk size must be specified within the launch template.")
    if template and params.get("remoteAccess"):
        raise AwsError(INVALID, "Remote access configuration cannot be specified with a launch template.")
    if data.get("InstanceType") and params.get("instanceTypes"):
        raise AwsError(INVALID, "Instance types cannot be specified in both the launch template and the node group")
    if group["amiType"] != "CUSTOM" and group["amiType"] not in IMAGE_TYPES:
        raise AwsError(
            INVALID, f"Requested AMI type {group['amiType']} is not supported for kubernetes {group['version']}"
        )
    _check_instances(group)


def check_version(cluster: Cluster, version: str) -> None:
    """Nodes are no newer than their cluster, and not much older."""
    behind = minor(cluster.document["version"]) - minor(version)
    if not 0 <= behind <= OLDEST_NODES:
        message = f"Nodegroup Kubernetes version {version} does not go with the cluster's {cluster.document['version']}"
        raise AwsError(INVALID, message)


def _check_instances(group: Params) -> None:
    for instance_type in group.get("instanceTypes", []):
        if instance_type not in INSTANCE_TYPES:
            raise AwsError(INVALID, f"The following supplied instance types do not exist: [{instance_type}]")
        supported = INSTANCE_TYPES[instance_type]["ProcessorInfo"]["SupportedArchitectures"]
        if IMAGE_TYPES.get(group["amiType"], supported[0]) not in supported:
            message = f"[{instance_type}] is not a valid instance type for requested amiType {group['amiType']}"
            raise AwsError(INVALID, message)


def _check_scaling(scaling: Params) -> None:
    if not scaling:
        return
    least, wanted, most = (int(scaling[name]) for name in ("minSize", "desiredSize", "maxSize"))
    if most < 1:
        raise AwsError(INVALID, "maxSize must be at least 1")
    if wanted < least:
        raise AwsError(INVALID, f"Minimum capacity {least} can't be greater than desired size {wanted}")
    if wanted > most:
        raise AwsError(INVALID, f"Desired capacity {wanted} can't be greater than max size {most}")


def _check_taints(taints: Iterable[Any]) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_Taint.html"""
    seen = set()
    for taint in taints:
        if taint.get("effect") not in EFFECTS:
            raise AwsError(
                INVALID, f"Invalid taint effect: {taint.get('effect')}, one of {', '.join(EFFECTS)} is wanted"
            )
        if not LABEL_NAME.fullmatch(taint.get("key") or "") or not LABEL_VALUE.fullmatch(taint.get("value") or ""):
            raise AwsError(INVALID, f"Invalid taint: {taint.get('key')}={taint.get('value')}")
        if (taint["key"], taint["effect"]) in seen:
            raise AwsError(INVALID, f"Duplicate taint: {taint['key']} with effect {taint['effect']}")
        seen.add((taint["key"], taint["effect"]))


def _check_labels(labels: Params) -> None:
    for key, value in labels.items():
        if not LABEL_NAME.fullmatch(key) or not LABEL_VALUE.fullmatch(value):
            raise AwsError(INVALID, f"Label cannot be set: {key}={value}")
        if key.startswith(("kubernetes.io/", "k8s.io/", "eks.amazonaws.com/")):
            raise AwsError(
                INVALID, f"Label cannot contain reserved prefixes [kubernetes.io/, k8s.io/, eks.amazonaws.com/]: {key}"
            )
