"""MemoryDB clusters: engine, replicas and references as AWS has them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

from moto.memorydb.models import MemoryDBBackend, MemoryDBCluster, memorydb_backends
from moto.memorydb.responses import MemoryDBResponse

from scripts.local_aws.extensions.memorydb_acls import acls_of, need_acl
from scripts.local_aws.extensions.memorydb_parameters import need_group
from scripts.local_aws.extensions.plumbing import AwsError, need, table, wrap
from scripts.local_aws.identity import ACCOUNT_ID

INVALID = "InvalidParameterValueException"

# https://docs.aws.amazon.com/memorydb/latest/devguide/nodes.supportedtypes.html
NODE_TYPE = re.compile(
    r"db\.(t4g\.(small|medium)|r[67]g\.(large|xlarge|(2|4|8|12|16)xlarge)|r6gd\.(xlarge|(2|4|8)xlarge))"
)
MOST_REPLICAS = 5


@wrap(MemoryDBBackend, "create_cluster")
def create_cluster(original: Callable[..., Any], self: Any, **given: Any) -> Any:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateCluster.html"""
    _refuse_node_type(given["node_type"])
    _refuse_replicas(given["num_replicas_per_shard"])
    _refuse_references(self, given)
    cluster = original(self, **given)
    if given["num_replicas_per_shard"] == 0:  # moto takes 0 for "not given"
        _set_replicas(cluster, 0)
    _place(self, cluster)
    return cluster


@wrap(MemoryDBBackend, "update_cluster")
def update_cluster(original: Callable[..., Any], self: Any, *args: Any, **given: Any) -> Any:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_UpdateCluster.html"""
    if given.get("node_type"):
        _refuse_node_type(given["node_type"])
    if given.get("acl_name"):
        need_acl(self, given["acl_name"])
    if given.get("parameter_group_name"):
        need_group(self, given["parameter_group_name"])
    replicas = (given.get("replica_configuration") or {}).get("ReplicaCount")
    _refuse_replicas(replicas)
    cluster = original(self, *args, **given)
    if replicas is not None:
        _set_replicas(cluster, replicas)
        _place(self, cluster)
    return cluster


@wrap(MemoryDBResponse, "create_cluster")
def keep_engine(original: Callable[[Any], Any], self: Any) -> Any:
    """moto forgets whether a cluster speaks Redis or Valkey."""
    result = original(self)
    self.parse_parameters(self.normalized_request)
    cluster = self.memorydb_backend.clusters[result.result["Cluster"]["Name"]]
    table(cluster, "given")["engine"] = self.params.get("Engine") or "redis"
    result.result["Cluster"] = cluster.to_dict()
    return result


@wrap(MemoryDBCluster, "to_dict")
def describe(original: Callable[[Any], dict[str, Any]], self: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_Cluster.html"""
    description = original(self)
    description["Engine"] = table(self, "given").get("engine", "redis")
    description["SecurityGroups"] = [{"SecurityGroupId": name, "Status": "active"} for name in self.security_group_ids]
    if self.sns_topic_arn:
        description["SnsTopicStatus"] = "ACTIVE"
    return description


def delete_slow_clusters(prefix: str) -> int:
    """Delete the clusters and ACLs whose names begin so, in every region; see `client.prepare_destroy`."""
    deleted = 0
    for backend in memorydb_backends[ACCOUNT_ID].values():
        for entries in (backend.clusters, acls_of(backend)):
            names = [name for name in entries if name.startswith(prefix)]
            deleted += len(names)
            for name in names:
                del entries[name]
    return deleted


def _refuse_node_type(node_type: str | None) -> None:
    if not NODE_TYPE.fullmatch(node_type or ""):
        raise AwsError(INVALID, f"Invalid node type: {node_type}")


def _refuse_replicas(replicas: int | None) -> None:
    if replicas is not None and not 0 <= replicas <= MOST_REPLICAS:
        raise AwsError(INVALID, f"Replicas per shard must be 0 to {MOST_REPLICAS}, got {replicas}")


def _refuse_references(backend: Any, given: dict[str, Any]) -> None:
    need_acl(backend, given["acl_name"])
    if given["parameter_group_name"]:
        need_group(backend, given["parameter_group_name"])
    if given["subnet_group_name"]:
        need(backend.subnet_groups, given["subnet_group_name"], "SubnetGroupNotFoundFault")
    if given["tls_enabled"] is False and given["acl_name"] != "open-access":
        raise AwsError("InvalidParameterCombinationException", "TLS must be enabled to use an ACL")


def _set_replicas(cluster: Any, replicas: int) -> None:
    cluster.num_replicas_per_shard = replicas
    cluster.availability_mode = "MultiAZ" if replicas else "SingleAZ"
    cluster.shards = cluster.get_shard_details()


def _place(backend: Any, cluster: Any) -> None:
    """Give each node of a shard another zone of the subnet group, as AWS does; moto draws one of a to d for each."""
    subnets = backend.subnet_groups[cluster.subnet_group_name or "default"].subnets
    zones = sorted({subnet.availability_zone for subnet in subnets})
    for shard in cluster.shards:
        for node, zone in zip(shard["Nodes"], itertools.cycle(zones)):
            node["AvailabilityZone"] = zone
