"""The store of the head's state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.memorydb import ACCESS_STRING, STORE_PART, MemoryDbConfig
from scripts.audit import applies
from scripts.audit.names import group_of_tier
from scripts.audit.registry import Judge, Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids, present
from scripts.inventory import Inventory
from scripts.inventory.reading import each

OPEN_ACL = "open-access"
"""AWS's own list: everybody, without a password."""


def _of(type_: str, *, by: str = "name") -> Callable[[Judge], Judge]:
    """Say which resource of the state the verdicts are about: cluster, user, list and groups have one name."""

    def wrap(judge: Judge) -> Judge:
        @wraps(judge)
        def located(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
            addresses = {str(each.attributes.get(by)): each.address for each in inventory.state.of_type(type_)}
            for verdict in judge(inventory, config):
                yield replace(verdict, address=addresses.get(verdict.resource, ""))

        return located

    return wrap


def _declared(config: FoundationConfig) -> MemoryDbConfig:
    assert config.memorydb is not None  # every check here applies only where it is declared
    return config.memorydb


@check("memorydb.cluster_there", severity=Severity.HIGH, applies=applies.has_memorydb, setting="memorydb")
@_of("aws_memorydb_cluster")
def cluster_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The declared cluster is there and available.

    Why: the head keeps there what it must know after its own loss.

    Fix: apply again; the state of a cluster that is gone comes from a snapshot.
    """
    available = {cluster.name for cluster in each(inventory.memorydb.clusters) if cluster.status == "available"}
    yield from present("the cluster", available, {config.memorydb_name})


@check("memorydb.tls_on", severity=Severity.HIGH, applies=applies.has_memorydb)
@_of("aws_memorydb_cluster")
def tls_on(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Clients must use TLS.

    Why: the password and all of the head's state go over this connection; TLS cannot be turned on later.

    Fix: restore a snapshot into a cluster made by this project.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield expect(cluster.name, "TLS", cluster.tls, True)


@check("memorydb.acl_closed", severity=Severity.HIGH, applies=applies.has_memorydb)
@_of("aws_memorydb_cluster")
def acl_closed(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The cluster knows the user of the head and no other.

    Why: whoever writes into the head's state commands the cluster. AWS's list `open-access` asks nobody for a
    password, and neither does its user `default`.

    Fix: apply again.
    """
    users = {acl.name: acl.user_names for acl in each(inventory.memorydb.acls)}
    for cluster in each(inventory.memorydb.clusters):
        names = users.get(cluster.acl_name, ())
        closed = cluster.acl_name != OPEN_ACL and names == (config.label.name(STORE_PART),)
        yield Verdict(cluster.name, closed, f"ACL is {cluster.acl_name} with users {', '.join(names) or 'unknown'}")


@check("memorydb.users_need_password", severity=Severity.HIGH, applies=applies.has_memorydb)
@_of("aws_memorydb_user", by="user_name")
def users_need_password(inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every user proves who it is with a password.

    Why: without one everybody who reaches the port is that user.

    Fix: apply again.
    """
    for user in each(inventory.memorydb.users):
        ok = user.authentication == "password" and user.password_count > 0
        yield Verdict(user.name, ok, f"authentication is {user.authentication}, {user.password_count} passwords")


@check("memorydb.users_limited", severity=Severity.MEDIUM, applies=applies.has_memorydb)
@_of("aws_memorydb_user", by="user_name")
def users_limited(inventory: Inventory, _config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """The user of the head may do what Ray needs and administer nothing.

    Why: a head that is broken into can then not change users or settings, or drop other data.

    Fix: apply again.
    """
    for user in each(inventory.memorydb.users):
        ok = _rights(user.access_string) == _rights(ACCESS_STRING)
        wanted = "" if ok else f", want {ACCESS_STRING}"
        yield Verdict(user.name, ok, f"access string is {shown(user.access_string)}{wanted}")


@check("memorydb.one_shard", severity=Severity.HIGH, applies=applies.has_memorydb, setting="memorydb.shards")
@_of("aws_memorydb_cluster")
def one_shard(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The cluster has one shard.

    Why: Ray's transactions span keys that several shards would split, and fail there.

    Fix: restore a snapshot into a cluster made by this project.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield expect(cluster.name, "number of shards", cluster.shards, 1)


@check(
    "memorydb.replicas_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_memorydb,
    setting="memorydb.replicas",
)
@_of("aws_memorydb_cluster")
def replicas_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The shard has the declared number of replicas.

    Why: without a replica the loss of one machine is an outage, and a restore from a snapshot.

    Fix: `memorydb.replicas`, then apply.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield expect(cluster.name, "number of replicas", cluster.replicas, _declared(config).replicas)


@check("memorydb.multi_az", severity=Severity.HIGH, applies=applies.has_memorydb, setting="memorydb.replicas")
@_of("aws_memorydb_cluster")
def multi_az(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """A replica takes over by itself when the primary is lost.

    Why: otherwise the head stands still until somebody has restored a snapshot.

    Fix: `memorydb.replicas` of 1 or more, then apply.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield expect(cluster.name, "failover to a replica", cluster.multi_az, True)


@check("memorydb.nodes_in_two_zones", severity=Severity.MEDIUM, applies=applies.has_memorydb, setting="network.zones")
@_of("aws_memorydb_cluster")
def nodes_in_two_zones(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Primary and replicas stand in two zones or more, where the environment has two.

    Why: a replica beside its primary is lost with it.

    Fix: `network.zones` of 2 or more and `memorydb.replicas` of 1 or more, then apply.
    """
    wanted = min(2, len(config.node_zones))
    for cluster in each(inventory.memorydb.clusters):
        yield Verdict(
            cluster.name,
            len(cluster.zones) >= wanted,
            f"zones of its nodes are {shown(cluster.zones)}, want {wanted} or more",
        )


@check("memorydb.minor_versions_follow", severity=Severity.MEDIUM, applies=applies.has_memorydb)
@_of("aws_memorydb_cluster")
def minor_versions_follow(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """AWS brings new minor versions of the engine by itself, in the maintenance window.

    Why: they mend known holes.

    Fix: apply again; `memorydb.maintenance_window` says when.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield expect(cluster.name, "minor versions by themselves", cluster.auto_minor_version_upgrade, True)


@check("memorydb.encrypted_with_our_key", severity=Severity.MEDIUM, applies=applies.has_memorydb_with_our_key)
@_of("aws_memorydb_cluster")
def memorydb_encrypted_with_our_key(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The cluster is encrypted with the key of the environment.

    Why: who may use the key decides who can read data and snapshots, and the key can be revoked.

    Fix: restore a snapshot into a cluster made by this project.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield encrypted_with_our_key(cluster.name, cluster.kms_key, inventory)


@check(
    "memorydb.snapshots_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_memorydb,
    setting="memorydb.snapshot_retention_days",
)
@_of("aws_memorydb_cluster")
def snapshots_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Daily snapshots are taken and kept as declared.

    Why: a snapshot is all that is left after a mistake that replicas repeat.

    Fix: `memorydb.snapshot_retention_days` and `memorydb.snapshot_window`, then apply.
    """
    wanted = (_declared(config).snapshot_retention_days, _declared(config).snapshot_window)
    for cluster in each(inventory.memorydb.clusters):
        found = (cluster.snapshot_retention_days, cluster.snapshot_window)
        yield expect(cluster.name, "days kept and window of snapshots", found, wanted)


@check(
    "memorydb.maxmemory_policy_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_memorydb,
    setting="memorydb.maxmemory_policy",
)
@_of("aws_memorydb_cluster")
def maxmemory_policy_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """What happens when memory is full is what was declared.

    Why: some policies drop keys that Ray needs, others refuse writes; AWS's default parameter group refuses writes.

    Fix: `memorydb.maxmemory_policy`, then apply.
    """
    policies = inventory.memorydb.maxmemory_policies
    for cluster in each(inventory.memorydb.clusters):
        found = policies.get(cluster.parameter_group_name, "that of a group that is not ours")
        yield expect(cluster.name, "maxmemory-policy", found, _declared(config).maxmemory_policy)


@check("memorydb.size_declared", severity=Severity.LOW, applies=applies.has_memorydb, setting="memorydb.node_type")
@_of("aws_memorydb_cluster")
def size_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Node type and engine version are the declared ones.

    Why: a smaller node runs full, a larger one costs more than was agreed, another version behaves otherwise.

    Fix: `memorydb.node_type` and `memorydb.engine_version`, then apply.
    """
    for cluster in each(inventory.memorydb.clusters):
        yield expect(cluster.name, "node type", cluster.node_type, _declared(config).node_type)
        yield expect(cluster.name, "engine version", cluster.engine_version, _declared(config).engine_version)


@check("memorydb.guarded", severity=Severity.HIGH, applies=applies.has_memorydb)
@_of("aws_memorydb_cluster")
def memorydb_guarded(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The cluster is in the security group for it and in no other.

    In an Anyscale cloud with `memorydb.in_cloud_security_group` that is the group of its nodes.

    Why: only the head has business there, and the group lets in nobody else.

    Fix: apply again.
    """
    names, wanted = group_names(inventory), config.group_name(group_of_tier(config, "memorydb"))
    for cluster in each(inventory.memorydb.clusters):
        groups = tuple(names.get(id_, id_) for id_ in cluster.group_ids)
        yield expect(cluster.name, "security group", groups, (wanted,))


@check("memorydb.in_node_subnets", severity=Severity.MEDIUM, applies=applies.has_memorydb)
@_of("aws_memorydb_subnet_group")
def in_node_subnets(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The cluster stands in the subnets of the nodes and in no other.

    Why: other subnets may have other routes, and other neighbours.

    Fix: apply again.
    """
    wanted = node_subnet_ids(inventory, config)
    for group in each(inventory.memorydb.subnet_groups):
        others = tuple(id_ for id_ in group.subnet_ids if id_ not in wanted)
        yield expect(group.name, "subnets beside those of the nodes", others, ())


_WRITTEN_BY_AWS = frozenset({"-@all", "resetchannels"})
"""What AWS adds to an access string; both only take away."""


def _rights(access_string: str) -> list[str]:
    return [right for right in access_string.split() if right not in _WRITTEN_BY_AWS]
