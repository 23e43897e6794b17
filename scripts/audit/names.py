"""AWS names of what an environment declares, those of what was taken over from another tool among them."""

from __future__ import annotations

import re

from config.anyscale_cloud import AnyscaleCloudConfig
from config.firewall import security_groups
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig


def group_names_of(config: FoundationConfig) -> list[str]:
    """Names of all declared security groups."""
    return [config.group_name(group) for group in security_groups(config)]


def group_of_tier(config: FoundationConfig, tier: str) -> str:
    """Security group that the members of a tier are in: in an Anyscale cloud, mount targets are in the nodes'."""
    if tier in security_groups(config) or not isinstance(config, AnyscaleCloudConfig):
        return tier
    return "cloud"


def is_of_eks(group_name: str, config: FoundationConfig) -> bool:
    """Whether a security group is the one that EKS makes for the environment's cluster: `eks-cluster-sg-ray-eks-12345`.

    https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """
    if not isinstance(config, KuberayEksConfig):
        return False
    return bool(re.fullmatch(rf"eks-cluster-sg-{re.escape(config.cluster_name)}-\d+", group_name))
