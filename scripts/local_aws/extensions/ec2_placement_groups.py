"""EC2 placement groups, which moto lacks."""

from __future__ import annotations

from typing import Any

from moto.ec2 import utils
from moto.ec2.responses import EC2Response
from moto.ec2.utils import random_id

from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, table

STRATEGIES = ("cluster", "spread", "partition")

# Else CreateTags refuses the id.
utils.EC2_PREFIX_TO_RESOURCE["pg"] = "placement-group"
utils.EC2_RESOURCE_TO_PREFIX["placement-group"] = "pg"


def groups_of(backend: Any) -> dict[str, Params]:
    """Placement groups of a region by name."""
    return table(backend, "placement_groups")


def group_named(backend: Any, name: str) -> Params:
    """One placement group; refused when there is none."""
    message = f"The Placement Group '{name}' is unknown."
    return need(groups_of(backend), name, "InvalidPlacementGroup.Unknown", message)


@op(EC2Response)
def create_placement_group(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreatePlacementGroup.html"""
    name, strategy = params["GroupName"], params.get("Strategy", "cluster")
    if name in groups_of(self.ec2_backend):
        message = f"The placement group '{name}' already exists."
        raise AwsError("InvalidPlacementGroup.Duplicate", message)
    if strategy not in STRATEGIES:
        raise AwsError("InvalidParameterValue", f"Invalid value '{strategy}' for strategy.")
    group = {
        "GroupName": name,
        "GroupId": random_id("pg"),
        "State": "available",
        "Strategy": strategy,
        "GroupArn": f"arn:aws:ec2:{self.region}:{self.current_account}:placement-group/{name}",
    }
    copy_given(params, group, ("PartitionCount", "SpreadLevel"))
    groups_of(self.ec2_backend)[name] = group
    tags = self._parse_tag_specification().get("placement-group")
    if tags:
        self.ec2_backend.create_tags([group["GroupId"]], tags)
    return {"PlacementGroup": _described(self, group)}


@op(EC2Response)
def describe_placement_groups(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePlacementGroups.html"""
    names, ids = params.get("GroupNames"), params.get("GroupIds")
    found = [group_named(self.ec2_backend, name) for name in names or groups_of(self.ec2_backend)]
    return {"PlacementGroups": [_described(self, group) for group in found if not ids or group["GroupId"] in ids]}


@op(EC2Response)
def delete_placement_group(self: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeletePlacementGroup.html"""
    name = params["GroupName"]
    group_named(self.ec2_backend, name)
    if any(_is_in(instance, name) for instance in self.ec2_backend.all_instances()):
        raise AwsError("InvalidPlacementGroup.InUse", f"The placement group '{name}' is in use.")
    del groups_of(self.ec2_backend)[name]


def _is_in(instance: Any, name: str) -> bool:
    return bool(instance.state != "terminated" and instance.placement.group_name == name)


def _described(self: Any, group: Params) -> Params:
    tags = self.ec2_backend.describe_tags(filters={"resource-id": [group["GroupId"]]})
    return {**group, "Tags": tags}
