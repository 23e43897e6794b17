"""The add-ons that EKS offers, and their versions."""

from __future__ import annotations

import re
from typing import Any

from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from config.addon_versions import addon_version
from config.kubernetes_versions import KUBERNETES_VERSIONS
from scripts.local_aws.extensions.eks_refusals import INVALID, NOT_FOUND
from scripts.local_aws.extensions.plumbing import AwsError, Params, op, page

url_paths["{0}/addons/supported-versions$"] = EKSResponse.dispatch

NAMESPACES = {"amazon-cloudwatch-observability": "amazon-cloudwatch"}
"""Of the add-ons that are not in kube-system."""
NEWER = {
    "vpc-cni": "v1.23.1-eksbuild.1",
    "eks-pod-identity-agent": "v1.4.0-eksbuild.2",
    "aws-ebs-csi-driver": "v1.66.0-eksbuild.1",
    "metrics-server": "v0.9.0-eksbuild.11",
}
"""Versions beside the default one, as they were seen in autumn 2026."""
NAMES = ("vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver", "aws-efs-csi-driver",
         "aws-fsx-csi-driver", "aws-mountpoint-s3-csi-driver", "amazon-cloudwatch-observability")  # fmt: skip
"""https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html"""
FORM = re.compile(r"v\d+\.(\d+)\.\d+-eksbuild\.\d+")


@op(EKSResponse)
def describe_addon_versions(_self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html"""
    wanted, kubernetes = params.get("addonName"), params.get("kubernetesVersion")
    versions = [each for each in KUBERNETES_VERSIONS if kubernetes in (None, each)]
    found = [_described(name, versions) for name in (*NAMES, "metrics-server") if wanted in (None, name)]
    addons, rest = page([each for each in found if each["addonVersions"]], params)
    return {"addons": addons, **rest}


def namespace_of(name: str) -> str:
    """Where the Pods of an add-on run."""
    return NAMESPACES.get(name, "kube-system")


def default_version(name: str, kubernetes: str) -> str:
    """The version that an add-on gets when none is named; refused when EKS has no such add-on."""
    known: Any = kubernetes if kubernetes in KUBERNETES_VERSIONS else next(iter(KUBERNETES_VERSIONS))
    found: Any = name
    if name == "metrics-server":
        return NEWER[name]
    if name not in NAMES:
        raise AwsError(NOT_FOUND, f"No addon found with name: {name}")
    return addon_version(found, known)


def check_addon_version(name: str, version: str, kubernetes: str) -> None:
    """Refuse a version that cannot be one; which ones there are changes by the week, so others are taken."""
    default_version(name, kubernetes)
    found = FORM.fullmatch(version)
    if not found or (name == "kube-proxy" and found[1] != kubernetes.split(".")[1]):
        message = f"Addon version specified is not supported: {name} {version} on Kubernetes {kubernetes}"
        raise AwsError(INVALID, message)


def _described(name: str, kubernetes: list[Any]) -> Params:
    compatible: dict[str, list[Params]] = {}
    for each in reversed(kubernetes):
        default = default_version(name, each)
        for version in dict.fromkeys([NEWER.get(name, default), default]):
            entry = {"clusterVersion": each, "platformVersions": ["*"], "defaultVersion": version == default}
            compatible.setdefault(version, []).append(entry)
    return {
        "addonName": name,
        "type": "storage" if name.endswith("csi-driver") else "networking",
        "owner": "aws",
        "publisher": "eks",
        "defaultNamespace": namespace_of(name),
        "addonVersions": [
            {
                "addonVersion": version,
                "architecture": ["amd64", "arm64"],
                "computeTypes": ["ec2", "auto", "hybrid"],
                "compatibilities": entries,
                "requiresConfiguration": False,
            }
            for version, entries in compatible.items()
        ],
    }
