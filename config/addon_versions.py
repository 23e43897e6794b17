"""The version of each add-on of EKS that goes with a Kubernetes version, where the environment names none.

EKS's own defaults of autumn 2026, as DescribeAddonVersions gave them, or the newest that was seen then:
`aws eks describe-addon-versions --kubernetes-version 1.36` lists those that there are.
"""

from __future__ import annotations

from collections.abc import Mapping

from config.eks import AddonName, KubernetesVersion

_OF_ALL: Mapping[AddonName, str] = {
    "vpc-cni": "v1.22.4-eksbuild.3",
    "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
    "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
    "aws-efs-csi-driver": "v3.4.1-eksbuild.1",
    "aws-fsx-csi-driver": "v1.9.0-eksbuild.1",
    "aws-mountpoint-s3-csi-driver": "v2.7.0-eksbuild.1",
    "amazon-cloudwatch-observability": "v6.7.0-eksbuild.1",
}
"""EKS has one version of these for every Kubernetes version that is supported."""
_OF_VERSION: Mapping[KubernetesVersion, Mapping[AddonName, str]] = {
    "1.34": {"kube-proxy": "v1.34.6-eksbuild.29", "coredns": "v1.12.4-eksbuild.29"},
    "1.35": {"kube-proxy": "v1.35.3-eksbuild.29", "coredns": "v1.13.2-eksbuild.31"},
    "1.36": {"kube-proxy": "v1.36.0-eksbuild.25", "coredns": "v1.14.3-eksbuild.23"},
}


def addon_version(name: AddonName, kubernetes: KubernetesVersion) -> str:
    """The version that is pinned for a Kubernetes version."""
    return {**_OF_ALL, **_OF_VERSION[kubernetes]}[name]
