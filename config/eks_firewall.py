"""Who may talk to whom in an EKS cluster: between security groups; between pods, network policies say more.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html for control plane and nodes,
https://docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html for FSx for Lustre.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from config.ports import EFS_PORT, FSX_PORTS, HTTPS_PORT, REDIS_PORT
from config.security_rules import INTERNET, Group, Rule, flow

POD_PORTS = (1025, 65535)
"""Where the control plane reaches kubelet (10250), webhooks, and what is forwarded through the Kubernetes API."""


def eks_groups(environment: KuberayEksConfig) -> list[Group]:
    """The security groups that are made: a cluster that is there has its control plane's own."""
    optional: dict[Group, bool] = {
        "control_plane": environment.makes_cluster,
        "node": True,
        "efs": environment.efs is not None,
        "fsx": environment.fsx is not None,
        "memorydb": environment.memorydb is not None,
        "endpoints": bool(environment.network.endpoints),
    }
    return [group for group, wanted in optional.items() if wanted]


def eks_rules(environment: KuberayEksConfig) -> list[Rule]:
    """Every rule of these groups."""
    return [*_nodes(environment), *_control_plane(environment), *_services(environment)]


def _nodes(_environment: KuberayEksConfig) -> Iterator[Rule]:
    """Pods share their node's group and choose their ports: network policies say which of them reach each other."""
    yield from flow("node", "node", "all", None, None, "All traffic of nodes and pods")
    yield Rule("node", "egress", "https", INTERNET, "Images, packages and AWS APIs", HTTPS_PORT, HTTPS_PORT)


def _control_plane(environment: KuberayEksConfig) -> Iterator[Rule]:
    if not environment.makes_cluster:
        return
    yield from flow("node", "control_plane", "https", HTTPS_PORT, HTTPS_PORT, "Kubernetes API")
    yield from flow("control_plane", "node", "https", HTTPS_PORT, HTTPS_PORT, "Webhooks")
    yield from flow("control_plane", "node", "pods", *POD_PORTS, "Kubelet, webhooks, port forwarding")
    for cidr in environment.access.client_cidrs:
        yield Rule("control_plane", "ingress", "https", cidr, f"Kubernetes API, from {cidr}", HTTPS_PORT, HTTPS_PORT)


def _services(environment: KuberayEksConfig) -> Iterator[Rule]:
    groups = eks_groups(environment)
    if "efs" in groups:
        yield from flow("node", "efs", "nfs", EFS_PORT, EFS_PORT, "EFS over TLS")
    if "memorydb" in groups:
        yield from flow("node", "memorydb", "redis", REDIS_PORT, REDIS_PORT, "State of heads, over TLS")
    if "endpoints" in groups:
        yield from flow("node", "endpoints", "https", HTTPS_PORT, HTTPS_PORT, "AWS services")
    if "fsx" in groups:
        yield from _lustre("node", "fsx")
        yield from _lustre("fsx", "node")
        yield from _lustre("fsx", "fsx")


def _lustre(source: Group, target: Group) -> Iterator[Rule]:
    """Servers call clients back, and each other: FSx refuses a group that does not let itself in."""
    for first, last in FSX_PORTS:
        yield from flow(source, target, f"lustre_{first}", first, last, "Lustre")
