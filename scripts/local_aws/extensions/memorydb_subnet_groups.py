"""MemoryDB subnet groups: the update that moto lacks, and the zones without MemoryDB that AWS refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.memorydb.models import MemoryDBSubnetGroup
from moto.memorydb.responses import MemoryDBResponse

from config.memorydb_zones import memorydb_zones
from scripts.local_aws.extensions.plumbing import AwsError, Params, need, op, wrap


@wrap(MemoryDBSubnetGroup, "__init__")
def subnet_group(original: Callable[..., None], self: Any, region_name: str, *args: Any, **kwargs: Any) -> None:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateSubnetGroup.html"""
    original(self, region_name, *args, **kwargs)
    if self.subnet_group_name != "default":  # moto's own, of all zones of a region
        _refuse_zones(self.subnets, region_name)


@op(MemoryDBResponse)
def update_subnet_group(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_UpdateSubnetGroup.html"""
    backend, name = self.memorydb_backend, params["SubnetGroupName"]
    message = f"Subnet group {name} not found."
    group = need(backend.subnet_groups, name, "SubnetGroupNotFoundFault", message)
    if wanted := params.get("SubnetIds"):
        subnets = backend.ec2_backend.describe_subnets(filters={"subnet-id": wanted})
        _refuse_zones(subnets, backend.region_name)
        _refuse_missing(group, wanted, backend)
        group.subnet_ids = wanted
    if params.get("Description") is not None:
        group.description = params["Description"]
    return {"SubnetGroup": group.to_dict()}


def _refuse_zones(subnets: list[Any], region: str) -> None:
    offered = memorydb_zones(region)
    without = [subnet.id for subnet in subnets if offered is not None and subnet.availability_zone_id not in offered]
    if without:
        raise AwsError("SubnetNotAllowedFault", f"MemoryDB is not offered in the zones of: {', '.join(without)}")


def _refuse_missing(group: Any, wanted: list[str], backend: Any) -> None:
    """A subnet where the nodes of a cluster stand stays in the group."""
    clusters = [each for each in backend.clusters.values() if each.subnet_group_name == group.subnet_group_name]
    zones = {node["AvailabilityZone"] for each in clusters for shard in each.shards for node in shard["Nodes"]}
    used = [subnet.id for subnet in group.subnets if subnet.id not in wanted and subnet.availability_zone in zones]
    if used:
        raise AwsError("SubnetInUse", f"The subnets are in use: {', '.join(used)}")
