"""What policies need to know of an environment, from its file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.access_groups import kubernetes_groups
from config.anyscale_cloud import AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.checkov_scan.policies.declared import ApiUser, Declared, RayPort


def declared_of(environment: FoundationConfig) -> Declared:
    """The part of an environment that policies ask for."""
    access = environment.access
    ranges = [each for listed in access.ranges.values() for each in listed] if access.allow_public else []
    declared = Declared(
        account_id=environment.place.account_id,
        open_ranges=frozenset(map(str, ranges)),
        public_nodes=access.public_nodes,
        key_arn=environment.kms.existing_key_arn,
        permissions_boundary=environment.iam.permissions_boundary_arn,
        protect=environment.protect,
    )
    if isinstance(environment, Ec2ClusterConfig):
        return _of_cluster(environment, declared)
    if isinstance(environment, AnyscaleCloudConfig):
        return _of_cloud(environment, declared)
    if isinstance(environment, KuberayEksConfig):
        return _of_kubernetes(environment, declared)
    return declared


def _of_cluster(environment: Ec2ClusterConfig, declared: Declared) -> Declared:
    return replace(
        declared,
        ray_ports=tuple(RayPort(port.name, port.first, port.last) for port in environment.port_table),
        all_traffic=environment.access.intra_cluster != "ports",
        containers=frozenset(_with_containers(environment)),
        launchers=frozenset(environment.iam.launcher_principal_arns),
    )


def _of_cloud(environment: AnyscaleCloudConfig, declared: Declared) -> Declared:
    return replace(
        declared,
        all_traffic=True,  # Anyscale chooses the ports of its nodes itself
        open_egress=environment.access.open_egress,
        control_plane_account=environment.anyscale.control_plane_account_id,
        external_id=environment.anyscale.external_id,
        cloud_id=environment.anyscale.cloud_id,
    )


def _of_kubernetes(environment: KuberayEksConfig, declared: Declared) -> Declared:
    return replace(
        declared,
        all_traffic=True,  # pods share the group of the nodes; network policies say who reaches whom
        cluster_name=environment.cluster_name,
        api_ranges=frozenset(map(str, environment.access.public_api_cidrs)),
        api_users=tuple(_api_users(environment)),
    )


def _api_users(environment: KuberayEksConfig) -> Iterator[ApiUser]:
    for entry in environment.access.entries.values():
        policy = f"AmazonEKS{entry.policy.title().replace('-', '')}Policy"
        groups = kubernetes_groups(environment, entry)
        yield ApiUser(entry.principal_arn, policy, tuple(entry.namespaces), tuple(groups))


def _with_containers(environment: Ec2ClusterConfig) -> Iterator[str]:
    if environment.head.containers:
        yield "head"
    yield from (name for name, group in environment.workers.items() if group.containers)
