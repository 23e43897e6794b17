"""MemoryDB parameter groups, which moto lacks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.memorydb.models import MemoryDBBackend
from moto.memorydb.responses import MemoryDBResponse

from scripts.local_aws.extensions.plumbing import AwsError, Params, need, op, table, wrap

INVALID = "InvalidParameterValueException"
FAMILIES = ("memorydb_redis6", "memorydb_redis7", "memorydb_valkey7")

EVICTIONS = "volatile-lru,allkeys-lru,volatile-lfu,allkeys-lfu,volatile-random,allkeys-random,volatile-ttl,noeviction"
YES_NO = "yes,no"

PARAMETERS = {
    "activedefrag": ("no", YES_NO),
    "activerehashing": ("yes", YES_NO),
    "acl-pubsub-default": ("resetchannels", "resetchannels,allchannels"),
    "hash-max-listpack-entries": ("512", "0-"),
    "lazyfree-lazy-eviction": ("no", YES_NO),
    "lazyfree-lazy-expire": ("no", YES_NO),
    "lazyfree-lazy-user-del": ("no", YES_NO),
    "maxmemory-policy": ("noeviction", EVICTIONS),
    "maxmemory-samples": ("3", "1-"),
    "notify-keyspace-events": ("", ""),
    "slowlog-log-slower-than": ("10000", "-"),
    "slowlog-max-len": ("128", "0-"),
    "tcp-keepalive": ("300", "0-"),
    "timeout": ("0", "0,20-"),
}
"""Default and allowed values: https://docs.aws.amazon.com/memorydb/latest/devguide/parametergroups.redis.html"""

CHOICES = {name: allowed.split(",") for name, (_, allowed) in PARAMETERS.items() if allowed in (YES_NO, EVICTIONS)}


def groups_of(backend: Any) -> dict[str, Params]:
    """Parameter groups of a region by name; each family has a default one."""
    groups = table(backend, "parameter_groups")
    for family in FAMILIES:
        name = "default." + family.replace("_", "-")
        if name not in groups:
            groups[name] = _new(backend, name, family, f"Default parameter group for {family}")
    return groups


def need_group(backend: Any, name: str) -> Params:
    """One parameter group; refused when there is none."""
    return need(groups_of(backend), name, "ParameterGroupNotFoundFault", f"ParameterGroup not found: {name}")


@op(MemoryDBResponse)
def create_parameter_group(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateParameterGroup.html"""
    backend, name, family = self.memorydb_backend, params["ParameterGroupName"], params["Family"]
    if name in groups_of(backend):
        raise AwsError("ParameterGroupAlreadyExistsFault", f"Parameter group {name} already exists")
    if family not in FAMILIES:
        raise AwsError(INVALID, f"Invalid parameter group family: {family}")
    group = groups_of(backend)[name] = _new(backend, name, family, params.get("Description", ""))
    backend.tag_resource(group["ARN"], params.get("Tags") or [])
    return {"ParameterGroup": group}


@op(MemoryDBResponse)
def describe_parameter_groups(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DescribeParameterGroups.html"""
    name = params.get("ParameterGroupName")
    groups = groups_of(self.memorydb_backend)
    return {"ParameterGroups": [need_group(self.memorydb_backend, name)] if name else list(groups.values())}


@op(MemoryDBResponse)
def update_parameter_group(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_UpdateParameterGroup.html"""
    group = _changeable(self, params)
    for setting in params["ParameterNameValues"]:
        name, value = setting["ParameterName"], setting["ParameterValue"]
        need(PARAMETERS, name, INVALID, f"Parameter {name} doesn't exist")
        if value not in CHOICES.get(name, [value]):
            raise AwsError(INVALID, f"Invalid value {value} for parameter {name}; allowed: {PARAMETERS[name][1]}")
        _values(self, group)[name] = value
    return {"ParameterGroup": group}


@op(MemoryDBResponse)
def reset_parameter_group(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_ResetParameterGroup.html"""
    group = _changeable(self, params)
    values = _values(self, group)
    for name in list(values) if params.get("AllParameters") else params.get("ParameterNames") or []:
        values.pop(name, None)
    return {"ParameterGroup": group}


@op(MemoryDBResponse)
def describe_parameters(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DescribeParameters.html"""
    group = need_group(self.memorydb_backend, params["ParameterGroupName"])
    values = _values(self, group)
    described = [
        {
            "Name": name,
            "Value": values.get(name, default),
            "DataType": "string",
            "AllowedValues": allowed,
            "MinimumEngineVersion": "6.2.4",
            "Description": name,
        }
        for name, (default, allowed) in PARAMETERS.items()
    ]
    return {"Parameters": described}


@op(MemoryDBResponse)
def delete_parameter_group(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/memorydb/latest/APIReference/API_DeleteParameterGroup.html"""
    backend, group = self.memorydb_backend, _changeable(self, params)
    if any(cluster.parameter_group_name == group["Name"] for cluster in backend.clusters.values()):
        message = "One or more clusters are still members of this parameter group."
        raise AwsError("InvalidParameterGroupStateFault", message)
    del groups_of(backend)[group["Name"]]
    table(backend, "parameter_values").pop(group["Name"], None)
    return {"ParameterGroup": group}


@wrap(MemoryDBBackend, "_list_arns")
def list_arns(original: Callable[[Any], list[str]], self: Any) -> list[str]:
    """moto tags only what is listed here."""
    return [*original(self), *(group["ARN"] for group in groups_of(self).values())]


def _changeable(self: Any, params: Params) -> Params:
    group = need_group(self.memorydb_backend, params["ParameterGroupName"])
    if group["Name"].startswith("default."):
        raise AwsError(INVALID, f"{group['Name']} is a default parameter group and cannot be changed")
    return group


def _values(self: Any, group: Params) -> dict[str, str]:
    values: dict[str, str] = table(self.memorydb_backend, "parameter_values").setdefault(group["Name"], {})
    return values


def _new(backend: Any, name: str, family: str, description: str) -> Params:
    arn = f"arn:aws:memorydb:{backend.region_name}:{backend.account_id}:parametergroup/{name}"
    return {"Name": name, "Family": family, "Description": description, "ARN": arn}
