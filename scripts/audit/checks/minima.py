"""What a deployment needs at the least to grow, and to survive the loss of a zone.

The sizes are wanted of protected environments. One that is not protected may be as small as its owner likes: a teaching
cluster in one subnet of one zone is meant that way.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.memorydb_zones import anyscale_memorydb_zones, memorydb_zones
from scripts.audit import applies
from scripts.audit.declared_nodes import declared_zones
from scripts.audit.registry import Severity, check
from scripts.audit.subnet_routes import internet_routes
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.account import SubnetRoom
from scripts.inventory.memorydb import Cluster
from scripts.inventory.reading import Unreadable, each, readable

VPC_PREFIX = 19
SUBNET_PREFIX = 22
ZONES = 2
MEMORYDB_NODES = 2


@check("minima.vpc_size", severity=Severity.MEDIUM, applies=applies.own_protected_vpc, setting="network.cidr")
def vpc_size(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The VPC is a /19 at the least: 8,192 addresses.

    Why: a VPC cannot grow in one piece, and workers, endpoints and mount targets take an address each.

    Fix: `network.cidr`, which replaces everything: plan it before the first apply.
    """
    for vpc in readable(inventory.network.vpcs):
        yield from _large_enough(vpc.vpc_id, vpc.cidrs[0], VPC_PREFIX)


@check(
    "minima.node_subnet_size",
    severity=Severity.MEDIUM,
    applies=applies.own_protected_vpc,
    setting="network.subnet_prefix",
)
def node_subnet_size(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every subnet for nodes is a /22 at the least: 1,019 usable addresses.

    Why: a subnet cannot grow, and a full one stops every further worker of its zone.

    Fix: `network.subnet_prefix` or `network.private_subnets`, which replaces the subnets and all in them.
    """
    stand_in = {instance.subnet_id for instance in readable(inventory.nodes.instances)}
    ids = stand_in.union(node_subnet_ids(inventory, config))
    for subnet in readable(inventory.network.subnets):
        if subnet.subnet_id in ids:
            yield from _large_enough(subnet.subnet_id, subnet.cidr, SUBNET_PREFIX)


@check("minima.addresses_left", severity=Severity.MEDIUM, setting="network.subnet_prefix")
def addresses_left(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every subnet for nodes has addresses left for as many nodes as the environment declares there.

    Workers of Ray's autoscaler, which may be in any of their zones, are judged by `autoscaling.room_for_workers`.

    Why: nodes that are replaced stand beside their successors for a while, and each needs an address of its own.

    Fix: a smaller `count` of the worker groups, more `zones`, or larger subnets.
    """
    declared = declared_zones(config)
    rooms = _rooms(inventory)
    for subnet_id, zone in node_subnet_ids(inventory, config).items():
        room = rooms.get(subnet_id)
        if room is None:
            unread = Unreadable("ec2:DescribeSubnets", "no answer: nothing is known of its addresses", subnet_id)
            yield Verdict(subnet_id, unread, str(unread))
        else:
            detail = f"{room.free_addresses} addresses left for {declared[zone]} declared nodes in {zone}"
            yield Verdict(subnet_id, room.free_addresses >= declared[zone], detail)


@check("minima.two_zones", severity=Severity.MEDIUM, applies=applies.own_protected_vpc, setting="network.zones")
def two_zones(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """There are subnets for nodes in two zones.

    Why: AWS loses a zone now and then; with a second one, the cluster comes up again there.

    Fix: `network.zones`, then apply.
    """
    zones = sorted(set(node_subnet_ids(inventory, config).values()))
    yield Verdict("vpc", len(zones) >= ZONES, f"node subnets in {shown(zones)}")


@check(
    "minima.public_subnets_apart",
    severity=Severity.LOW,
    applies=applies.has_public_subnets,
    setting="network.public_subnets",
)
def public_subnets_apart(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No zone has two public subnets, by what their routes do.

    Why: what is public should be easy to count; a second one is most often a private subnet with a wrong route.

    Fix: `network.public_subnets`, then apply, or remove the route to the internet gateway.
    """
    public: dict[str, list[str]] = {}
    for subnet in readable(inventory.network.subnets):
        if internet_routes(inventory.network, subnet):
            public.setdefault(subnet.zone, []).append(subnet.subnet_id)
    for zone, subnet_ids in sorted(public.items()):
        yield Verdict(zone, len(subnet_ids) == 1, f"public: {shown(sorted(subnet_ids))}")


@check(
    "minima.memorydb_two_nodes",
    severity=Severity.MEDIUM,
    applies=applies.has_memorydb,
    setting="memorydb.replicas",
)
def memorydb_two_nodes(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The store of the head has two nodes at the least.

    Why: with one, the store is gone for as long as MemoryDB takes to replace it, and the head with it.

    Fix: `memorydb.replicas`, then apply.
    """
    for cluster in _clusters(inventory, config):
        nodes = cluster.shards * (1 + cluster.replicas)
        yield Verdict(cluster.name, nodes >= MEMORYDB_NODES, f"{nodes} nodes, want {MEMORYDB_NODES} or more")


@check("minima.memorydb_two_zones", severity=Severity.MEDIUM, applies=applies.has_memorydb, setting="network.zones")
def memorydb_two_zones(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The store of the head can use two zones at the least.

    Why: a replica in the zone of the primary is lost with it.

    Fix: `network.zones`, then apply.
    """
    for cluster in _clusters(inventory, config):
        zones = sorted({room.zone for room in _rooms_of(inventory, cluster)})
        yield Verdict(cluster.name, len(zones) >= ZONES, f"subnets in {shown(zones)}")


@check(
    "minima.memorydb_zones_supported",
    severity=Severity.MEDIUM,
    applies=applies.has_memorydb,
    setting="network.zones",
)
def memorydb_zones_supported(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The zones of the head's store are among those where AWS offers MemoryDB, by the zone's id.

    Why: names of zones mean another place in every account, and a node cannot come back where there is no MemoryDB.

    Fix: `network.zones` with the names of other zones, then apply.
    """
    of_anyscale = isinstance(config, AnyscaleCloudConfig)
    offered = (anyscale_memorydb_zones if of_anyscale else memorydb_zones)(config.region)
    for cluster in _clusters(inventory, config):
        for room in _rooms_of(inventory, cluster):
            if offered is None:
                unread = Unreadable("AWS's list of zones with MemoryDB", "nothing about the region", config.region)
                yield Verdict(room.zone, unread, str(unread))
            else:
                yield expect(room.zone, f"MemoryDB in {room.zone_id}", room.zone_id in offered, True)


def _large_enough(resource: str, cidr: str, prefix: int) -> Iterator[Verdict]:
    found = ip_network(cidr).prefixlen
    yield Verdict(resource, found <= prefix, cidr if found <= prefix else f"{cidr}, want a /{prefix} or larger")


def _clusters(inventory: Inventory, config: FoundationConfig) -> Iterator[Cluster]:
    name = config.memorydb_name
    return (cluster for cluster in each(inventory.memorydb.clusters) if cluster.name == name)


def _rooms(inventory: Inventory) -> dict[str, SubnetRoom]:
    return {room.subnet_id: room for room in readable(inventory.account.subnets)}


def _rooms_of(inventory: Inventory, cluster: Cluster) -> list[SubnetRoom]:
    """The subnets that a cluster may use."""
    groups = (group for group in each(inventory.memorydb.subnet_groups) if group.name == cluster.subnet_group_name)
    ids = {subnet_id for group in groups for subnet_id in group.subnet_ids}
    return [room for room in readable(inventory.account.subnets) if room.subnet_id in ids]
