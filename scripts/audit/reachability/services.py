"""What nodes talk to in the VPC: file systems, the store of heads, endpoints, the control plane of EKS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from config.foundation import FoundationConfig
from scripts.audit.eks.declared import control_planes
from scripts.audit.reachability.addresses import VERSIONS, all_addresses
from scripts.audit.reachability.party import Party, anywhere_in, gathered
from scripts.inventory import Inventory
from scripts.inventory.memorydb import Cluster
from scripts.inventory.network import DESCRIBE_SUBNETS, Subnet
from scripts.inventory.network_interfaces import DESCRIBE_NETWORK_INTERFACES
from scripts.inventory.reading import NotReadableError, Unreadable, each, readable

CONTROL_PLANE_TIER = "control_plane"
LUSTRE_TIER = "fsx"


def mount_targets(inventory: Inventory) -> Iterator[Party]:
    """The addresses of the file systems. Raises NotReadableError."""
    for file_system in each(inventory.file_systems):
        for target in readable(file_system.mount_targets):
            own = {version: all_addresses([target.ip_address], version) for version in VERSIONS}
            yield Party(
                "efs", target.mount_target_id, 1, target.subnet_id, target.zone, target.group_ids, own, public=False
            )


def stores(inventory: Inventory) -> Iterator[Party]:
    """A MemoryDB cluster may stand in any subnet of its group, at any address there. Raises NotReadableError."""
    subnet_ids = {group.name: group.subnet_ids for group in each(inventory.memorydb.subnet_groups)}
    for cluster in each(inventory.memorydb.clusters):
        for subnet in _subnets(inventory, _subnet_ids_of(cluster, subnet_ids)):
            yield anywhere_in(subnet, "memorydb", cluster.name, cluster.group_ids)


def _subnet_ids_of(cluster: Cluster, found: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    name = cluster.subnet_group_name
    if name not in found:
        raise NotReadableError(Unreadable("memorydb:DescribeSubnetGroups", "no subnets", name))
    return found[name]


def endpoints(inventory: Inventory, config: FoundationConfig) -> Iterator[Party]:
    """Those of the declared services; in a VPC of others, those with a group of ours."""
    ours = {group.group_id for group in readable(inventory.security_groups.groups)}
    members = [
        anywhere_in(subnet, "endpoints", endpoint.service, endpoint.group_ids)
        for endpoint in readable(inventory.vpc_endpoints)
        if endpoint.type == "Interface" and endpoint.service in config.network.endpoints
        if config.network.existing is None or ours & set(endpoint.group_ids)
        for subnet in _subnets(inventory, endpoint.subnet_ids)
    ]
    yield from gathered(members)


def _subnets(inventory: Inventory, subnet_ids: Iterable[str]) -> Iterator[Subnet]:
    found = {subnet.subnet_id: subnet for subnet in readable(inventory.network.subnets)}
    for subnet_id in subnet_ids:
        if subnet_id not in found:
            raise NotReadableError(Unreadable(DESCRIBE_SUBNETS.name, "no such subnet", subnet_id))
        yield found[subnet_id]


def control_plane(inventory: Inventory) -> Iterator[Party]:
    """EKS may have an interface at any address of the cluster's subnets, and moves them. Raises NotReadableError."""
    members = [
        anywhere_in(
            subnet, CONTROL_PLANE_TIER, cluster.name, tuple(sorted({cluster.cluster_group_id, *cluster.group_ids}))
        )
        for cluster in control_planes(inventory)
        for subnet in _subnets(inventory, cluster.subnet_ids)
    ]
    yield from gathered(members)


def lustre(inventory: Inventory) -> Iterator[Party]:
    """The servers of the file systems. Raises NotReadableError."""
    interfaces = {found.network_interface_id: found for found in readable(inventory.network_interfaces)}
    zones = {subnet.subnet_id: subnet.zone for subnet in readable(inventory.network.subnets)}
    for file_system in each(inventory.lustre):
        for id_ in file_system.interface_ids:
            if id_ not in interfaces:
                raise NotReadableError(Unreadable(DESCRIBE_NETWORK_INTERFACES.name, "no such interface", id_))
            found = interfaces[id_]
            own = {version: all_addresses(found.private_ips, version) for version in VERSIONS}
            zone = zones.get(found.subnet_id, "")
            name = file_system.file_system_id
            yield Party(LUSTRE_TIER, name, 1, found.subnet_id, zone, found.group_ids, own, public=False)
