"""Rules over the way from private subnets to the internet, and over doing without one."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.network import NetworkConfig
from config.problems import Problem
from config.rules.nodes import declared_nodes
from config.rules.registry import rule


@rule("network", "access", "region", "ray")
def nodes_reach_packages(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A node without a way to the internet cannot install Ray, unless its packages are in S3."""
    if environment.ray.wheel_source is None:
        yield from _way_out(
            environment,
            nat="single or per_zone, or ray.wheel_source: nodes in private subnets install Ray from the internet",
            subnets="public subnets for the NAT gateway: nodes install Ray from the internet",
        )


@rule("network", "access", "region")
def nodes_reach_the_control_plane(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Nodes call Anyscale, for which no endpoint of AWS stands in."""
    yield from _way_out(
        environment,
        nat="single or per_zone, or access.public_nodes: true: nodes call Anyscale's control plane over the internet",
        subnets="public subnets for the NAT gateway: nodes call Anyscale's control plane over the internet",
    )


def _way_out(environment: FoundationConfig, *, nat: str, subnets: str) -> Iterator[Problem]:
    """What is missing of a way out of the private subnets, and what is wanted in its place."""
    if not environment.layout.private or environment.nodes_reach_internet:
        return
    if environment.network.nat == "none":
        yield Problem(("network", "nat"), "got none", nat)
    else:
        yield Problem(("network", "public_subnets"), "got none", subnets)


@rule("network", "access", "region", "ray", "head", "workers", "observability")
def nodes_do_without_the_internet(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Without a way out, nodes take system packages from S3 and reach AWS through endpoints."""
    if environment.ray.wheel_source is None or environment.nodes_reach_internet:
        return
    for path, node in declared_nodes(environment):
        if node.ami != "al2023" and not node.ami.startswith("ami-"):
            yield Problem(
                (*path, "ami"),
                f"got {node.ami} without a way out",
                "al2023, whose packages are in S3, an image of your own that has them, or a NAT gateway",
            )
    if environment.ray.python_version == "3.10":
        yield Problem(
            ("ray", "python_version"), "got 3.10 without a way out", "3.11, 3.12 or 3.13, which al2023 has packages of"
        )
    missing = _needed_endpoints(environment) - set(environment.network.endpoints)
    if missing:
        yield Problem(
            ("network", "endpoints"),
            f"got none for {', '.join(sorted(missing))}",
            "an endpoint for each: nodes have no way out",
        )


def _needed_endpoints(environment: Ec2ClusterConfig) -> set[str]:
    needed = {"secretsmanager": environment.has_token, "ssm": True, "ssmmessages": True, "ec2messages": True}
    agent = environment.observability.cloudwatch_agent
    needed |= {"logs": agent, "monitoring": agent, "ec2": isinstance(environment, AutoscalingEc2Config)}
    return {name for name, wanted in needed.items() if wanted}


@rule("network")
def nat_has_a_use(environment: FoundationConfig) -> Iterator[Problem]:
    """A NAT gateway serves private subnets."""
    network = environment.network
    if _asks_for_nat(network) and network.private_subnets in ("none", {}):
        yield Problem(("network", "nat"), f"got {network.nat}", "none, because there are no private subnets")


@rule("network", "ray")
def nat_has_a_place(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A NAT gateway stands in a public subnet. Where nodes need one, `nodes_reach_packages` asks for the subnet."""
    network = environment.network
    missing = network.public_subnets in ("none", {}) and network.private_subnets not in ("none", {})
    if _asks_for_nat(network) and missing and environment.ray.wheel_source is not None:
        yield Problem(("network", "nat"), f"got {network.nat}", "none, or public subnets for the NAT gateway")


def _asks_for_nat(network: NetworkConfig) -> bool:
    return network.existing is None and "nat" in network.model_fields_set and network.nat != "none"


@rule("network", "region")
def nat_per_zone_has_public_subnets(environment: FoundationConfig) -> Iterator[Problem]:
    """One NAT gateway a zone needs a public subnet in each zone that has a private one."""
    if environment.network.existing is not None or environment.network.nat != "per_zone":
        return
    for zone in environment.layout.private:
        if environment.layout.public and zone not in environment.layout.public:
            yield Problem(
                ("network", "nat"), f"got per_zone with no public subnet in {zone}", "one there, or nat: single"
            )
