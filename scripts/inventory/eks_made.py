"""What EKS and its drivers make in the account for the environment's cluster, told by tags."""

from __future__ import annotations

from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.filters import Filters, one_of
from scripts.inventory.shapes import Tags

_NODE_TAGS = ("eks:cluster-name", "eks:nodegroup-name")
"""On instances and volumes of node groups.

https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""
_CLUSTER_TAG = "aws:eks:cluster-name"
"""On the cluster's own security group; nobody but AWS gives tags that begin with `aws:`."""
_CNI_TAG = "cluster.k8s.amazonaws.com/name"
"""On the interfaces that the VPC CNI adds to a node: https://github.com/aws/amazon-vpc-cni-k8s"""
_VOLUME_TAG = "ebs.csi.aws.com/cluster"
"""On the volumes of claims: https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/tagging.md"""


def node_group_of(environment: FoundationConfig, tags: Tags) -> str:
    """Name of the node group of ours that made an instance or a volume; nothing when none did."""
    cluster, group = (tags.get(tag, "") for tag in _NODE_TAGS)
    if not isinstance(environment, KuberayEksConfig) or cluster != environment.cluster_name:
        return ""
    return group if environment.makes_cluster or group in environment.node_group_names else ""


def made_by_eks(environment: FoundationConfig, tags: Tags) -> str:
    """Who made something, in words, when it was EKS for the environment's cluster; else nothing."""
    if not isinstance(environment, KuberayEksConfig):
        return ""
    if node_group_of(environment, tags):
        return "EKS made it for a node group"
    return "EKS made it for the cluster" if tags.get(_CLUSTER_TAG) == environment.cluster_name else ""


def is_of_cni(environment: FoundationConfig, tags: Tags) -> bool:
    """Whether the VPC CNI of the environment's cluster added an interface to a node."""
    return isinstance(environment, KuberayEksConfig) and tags.get(_CNI_TAG) == environment.cluster_name


def filter_of_claims(environment: FoundationConfig) -> Filters | None:
    """For EC2: volumes that the EBS driver made; None where there is no cluster."""
    return one_of("tag-key", [_VOLUME_TAG]) if isinstance(environment, KuberayEksConfig) else None
