"""What policies need to know of an environment, from its file."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from scripts.checkov_scan.policies.declared import Declared, RayPort


def declared_of(environment: Ec2ClusterConfig) -> Declared:
    """The part of an environment that policies ask for."""
    access = environment.access
    ranges = [*access.client_cidrs, *access.ssh_cidrs] if access.allow_public else []
    return Declared(
        account_id=environment.place.account_id,
        ray_ports=tuple(RayPort(port.name, port.first, port.last) for port in environment.port_table),
        open_ranges=frozenset(map(str, ranges)),
        all_traffic=access.intra_cluster != "ports",
        public_nodes=access.public_nodes,
        containers=frozenset(_with_containers(environment)),
        launchers=frozenset(environment.iam.launcher_principal_arns),
        permissions_boundary=environment.iam.permissions_boundary_arn,
        protect=environment.protect,
    )


def _with_containers(environment: Ec2ClusterConfig) -> Iterator[str]:
    if environment.head.containers:
        yield "head"
    yield from (name for name, group in environment.workers.items() if group.containers)
