"""The store of the head's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope

DESCRIBE_CLUSTERS = Read("memorydb", "DescribeClusters", items="Clusters", absent=("ClusterNotFoundFault",))
DESCRIBE_ACLS = Read("memorydb", "DescribeACLs", items="ACLs", absent=("ACLNotFoundFault",))
DESCRIBE_USERS = Read("memorydb", "DescribeUsers", items="Users", absent=("UserNotFoundFault",))
DESCRIBE_PARAMETERS = Read(
    "memorydb", "DescribeParameters", items="Parameters", absent=("ParameterGroupNotFoundFault",)
)
DESCRIBE_SUBNET_GROUPS = Read(
    "memorydb", "DescribeSubnetGroups", items="SubnetGroups", absent=("SubnetGroupNotFoundFault",)
)

T = TypeVar("T")

MAXMEMORY_POLICY = "maxmemory-policy"


@dataclass(frozen=True)
class Cluster:
    """A MemoryDB cluster."""

    name: str
    status: str
    node_type: str
    engine_version: str
    shards: int
    replicas: int
    """Of the shard that has the fewest."""
    tls: bool
    kms_key: str | None
    acl_name: str
    parameter_group_name: str
    subnet_group_name: str
    group_ids: tuple[str, ...]
    snapshot_retention_days: int
    snapshot_window: str
    endpoint: str
    multi_az: bool = False
    """Whether a replica in another zone takes over by itself."""
    zones: tuple[str, ...] = ()
    """Of its nodes, each once."""
    auto_minor_version_upgrade: bool = False


@dataclass(frozen=True)
class Acl:
    """An access control list: the users that a cluster knows."""

    name: str
    user_names: tuple[str, ...]


@dataclass(frozen=True)
class User:
    """A MemoryDB user; AWS never shows a password."""

    name: str
    authentication: str
    password_count: int
    access_string: str


@dataclass(frozen=True)
class SubnetGroup:
    """The subnets that the nodes of a cluster may stand in."""

    name: str
    subnet_ids: tuple[str, ...]


@dataclass(frozen=True)
class MemoryDb:
    """Everything of MemoryDB that the environment made."""

    clusters: tuple[Reading[Cluster], ...]
    acls: tuple[Reading[Acl], ...]
    users: tuple[Reading[User], ...]
    subnet_groups: tuple[Reading[SubnetGroup], ...]
    maxmemory_policies: Mapping[str, Reading[str]]
    """By parameter group."""


def collect_memorydb(reader: Reader, scope: Scope) -> MemoryDb:
    """Read the clusters of the state and what belongs to them; what is gone is left out.

    What a cluster names and the state does not know, such as AWS's own `open-access`, is read when that is known.
    """

    def start(read: Read, argument: str, type_: str, attribute: str = "name", **more: object) -> dict[str, Answer]:
        names = scope.state.values(type_, attribute)
        return {name: reader.start(read, **{argument: name}, **more) for name in names}

    def add(started: dict[str, Answer], read: Read, argument: str, names: Iterable[str]) -> None:
        missing = sorted(set(names).difference(started))
        started |= {name: reader.start(read, **{argument: name}) for name in missing}

    # Without the details there is no number of nodes.
    clusters = start(DESCRIBE_CLUSTERS, "ClusterName", "aws_memorydb_cluster", ShowShardDetails=True)
    acls = start(DESCRIBE_ACLS, "ACLName", "aws_memorydb_acl")
    users = start(DESCRIBE_USERS, "UserName", "aws_memorydb_user", "user_name")
    subnet_groups = start(DESCRIBE_SUBNET_GROUPS, "SubnetGroupName", "aws_memorydb_subnet_group")
    parameters = start(DESCRIBE_PARAMETERS, "ParameterGroupName", "aws_memorydb_parameter_group")
    found = _each(clusters, _cluster)
    there = [cluster for cluster in found if not isinstance(cluster, Unreadable)]
    add(acls, DESCRIBE_ACLS, "ACLName", (cluster.acl_name for cluster in there))
    add(subnet_groups, DESCRIBE_SUBNET_GROUPS, "SubnetGroupName", (cluster.subnet_group_name for cluster in there))
    add(parameters, DESCRIBE_PARAMETERS, "ParameterGroupName", (cluster.parameter_group_name for cluster in there))
    lists = _each(acls, _acl)
    named = (name for acl in lists if not isinstance(acl, Unreadable) for name in acl.user_names)
    add(users, DESCRIBE_USERS, "UserName", named)
    return MemoryDb(
        clusters=found,
        acls=lists,
        users=_each(users, _user),
        subnet_groups=_each(subnet_groups, _subnet_group),
        maxmemory_policies={name: answer.parse(_maxmemory_policy) for name, answer in parameters.items()},
    )


def _each(answers: Mapping[str, Answer], model: Callable[[Mapping[str, Any]], T]) -> tuple[Reading[T], ...]:
    readings = (answer.parse(lambda found: model(found[0]) if found else None) for answer in answers.values())
    return tuple(reading for reading in readings if reading is not None)


def _cluster(answer: Mapping[str, Any]) -> Cluster:
    nodes = [shard["NumberOfNodes"] for shard in answer["Shards"]]
    endpoint = answer.get("ClusterEndpoint") or {}
    return Cluster(
        name=answer["Name"],
        status=answer["Status"],
        node_type=answer["NodeType"],
        engine_version=answer["EngineVersion"],
        shards=answer["NumberOfShards"],
        replicas=min(nodes) - 1,
        tls=answer["TLSEnabled"],
        kms_key=answer.get("KmsKeyId"),
        acl_name=answer["ACLName"],
        parameter_group_name=answer["ParameterGroupName"],
        subnet_group_name=answer["SubnetGroupName"],
        group_ids=tuple(sorted(group["SecurityGroupId"] for group in answer.get("SecurityGroups") or ())),
        snapshot_retention_days=answer["SnapshotRetentionLimit"],
        snapshot_window=answer.get("SnapshotWindow", ""),
        endpoint=f"{endpoint['Address']}:{endpoint['Port']}" if endpoint else "",
        multi_az=str(answer.get("AvailabilityMode", "")).lower() == "multiaz",
        zones=tuple(
            sorted({node["AvailabilityZone"] for shard in answer["Shards"] for node in shard.get("Nodes", ())})
        ),
        auto_minor_version_upgrade=answer.get("AutoMinorVersionUpgrade", False),
    )


def _acl(answer: Mapping[str, Any]) -> Acl:
    return Acl(answer["Name"], tuple(sorted(answer.get("UserNames", ()))))


def _user(answer: Mapping[str, Any]) -> User:
    authentication = answer.get("Authentication", {})
    return User(
        name=answer["Name"],
        authentication=authentication.get("Type", "unknown"),
        password_count=authentication.get("PasswordCount", 0),
        access_string=answer.get("AccessString", ""),
    )


def _subnet_group(answer: Mapping[str, Any]) -> SubnetGroup:
    return SubnetGroup(answer["Name"], tuple(sorted(subnet["Identifier"] for subnet in answer.get("Subnets", ()))))


def _maxmemory_policy(answer: list[Any]) -> str:
    return next((str(parameter["Value"]) for parameter in answer if parameter["Name"] == MAXMEMORY_POLICY), "not set")
