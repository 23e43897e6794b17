"""The MemoryDB cluster of an Anyscale cloud, which keeps the state of services' heads."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.memorydb_zones import memorydb_zones
from config.ports import REDIS_PORT
from scripts.audit.anyscale import cloud, reach
from scripts.audit.anyscale.store_doors import default_user_open, openings_of_store
from scripts.audit.reachability.services import stores
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.inventory import Inventory
from scripts.inventory.memorydb import Cluster
from scripts.inventory.network import Subnet
from scripts.inventory.reading import Reading, Unreadable, each, readable

POLICY = "allkeys-lru"
NODES, ZONES = 2, 2


@check("anyscale.store_available", severity=Severity.HIGH, applies=cloud.has_memorydb, setting="memorydb")
def store_available(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The MemoryDB cluster is there and available.

    Why: the registration reads its address, and services keep their heads' state there.

    Fix: apply again.
    """
    found = list(cloud.stores(inventory, config))
    if not found:
        yield Verdict(config.memorydb_name, False, "the cluster is missing")
    for cluster in found:
        yield expect(cluster.name, "status", cluster.status, "available")


@check("anyscale.store_tls", severity=Severity.HIGH, applies=cloud.has_memorydb)
def store_tls(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Clients must use TLS.

    Why: Anyscale registers an address that begins with rediss://, and refuses a cluster without TLS.

    Fix: restore a snapshot into a cluster made by this project: TLS cannot be turned on later.
    """
    for cluster in cloud.stores(inventory, config):
        yield expect(cluster.name, "TLS", cluster.tls, True)


@check("anyscale.store_replicated", severity=Severity.HIGH, applies=cloud.has_memorydb, setting="memorydb.replicas")
def store_replicated(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The cluster has one shard, with two nodes at the least.

    Why: Anyscale refuses a shard without a replica. Ray's transactions fail on several shards.

    Fix: `memorydb.replicas`, then apply.
    """
    for cluster in cloud.stores(inventory, config):
        yield expect(cluster.name, "number of shards", cluster.shards, 1)
        nodes = 1 + cluster.replicas
        detail = f"{nodes} nodes in each shard"
        yield Verdict(cluster.name, nodes >= NODES, detail if nodes >= NODES else f"{detail}, want {NODES} or more")


@check(
    "anyscale.store_evicts", severity=Severity.MEDIUM, applies=cloud.has_memorydb, setting="memorydb.maxmemory_policy"
)
def store_evicts(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The store drops the least used keys when its memory is full: `allkeys-lru`.

    Why: all services of the cloud share it, and none removes what it left there. With another policy a full store
    refuses what new heads write.

    Fix: `memorydb.maxmemory_policy`, then apply.
    """
    policies = inventory.memorydb.maxmemory_policies
    for cluster in cloud.stores(inventory, config):
        group = cluster.parameter_group_name
        unread: Reading[str] = Unreadable("memorydb:DescribeParameters", "no answer: was not read", group)
        yield expect(cluster.name, "maxmemory-policy", policies.get(group, unread), POLICY)


@check("anyscale.store_zones", severity=Severity.HIGH, applies=cloud.has_memorydb, setting="network.zones")
def store_zones(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The store may stand in two zones or more, each of which has MemoryDB, by the zone's id; in subnets of the VPC.

    Why: names of zones mean another place in every account. In a zone without MemoryDB no node comes back.

    Fix: `network.zones` with the names of other zones, then apply.
    """
    offered = memorydb_zones(config.region)
    subnets = {subnet.subnet_id: subnet for subnet in readable(inventory.network.subnets)}
    for cluster in cloud.stores(inventory, config):
        ids = _subnet_ids(inventory, cluster)
        strange = [subnet_id for subnet_id in ids if subnet_id not in subnets]
        yield Verdict(cluster.name, not strange, f"subnets outside of the VPC: {shown(strange)}")
        yield from _zones(cluster, [subnets[subnet_id] for subnet_id in ids if subnet_id in subnets], offered)


@check("anyscale.store_reached", severity=Severity.HIGH, applies=cloud.has_memorydb)
def store_reached(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nodes in every subnet reach port 6379 of the store wherever it may stand, and replies come back.

    Why: the head of a service that does not reach its store does not start.

    Fix: mend the hop that is named, or apply again.
    """
    for target in stores(inventory):
        for source in reach.nodes(inventory, config):
            answer, detail = reach.arrives(reach.between(inventory, source, target, reach.one_port(REDIS_PORT)))
            what = f"tcp {REDIS_PORT} from {source.zone} to {target.zone}"
            yield Verdict(target.name, answer, f"{what} is {'open' if answer is True else f'closed: {detail}'}")


@check("anyscale.store_closed", severity=Severity.HIGH, applies=cloud.has_memorydb)
def store_closed(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nobody else reaches it: no range of addresses and no other security group.

    Why: it asks for no password, because Anyscale cannot be told of one. Whoever reaches it commands the services.

    Fix: remove the rule that is named, or apply again.
    """
    for cluster in cloud.stores(inventory, config):
        found = list(openings_of_store(inventory, config, cluster))
        yield from (Verdict(cluster.name, False, finding) for finding in found)
        if not found:
            yield Verdict(cluster.name, True, "only the cloud's nodes are let in")


@check("anyscale.store_without_user", severity=Severity.HIGH, applies=cloud.has_memorydb)
def store_without_user(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """A client that names no user and no password is let in.

    Why: the registration of a cloud knows the store's address and nothing else.

    Fix: apply again, which sets the list `open-access`.
    """
    for cluster in cloud.stores(inventory, config):
        let_in = default_user_open(inventory, cluster)
        if isinstance(let_in, Unreadable):
            yield Verdict(cluster.name, let_in, str(let_in))
        else:
            yield Verdict(
                cluster.name, let_in, f"ACL {cluster.acl_name} {'asks' if not let_in else 'does not ask'} for a user"
            )


def _subnet_ids(inventory: Inventory, cluster: Cluster) -> tuple[str, ...]:
    groups = each(inventory.memorydb.subnet_groups)
    found = next((group for group in groups if group.name == cluster.subnet_group_name), None)
    unread = Unreadable("memorydb:DescribeSubnetGroups", "no answer: was not read", cluster.subnet_group_name)
    return readable(found.subnet_ids if found is not None else unread)


def _zones(cluster: Cluster, subnets: list[Subnet], offered: frozenset[str] | None) -> Iterator[Verdict]:
    zones = sorted({subnet.zone_id for subnet in subnets})
    detail = f"subnets in {shown(zones)}"
    yield Verdict(cluster.name, len(zones) >= ZONES, detail if len(zones) >= ZONES else f"{detail}, want {ZONES} zones")
    if offered is None:
        unread = Unreadable("AWS's list of zones with MemoryDB", "nothing about the region")
        yield Verdict(cluster.name, unread, str(unread))
        return
    without = [zone for zone in zones if zone not in offered]
    yield Verdict(cluster.name, not without, f"zones without MemoryDB: {shown(without)}")
