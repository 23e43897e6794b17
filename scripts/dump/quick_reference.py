"""The ids that people look for most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from config.commands import make_command
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import ControlPlane, Eks
from scripts.inventory.reading import Reading, Unreadable


def quick_reference(inventory: Inventory, config: FoundationConfig) -> list[dict[str, str]]:
    """Names and ids, in the order of the dump."""
    network = inventory.network
    lines = chain(
        _lines(network.vpcs, lambda vpc: ("VPC", vpc.vpc_id)),
        _lines(network.subnets, lambda subnet: (f"subnet {subnet.name}", subnet.subnet_id)),
        _lines(inventory.security_groups.groups, lambda group: (f"security group {group.name}", group.group_id)),
        _lines(inventory.iam.roles, lambda role: (f"role {role.name}", role.arn)),
        _lines(inventory.keys, lambda key: ("key", key.arn)),
        _lines(inventory.buckets, lambda bucket: ("bucket", bucket.name)),
        _lines(inventory.file_systems, lambda fs: (f"file system {fs.name}", fs.file_system_id)),
        _lines(inventory.memorydb.clusters, lambda cluster: (f"MemoryDB {cluster.name}", cluster.endpoint)),
        _lines(inventory.nodes.instances, lambda node: (f"node {node.name}", f"{node.instance_id} {node.private_ip}")),
        _of_cluster(inventory, config),
    )
    return [{"what": what, "id": id_} for what, id_ in lines]


def _lines(readings: Reading[tuple[Any, ...]], line: Callable[[Any], tuple[str, str]]) -> Iterator[tuple[str, str]]:
    if isinstance(readings, Unreadable):
        yield "unreadable", str(readings)
        return
    for reading in readings:
        yield ("unreadable", str(reading)) if isinstance(reading, Unreadable) else line(reading)


def _of_cluster(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[str, str]]:
    """Of an environment on EKS: where the cluster is reached, and what pods use."""
    eks = inventory.eks
    if eks is None or not isinstance(config, KuberayEksConfig):
        return
    yield from _lines(_listed(eks), lambda found: (f"EKS cluster {found.name}", found.endpoint))
    yield "kubeconfig", make_command("kubeconfig", config)
    yield from _lines(eks.node_groups, _node_group)
    yield from _lines(
        eks.pod_identities, lambda each: (f"service account {each.namespace}/{each.service_account}", each.role_arn)
    )
    yield from _lines(inventory.lustre, lambda each: (f"FSx {each.name}", f"{each.dns_name}@tcp:/{each.mount_name}"))
    yield from _lines(inventory.repositories, lambda each: ("repository", each.uri))
    if inventory.prometheus is not None:
        yield from _lines(inventory.prometheus.workspaces, lambda each: ("Prometheus", each.endpoint))


def _node_group(group: Any) -> tuple[str, str]:
    kinds = f"{', '.join(group.instance_types)} {group.capacity_type.lower().replace('_', '-')}"
    return f"node group {group.name}", f"{group.min_size} to {group.max_size} of {kinds}"


def _listed(eks: Eks) -> Reading[tuple[ControlPlane, ...]]:
    found = eks.control_plane
    if isinstance(found, Unreadable):
        return found
    return () if found is None else (found,)
