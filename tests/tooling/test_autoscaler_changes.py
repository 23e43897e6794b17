from __future__ import annotations

import base64
import copy
import gzip
import json
from typing import Any

import pytest

from scripts.terraform.autoscaler_changes import MOST_LINES, autoscaler_changes

BEFORE: dict[str, Any] = {
    "max_workers": 8,
    "available_node_types": {
        "cpu": {
            "max_workers": 8,
            "resources": {"CPU": 4},
            "node_config": {
                "ImageId": "ami-1",
                "UserData": "#!/bin/sh\necho one\n",
                "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50}}],
                "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Owner", "Value": "a"}]}],
            },
        },
    },
}


def compressed(config: dict[str, Any]) -> str:
    return base64.b64encode(gzip.compress(json.dumps(config).encode())).decode()


def plan(after: dict[str, Any] | None, actions: tuple[str, ...] = ("update",)) -> dict[str, Any]:
    change = {"actions": list(actions), "before": compressed(BEFORE), "after_unknown": after is None}
    return {"output_changes": {"autoscaling_config": {**change, "after": after and compressed(after)}}}


@pytest.fixture
def after() -> dict[str, Any]:
    return copy.deepcopy(BEFORE)


def test_each_setting_is_a_line(after: dict[str, Any]) -> None:
    after["max_workers"] = 9
    cpu = after["available_node_types"]["cpu"]
    cpu["resources"]["GPU"] = 1
    node = cpu["node_config"]
    node["ImageId"] = "ami-2"
    node["UserData"] = "#!/bin/sh\necho two\n" * 999
    node["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"] = 80
    node["TagSpecifications"][0]["Tags"].append({"Key": "Team", "Value": "b"})
    assert autoscaler_changes(plan(after)) == [
        "the autoscaler's configuration changes:",
        "  cpu.BlockDeviceMappings.0.Ebs.VolumeSize: 50 → 80",
        "  cpu.ImageId: ami-1 → ami-2",
        "  cpu.TagSpecifications.0.Tags.Team: (none) → b",
        "  cpu.UserData: another boot script",
        "  cpu.resources.GPU: (none) → 1",
        "  max_workers: 8 → 9",
    ]


def test_a_type_that_comes_or_goes_is_one_line(after: dict[str, Any]) -> None:
    types = after["available_node_types"]
    types["gpu"] = types.pop("cpu")
    assert autoscaler_changes(plan(after))[1:] == ["  cpu: removed", "  gpu: added"]


def test_many_changes_are_cut(after: dict[str, Any]) -> None:
    after["available_node_types"]["cpu"]["resources"] = {f"r{number}": 1 for number in range(50)}
    lines = autoscaler_changes(plan(after))
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "  and 32 more"


def test_what_is_not_known_yet_is_said() -> None:
    assert autoscaler_changes(plan(None)) == ["the autoscaler's configuration changes; how is known after apply"]


@pytest.mark.parametrize(
    "other", [{}, {"output_changes": {}}, plan(BEFORE, ("no-op",)), plan(BEFORE, ("create",)), plan(BEFORE)]
)
def test_no_change_is_no_line(other: dict[str, Any]) -> None:
    assert autoscaler_changes(other) == []
