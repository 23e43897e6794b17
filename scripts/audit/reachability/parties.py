"""Who talks: nodes and services, gathered into groups of which every member is treated alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.ports import TIERS
from scripts.audit.declared_nodes import declared_names, names_by_id, other_names, ray_type_of
from scripts.audit.reachability.addresses import VERSIONS, all_addresses
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.party import Party as Party
from scripts.audit.reachability.party import anywhere_in, gathered
from scripts.audit.reachability.services import (
    CONTROL_PLANE_TIER,
    LUSTRE_TIER,
    control_plane,
    endpoints,
    lustre,
    mount_targets,
    stores,
)
from scripts.audit.reachability.to_come import CLOUD_TIER as CLOUD_TIER
from scripts.audit.reachability.to_come import EKS_TIER as EKS_TIER
from scripts.audit.reachability.to_come import nodes_to_come
from scripts.inventory import Inventory
from scripts.inventory.eks_made import node_group_of
from scripts.inventory.instances import Instance
from scripts.inventory.network_interfaces import DESCRIBE_NETWORK_INTERFACES, NetworkInterface
from scripts.inventory.reading import NotReadableError, Reading, Unreadable, readable

NODE_TIERS = ("head", "worker", CLOUD_TIER, EKS_TIER)
"""An environment has the first two, or one of the others."""
_TO_COME = {"head": "a head", "worker": "a worker", CLOUD_TIER: "a node", EKS_TIER: "a node"}


Tiers = Mapping[str, Reading[tuple[Party, ...]]]


def parties_by_tier(inventory: Inventory, config: FoundationConfig) -> Tiers:
    """The parties of every tier that the environment declares."""
    nodes = _attempt(lambda: tuple(_nodes(inventory, config)))
    tiers: dict[str, Reading[tuple[Party, ...]]] = {
        tier: nodes if isinstance(nodes, Unreadable) else tuple(party for party in nodes if party.tier == tier)
        for tier in _node_tiers(nodes, config)
    }
    if config.efs is not None:
        tiers["efs"] = _attempt(lambda: tuple(mount_targets(inventory)))
    if config.memorydb is not None:
        tiers["memorydb"] = _attempt(lambda: tuple(stores(inventory)))
    if isinstance(config, KuberayEksConfig) and config.makes_cluster:
        tiers[CONTROL_PLANE_TIER] = _attempt(lambda: tuple(control_plane(inventory)))
    if isinstance(config, KuberayEksConfig) and config.fsx is not None:
        tiers[LUSTRE_TIER] = _attempt(lambda: tuple(lustre(inventory)))
    if config.network.endpoints:
        tiers["endpoints"] = _attempt(lambda: tuple(endpoints(inventory, config)))
    return tiers


def _node_tiers(nodes: Reading[tuple[Party, ...]], config: FoundationConfig) -> tuple[str, ...]:
    if not isinstance(config, Ec2ClusterConfig):
        return (EKS_TIER,) if isinstance(config, KuberayEksConfig) else (CLOUD_TIER,)
    declared = any(group.most for group in config.workers.values())
    there = isinstance(nodes, Unreadable) or any(party.tier == "worker" for party in nodes)
    return TIERS if declared or there else ("head",)


def _attempt(find: Callable[[], tuple[Party, ...]]) -> Reading[tuple[Party, ...]]:
    try:
        return find()
    except NotReadableError as error:
        return error.unreadable


def _nodes(inventory: Inventory, config: FoundationConfig) -> Iterator[Party]:
    interfaces: dict[str, list[NetworkInterface]] = {}
    for interface in readable(inventory.network_interfaces):
        interfaces.setdefault(interface.instance_id or "", []).append(interface)
    zones = {subnet.subnet_id: subnet.zone for subnet in readable(inventory.network.subnets)}
    members = [
        _node(instance, tier, interface, zones, counts=counts)
        for instance, tier, counts in _tiers_of_instances(inventory, config)
        for interface in _interfaces_of(instance, interfaces)
    ]
    yield from gathered(members)
    yield from _to_come(inventory, config, members)


def _tiers_of_instances(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[Instance, str, bool]]:
    """Tier, and whether it is declared: nodes by Ray's tags, by those of EKS, or by Terraform's state.

    Others of the cluster, which a rule lets in as much, are of a tier by their groups. Anyscale's nodes are in the
    cloud's group.
    """
    instances = readable(inventory.nodes.instances)
    if isinstance(config, KuberayEksConfig):
        yield from ((instance, EKS_TIER, bool(node_group_of(config, instance.tags))) for instance in instances)
    elif isinstance(config, Ec2ClusterConfig):
        yield from _tiers_of_cluster(inventory, config)
    else:
        cloud = config.group_name("cloud")
        for instance in instances:
            yield instance, CLOUD_TIER, cloud in _names(inventory, instance.group_ids)


def _tiers_of_cluster(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[tuple[Instance, str, bool]]:
    declared = declared_names(config)
    names = names_by_id(inventory, {*declared, *other_names(config)})
    for instance in readable(inventory.nodes.instances):
        type_ = ray_type_of(instance, config)
        if type_ is not None:
            yield instance, type_.tier, True
        elif instance.instance_id not in names:
            groups = _names(inventory, instance.group_ids)
            yield instance, "head" if config.label.name("head") in groups else "worker", False
        elif names[instance.instance_id] in declared:
            yield instance, declared[names[instance.instance_id]].tier, True


def _to_come(inventory: Inventory, config: FoundationConfig, members: Iterable[Party]) -> Iterator[Party]:
    """Nodes that Ray or Anyscale may make, where none of their tier stands: at any address of their subnet."""
    stand_in = {(member.tier, member.subnet_id) for member in members if member.counts}
    groups = {group.name: group.group_id for group in readable(inventory.security_groups.groups)}
    for tier, subnet in nodes_to_come(inventory, config):
        if (tier, subnet.subnet_id) not in stand_in:
            group_id, name = groups.get(config.group_name(tier)), f"{_TO_COME[tier]} to come in {subnet.zone}"
            found = anywhere_in(subnet, tier, name, (group_id,) if group_id else ())
            ipv4 = {version: found.addresses[version] if version == 4 else Intervals(()) for version in VERSIONS}
            # Two, where there may be more than one: they talk to each other.
            size = 1 if tier == "head" else 2
            # Ray asks for no public address; Anyscale's nodes have what their subnet gives.
            public = tier == CLOUD_TIER and subnet.maps_public_ip
            yield replace(found, size=size, addresses=ipv4, public=public, to_come=True)


def _names(inventory: Inventory, group_ids: Iterable[str]) -> set[str]:
    return {group.name for group in readable(inventory.security_groups.groups) if group.group_id in group_ids}


def _interfaces_of(instance: Instance, found: Mapping[str, list[NetworkInterface]]) -> list[NetworkInterface]:
    if instance.instance_id not in found:
        # Read at the same moment, so that one of a new node may be missing; what it can reach is not known then.
        raise NotReadableError(Unreadable(DESCRIBE_NETWORK_INTERFACES.name, "no interface", instance.instance_id))
    return found[instance.instance_id]


def _node(
    instance: Instance, tier: str, interface: NetworkInterface, zones: Mapping[str, str], *, counts: bool
) -> Party:
    primary = interface.device_index in (0, None)
    own = (*interface.private_ips, *interface.ipv6_ips)
    return Party(
        tier=tier,
        name=instance.name or instance.instance_id,
        size=1,
        subnet_id=interface.subnet_id,
        zone=zones.get(interface.subnet_id, instance.zone),
        group_ids=interface.group_ids,
        addresses={version: all_addresses(own, version) for version in VERSIONS},
        public=interface.public_ip is not None or (primary and instance.public_ip is not None),
        counts=primary and counts,
    )
