"""Who talks: nodes and services, gathered into groups of which every member is treated alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.ports import TIERS
from scripts.audit.declared_nodes import declared_names, names_by_id, other_names, ray_type_of
from scripts.audit.reachability.addresses import VERSIONS, all_addresses
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.to_come import CLOUD_TIER as CLOUD_TIER
from scripts.audit.reachability.to_come import nodes_to_come
from scripts.inventory import Inventory
from scripts.inventory.instances import Instance
from scripts.inventory.memorydb import Cluster
from scripts.inventory.network import DESCRIBE_SUBNETS, Subnet
from scripts.inventory.network_interfaces import DESCRIBE_NETWORK_INTERFACES, NetworkInterface
from scripts.inventory.reading import NotReadableError, Reading, Unreadable, each, readable

NODE_TIERS = ("head", "worker", CLOUD_TIER)
"""An environment has the first two, or the last."""
_TO_COME = {"head": "a head", "worker": "a worker", CLOUD_TIER: "a node"}


@dataclass(frozen=True)
class Party:
    """Members of one tier in one subnet and the same groups: 1,000 workers are a handful of parties."""

    tier: str
    name: str
    """Of one member."""
    size: int
    subnet_id: str
    zone: str
    group_ids: Reading[tuple[str, ...]]
    addresses: Mapping[int, Intervals]
    """By version of IP."""
    public: bool
    """Whether the members have public IPv4 addresses."""
    counts: bool = True
    """Whether a required path must be there for it: not for a second interface, nor for a node that is not declared."""
    to_come: bool = False
    """Whether it stands for nodes that Ray or Anyscale may make at any time."""

    @property
    def shown(self) -> str:
        """`ray-demo-worker-cpu-0 and 3 more`."""
        return self.name if self.size == 1 or self.to_come else f"{self.name} and {self.size - 1} more"


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
    if config.network.endpoints:
        tiers["endpoints"] = _attempt(lambda: tuple(_endpoints(inventory, config)))
    return tiers


def _node_tiers(nodes: Reading[tuple[Party, ...]], config: FoundationConfig) -> tuple[str, ...]:
    if not isinstance(config, Ec2ClusterConfig):
        return (CLOUD_TIER,)
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
    yield from _gathered(members)
    yield from _to_come(inventory, config, members)


def _tiers_of_instances(inventory: Inventory, config: FoundationConfig) -> Iterator[tuple[Instance, str, bool]]:
    """Tier, and whether it is declared: nodes by Ray's tags or by Terraform's state.

    Others of the cluster, which a rule lets in as much, are of a tier by their groups. Anyscale's nodes are in the
    cloud's group.
    """
    if not isinstance(config, Ec2ClusterConfig):
        for instance in readable(inventory.nodes.instances):
            yield instance, CLOUD_TIER, config.group_name("cloud") in _names(inventory, instance.group_ids)
        return
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


def _gathered(members: Iterable[Party]) -> Iterator[Party]:
    """One party of all members that nothing tells apart but their addresses."""
    alike: dict[tuple[object, ...], list[Party]] = {}
    for member in members:
        kind = (
            member.tier,
            member.subnet_id,
            member.group_ids,
            member.public,
            bool(member.addresses[6]),
            member.counts,
        )
        alike.setdefault(kind, []).append(member)
    for found in alike.values():
        joined = {
            version: Intervals.of(span for member in found for span in member.addresses[version].spans)
            for version in VERSIONS
        }
        yield replace(found[0], size=len(found), addresses=joined)


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


def _endpoints(inventory: Inventory, config: FoundationConfig) -> Iterator[Party]:
    """Those of the declared services; in a VPC of others, those with a group of ours."""
    ours = {group.group_id for group in readable(inventory.security_groups.groups)}
    members = [
        anywhere_in(subnet, "endpoints", endpoint.service, endpoint.group_ids)
        for endpoint in readable(inventory.vpc_endpoints)
        if endpoint.type == "Interface" and endpoint.service in config.network.endpoints
        if config.network.existing is None or ours & set(endpoint.group_ids)
        for subnet in _subnets(inventory, endpoint.subnet_ids)
    ]
    yield from _gathered(members)


def _subnets(inventory: Inventory, subnet_ids: Iterable[str]) -> Iterator[Subnet]:
    found = {subnet.subnet_id: subnet for subnet in readable(inventory.network.subnets)}
    for subnet_id in subnet_ids:
        if subnet_id not in found:
            raise NotReadableError(Unreadable(DESCRIBE_SUBNETS.name, "no such subnet", subnet_id))
        yield found[subnet_id]


def anywhere_in(subnet: Subnet, tier: str, name: str, group_ids: tuple[str, ...]) -> Party:
    """Somebody at any address of a subnet."""
    blocks = (subnet.cidr, *subnet.ipv6_cidrs)
    own = {version: all_addresses(blocks, version) for version in VERSIONS}
    return Party(tier, name, 1, subnet.subnet_id, subnet.zone, group_ids, own, public=False)
