"""Who may talk to whom in a Ray cluster on EC2: from the port table and the access section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from config.ec2_cluster import Ec2ClusterConfig
from config.nodes import NodeConfig
from config.ports import EFS_PORT, HTTP_PORT, HTTPS_PORT, REDIS_PORT, SSH_PORT, TIERS, Tier
from config.security_rules import INTERNET, Group, Rule, flow

_ALL_TRAFFIC: Mapping[str, tuple[tuple[Tier, Tier], ...]] = {
    "ports": (),
    "workers": (("worker", "worker"),),
    "all": (("head", "worker"), ("worker", "head"), ("worker", "worker")),
}
"""Source and target, by `access.intra_cluster`."""


def node_groups(environment: Ec2ClusterConfig) -> list[Group]:
    """The security groups of a cluster."""
    optional: dict[Group, bool] = {
        "efs": environment.efs is not None,
        "memorydb": environment.memorydb is not None,
        "endpoints": bool(environment.network.endpoints),
        "bastion": environment.access.bastion != "none",
    }
    return ["head", "worker", *(group for group, wanted in optional.items() if wanted)]


def node_rules(environment: Ec2ClusterConfig) -> list[Rule]:
    """Every rule of a cluster's security groups."""
    return [
        *_between_nodes(environment),
        *_services(environment),
        *_from_outside(environment),
        *_to_the_internet(environment),
        *(_of_bastion(environment) if environment.access.bastion != "none" else ()),
    ]


def _between_nodes(environment: Ec2ClusterConfig) -> Iterator[Rule]:
    open_to_each_other = _ALL_TRAFFIC[environment.access.intra_cluster]
    for source, target in open_to_each_other:
        yield from flow(source, target, "all", None, None, "All traffic")
    for port in environment.port_table:
        for tier in TIERS:
            for source in TIERS:
                if source in port.sources(tier) and (source, tier) not in open_to_each_other:
                    yield from flow(source, tier, port.name, port.first, port.last, port.purpose)


def _services(environment: Ec2ClusterConfig) -> Iterator[Rule]:
    groups = node_groups(environment)
    for tier in TIERS:
        if "efs" in groups:
            yield from flow(tier, "efs", "nfs", EFS_PORT, EFS_PORT, "EFS over TLS")
        if "endpoints" in groups:
            yield from flow(tier, "endpoints", "https", HTTPS_PORT, HTTPS_PORT, "AWS services")
    if "memorydb" in groups:
        yield from flow("head", "memorydb", "redis", REDIS_PORT, REDIS_PORT, "State of the head, over TLS")


def _from_outside(environment: Ec2ClusterConfig) -> Iterator[Rule]:
    access = environment.access
    for cidr in access.client_cidrs:
        for port in environment.port_table.for_clients:
            yield Rule("head", "ingress", port.name, cidr, f"{port.purpose}, from {cidr}", port.first, port.last)
    # A bastion with SSH stands before the nodes.
    reached: tuple[Group, ...] = ("bastion",) if access.bastion == "ssh" else TIERS
    for cidr in access.ssh_cidrs:
        for tier in reached:
            yield Rule(tier, "ingress", "ssh", cidr, f"SSH, from {cidr}", SSH_PORT, SSH_PORT)


def _to_the_internet(environment: Ec2ClusterConfig) -> Iterator[Rule]:
    for tier in TIERS:
        yield Rule(tier, "egress", "https", INTERNET, "Packages and AWS APIs", HTTPS_PORT, HTTPS_PORT)
        if any(_installs_over_http(node) for node in environment.nodes_of(tier)):
            yield Rule(tier, "egress", "http", INTERNET, "Signed packages of Ubuntu", HTTP_PORT, HTTP_PORT)


def _of_bastion(environment: Ec2ClusterConfig) -> Iterator[Rule]:
    """The bastion reaches the nodes by SSH, Ray on the head as a client does, and AWS."""
    for tier in TIERS:
        yield from flow("bastion", tier, "ssh", SSH_PORT, SSH_PORT, "SSH")
    if environment.has_token:
        for port in environment.port_table.for_clients:
            yield from flow("bastion", "head", port.name, port.first, port.last, port.purpose)
    if environment.network.endpoints:
        yield from flow("bastion", "endpoints", "https", HTTPS_PORT, HTTPS_PORT, "AWS services")
    yield Rule("bastion", "egress", "https", INTERNET, "Packages and AWS APIs", HTTPS_PORT, HTTPS_PORT)


def _installs_over_http(node: NodeConfig) -> bool:
    """Amazon Linux has its packages in S3 over HTTPS; Ubuntu's archive is plain HTTP with signatures."""
    return node.ami != "al2023"
