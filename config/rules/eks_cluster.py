"""Rules over the EKS cluster, made or there."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from config.eks import AddonName
from config.field_problems import shown_value
from config.kuberay_eks import KuberayEksConfig
from config.problems import Path, Problem
from config.rules.anyscale_network import zones_of_nodes
from config.rules.registry import rule

_SERVICE_PREFIXES = range(12, 25)
_SERVICE_BLOCKS = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html"""
_INSIGHTS: AddonName = "amazon-cloudwatch-observability"
_CNI: AddonName = "vpc-cni"


@rule("eks", "network")
def existing_cluster_has_its_network(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Nodes stand in the VPC of their cluster."""
    if environment.eks.existing_cluster is not None and environment.network.existing is None:
        yield Problem(("network", "existing"), "got nothing beside eks.existing_cluster", "the VPC of that cluster")


@rule("eks", "access")
def existing_cluster_stays_as_it_is(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Beside a cluster that is there, settings of a new one would do nothing."""
    if environment.makes_cluster:
        return
    eks, access = environment.eks, environment.access
    paths: list[Path] = [
        ("eks", setting)
        for setting in ("log_types", "log_retention_days", "service_cidr")
        if setting in eks.model_fields_set
    ]
    paths += [("access", setting) for setting, cidrs in access.ranges.items() if cidrs]
    if "container_insights" in eks.model_fields_set and eks.container_insights and _INSIGHTS not in eks.addons:
        paths.append(("eks", "container_insights"))
    for path in paths:
        wanted = f"eks.addons.{_INSIGHTS} to go with it" if path[-1] == "container_insights" else "nothing beside it"
        yield Problem(path, "got a setting of a new cluster beside eks.existing_cluster", wanted)


@rule("eks", "efs", "fsx", "buckets")
def drivers_have_their_roles(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A driver that somebody else installed in a cluster that is there may not reach what is made here."""
    if environment.makes_cluster:
        return
    needed: dict[AddonName, bool] = {
        "aws-efs-csi-driver": environment.efs is not None,
        "aws-fsx-csi-driver": environment.fsx is not None and environment.fsx.storage_class,
        "aws-mountpoint-s3-csi-driver": bool(environment.mounted_buckets),
    }
    for name, wanted in needed.items():
        if wanted and name not in environment.eks.addons:
            yield Problem(("eks", "addons"), f"got none called {name} in a cluster that is there", f"{name}: {{}}")


@rule("eks")
def something_runs_beside_ray(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Nodes of Ray have taints: CoreDNS and the operator have no other place."""
    if environment.makes_cluster and environment.eks.system_nodes is None:
        yield Problem(("eks", "system_nodes"), "got nothing", "nodes for add-ons and operator in a cluster made here")


@rule("eks", "network")
def service_addresses_are_free(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS takes private ranges of /12 to /24; an address that is in the VPC, too, is not reached from pods."""
    cidr, vpc = environment.eks.service_cidr, environment.network.cidr
    if cidr is None:
        return
    path = ("eks", "service_cidr")
    if cidr.prefixlen not in _SERVICE_PREFIXES or not any(cidr.subnet_of(block) for block in _SERVICE_BLOCKS):
        yield Problem(path, f"got {cidr}", "a range from /12 to /24 in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16")
    if environment.network.existing is None and cidr.overlaps(vpc):
        yield Problem(path, f"got {cidr}", f"no overlap with network.cidr, {vpc}")


@rule("eks", "network", "access", "region")
def eks_has_two_zones(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS puts its control plane into two zones at least."""
    path, zones = zones_of_nodes(environment)
    if len(zones) == 1:
        yield Problem(path, f"got {zones[0]} alone", "at least two zones with a private subnet")


@rule("eks")
def insights_are_one_thing(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The add-on is what `container_insights` turns off."""
    if _INSIGHTS in environment.eks.addons and not environment.eks.container_insights:
        yield Problem(("eks", "addons", _INSIGHTS), "got settings beside container_insights: false", "true, or none")


@rule("eks", "kuberay")
def network_policies_are_enforced(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The VPC CNI ignores network policies until it is told not to."""
    cni = environment.eks.addons.get(_CNI)
    value = cni.configuration.get("enableNetworkPolicy", "true") if cni is not None else "true"
    if environment.kuberay.network_policy and str(value).lower() != "true":
        yield Problem(
            ("eks", "addons", _CNI, "configuration", "enableNetworkPolicy"),
            f"got {shown_value(value)} with kuberay.network_policy",
            "true, or kuberay.network_policy: false",
        )
