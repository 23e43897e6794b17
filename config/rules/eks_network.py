"""Rules over addresses of pods, and over where nodes of EKS get their images."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from config.instance_sizes import size_of
from config.kuberay_eks import KuberayEksConfig
from config.pod_addresses import free_addresses, needed_addresses
from config.problems import Problem
from config.rules.registry import rule

_ECR = ".dkr.ecr."
_ALWAYS = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "sts")
"""https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html"""


@rule(
    "workers",
    "head",
    "autoscaler",
    "network",
    "access",
    "region",
    "eks",
    "efs",
    "fsx",
    "buckets",
    "memorydb",
    "jobs",
    "services",
)
def pods_have_addresses(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Every pod takes an address of a subnet; the smallest set of zones that is too small is named."""
    if any(size_of(pods.instance_type) is None for pods in environment.ray_groups.values()):
        return  # said by pod_types_are_known
    free = free_addresses(environment)
    for zones in chain.from_iterable(combinations(free, size) for size in range(1, len(free) + 1)):
        room, wanted = sum(free[zone] for zone in zones), needed_addresses(environment, frozenset(zones))
        if wanted > room:
            yield Problem(
                ("workers",),
                f"got nodes and pods that need up to {wanted} addresses in {', '.join(zones)}, where {room} are free",
                "fewer max_nodes, more zones, or larger subnets",
            )
            return


@rule("network", "access", "region", "ray", "kuberay", "eks", "head", "workers", "services", "jobs")
def nodes_reach_their_images(environment: KuberayEksConfig) -> Iterator[Problem]:
    """What is not in ECR comes over the internet."""
    if environment.nodes_reach_internet or not environment.layout.private:
        return
    foreign = list(_from_the_internet(environment))
    if foreign:
        path, got = (
            (("network", "nat"), "none")
            if environment.network.nat == "none"
            else (("network", "public_subnets"), "none")
        )
        yield Problem(
            path,
            f"got {got}, so that nodes cannot pull the images of {', '.join(foreign)}",
            "a NAT gateway (nat: single or per_zone, with public subnets), or images in ECR",
        )


def _from_the_internet(environment: KuberayEksConfig) -> Iterator[str]:
    if environment.ray.image is None or _ECR not in environment.ray.image:
        yield "Ray (ray.image)"
    if environment.kuberay.install_operator:
        yield "the operator (kuberay.install_operator)"
    if environment.node_autoscaling:
        yield "the Cluster Autoscaler (eks.cluster_autoscaler)"
    if any(worker.node_gpus for worker in environment.workers.values()):
        yield "NVIDIA's device plugin"


@rule(
    "network",
    "access",
    "region",
    "ray",
    "kuberay",
    "eks",
    "head",
    "workers",
    "services",
    "jobs",
    "efs",
    "fsx",
    "prometheus",
)
def nodes_reach_aws(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Without a way out, nodes, add-ons and pods reach AWS through endpoints."""
    if environment.nodes_reach_internet or not environment.layout.private:
        return
    optional = {
        "logs": environment.eks.container_insights,
        "monitoring": environment.eks.container_insights,
        "autoscaling": environment.node_autoscaling,
        "elasticfilesystem": environment.efs is not None,
        "fsx": environment.fsx is not None,
    }
    needed = {*_ALWAYS, *(name for name, wanted in optional.items() if wanted)}
    missing = needed - set(environment.network.endpoints)
    if missing and not list(_from_the_internet(environment)):
        yield Problem(
            ("network", "endpoints"),
            f"got none for {', '.join(sorted(missing))}",
            "an endpoint for each: nodes have no way out",
        )
