"""How many addresses the private subnets of an EKS cluster have, and how many its pods need."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network
from math import ceil

from config.daemon_sets import beside_ray
from config.eks import HEAD_GROUP
from config.kuberay_eks import KuberayEksConfig
from config.pod_sizes import pods_per_node

_KEPT_BY_AWS = 5
"""Network, router, DNS, future, broadcast: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
_CONTROL_PLANE = 6
"""EKS wants as many free in each subnet: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""


def free_addresses(environment: KuberayEksConfig) -> Mapping[str, int]:
    """Addresses left for nodes and pods, by zone; empty where the subnets are not ours."""
    subnets = environment.layout.private
    database = environment.memorydb
    taken = _KEPT_BY_AWS + _CONTROL_PLANE + len(environment.network.endpoints) + (environment.efs is not None)
    taken += ceil((1 + database.replicas) / len(subnets)) if database is not None and subnets else 0
    return {zone: max(0, cidr.num_addresses - taken) for zone, cidr in subnets.items() if isinstance(cidr, IPv4Network)}


def needed_addresses(environment: KuberayEksConfig, zones: frozenset[str]) -> int:
    """Most addresses of the nodes that can only be in some of these zones, and of their pods.

    The VPC CNI gives each pod an address of the node's subnet, and keeps some ready besides, which are not counted.
    """
    return sum(
        environment.node_bounds(group).most * _of_a_node(environment, group)
        for group in environment.ray_groups
        if zones.issuperset(_zones(environment, group))
    )


def _zones(environment: KuberayEksConfig, group: str) -> list[str]:
    own = environment.workers[group].zones if group != HEAD_GROUP else None
    return own or environment.node_zones


def _of_a_node(environment: KuberayEksConfig, group: str) -> int:
    """The node's own, those of Ray's pods, and those of DaemonSets that are not on the node's network."""
    daemons = set(beside_ray(environment, environment.ray_groups[group].instance_type))
    return 1 + pods_per_node(environment, group) + len(daemons - {"aws-node", "kube-proxy", "eks-pod-identity-agent"})
