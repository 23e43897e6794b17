"""The MemoryDB cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from config.anyscale import AdoptedConfig
from scripts.state import State
from tests.verify.bending import Bend, Make, anyway, no_rule, rule, with_attribute
from tests.verify.bends_access import by_other_group
from tests.verify.bends_network import nothing
from tests.verify.deployment import Deployment

REACHED, CLOSED, TLS = "anyscale.store_reached", "anyscale.store_closed", "anyscale.store_tls"
REPLICATED, EVICTS, USER = "anyscale.store_replicated", "anyscale.store_evicts", "anyscale.store_without_user"
ZONES, AVAILABLE = "anyscale.store_zones", "anyscale.store_available"


def updated(before: dict[str, Any], **after: Any) -> Make:
    """Change settings of the cluster."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        memorydb = d.client("memorydb")
        memorydb.update_cluster(ClusterName=d.store, **after)
        yield
        memorydb.update_cluster(ClusterName=d.store, **before)

    return make


def parameter(value: str) -> Make:
    """Another maxmemory-policy."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        memorydb, group = d.client("memorydb"), _cluster(d)["ParameterGroupName"]
        for each in (value, "allkeys-lru"):
            memorydb.update_parameter_group(
                ParameterGroupName=group,
                ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": each}],
            )
            if each == value:
                yield

    return make


@contextmanager
def in_another_group(d: Deployment) -> Iterator[None]:
    """In a group that lets nobody in."""
    ec2, memorydb, groups = d.client("ec2"), d.client("memorydb"), d.output("security_group_ids")
    made = ec2.create_security_group(GroupName="empty", Description="by hand", VpcId=d.vpc_id)["GroupId"]
    memorydb.update_cluster(ClusterName=d.store, SecurityGroupIds=[made])
    yield
    memorydb.update_cluster(ClusterName=d.store, SecurityGroupIds=[groups["memorydb"]])
    ec2.delete_security_group(GroupId=made)


@contextmanager
def made_by_hand(d: Deployment) -> Iterator[State]:
    """Another cluster, named `bent`: in one zone, without TLS, replica or parameters."""
    memorydb, name = d.client("memorydb"), {"SubnetGroupName": "bent"}
    memorydb.create_subnet_group(**name, SubnetIds=[next(iter(d.output("private_subnet_ids").values()))])
    memorydb.create_cluster(
        ClusterName="bent",
        NodeType="db.t4g.small",
        ACLName="open-access",
        TLSEnabled=False,
        NumReplicasPerShard=0,
        SecurityGroupIds=[d.output("security_group_ids")["memorydb"]],
        **name,
    )
    yield with_attribute(d.state, "aws_memorydb_cluster", name="bent")
    memorydb.delete_cluster(ClusterName="bent")
    memorydb.delete_subnet_group(**name)


@contextmanager
def list_with_a_user(d: Deployment) -> Iterator[None]:
    """An ACL that asks for a user and a password."""
    memorydb = d.client("memorydb")
    memorydb.create_user(
        UserName="head", AccessString="on ~* +@all", AuthenticationMode={"Type": "password", "Passwords": ["x" * 20]}
    )
    memorydb.create_acl(ACLName="closed", UserNames=["head"])
    memorydb.update_cluster(ClusterName=d.store, ACLName="closed")
    yield
    memorydb.update_cluster(ClusterName=d.store, ACLName="open-access")
    memorydb.delete_acl(ACLName="closed")
    memorydb.delete_user(UserName="head")


def _cluster(d: Deployment) -> dict[str, Any]:
    found: dict[str, Any] = d.client("memorydb").describe_clusters(ClusterName=d.store)["Clusters"][0]
    return found


BENDS = (
    Bend(
        "6379 from the VPC",
        rule((6379, 6379), "10.40.0.0/16", group="memorydb"),
        {CLOSED: "lets tcp 6379 in from 10.40"},
    ),
    Bend(
        "all ports from another group",
        by_other_group((0, 65535), group="memorydb"),
        {CLOSED: "lets tcp 0-65535 in from"},
    ),
    Bend(
        "nodes kept out", no_rule(6379, "cloud", group="memorydb"), {REACHED: "closed: .*no rule of .* in from cloud"}
    ),
    Bend("nodes kept in", no_rule(6379, "memorydb", egress=True), {REACHED: "closed: no rule .* out to memorydb"}),
    Bend("in another group", in_another_group, {REACHED: "closed: no rule of .* out to memorydb"}),
    Bend("refuses writes", parameter("noeviction"), {EVICTS: "maxmemory-policy is noeviction, want allkeys-lru"}),
    Bend(
        "no replica",
        updated({"ReplicaConfiguration": {"ReplicaCount": 1}}, ReplicaConfiguration={"ReplicaCount": 0}),
        {REPLICATED: "1 nodes in each shard, want 2 or more"},
    ),
    Bend(
        "two shards",
        updated({"ShardConfiguration": {"ShardCount": 1}}, ShardConfiguration={"ShardCount": 2}),
        {REPLICATED: "number of shards is 2, want 1"},
    ),
    Bend(
        "made by hand",
        made_by_hand,
        {
            TLS: "TLS is off, want on",
            REPLICATED: "1 nodes in each shard, want 2 or more",
            ZONES: "subnets in usw2-az., want 2 zones",
            EVICTS: "maxmemory-policy is noeviction, want allkeys-lru",
        },
        anyway(adopted=AdoptedConfig(memorydb_name="bent")),
    ),
    Bend("asks for a user", list_with_a_user, {USER: "ACL closed asks for a user"}),
    Bend(
        "another name",
        nothing,
        {
            AVAILABLE: "the cluster is missing",
            TLS: "saw nothing",
            REPLICATED: "saw nothing",
            EVICTS: "saw nothing",
            ZONES: "saw nothing",
            CLOSED: "saw nothing",
            USER: "saw nothing",
        },
        anyway(adopted=AdoptedConfig(memorydb_name="never-made")),
    ),
)
