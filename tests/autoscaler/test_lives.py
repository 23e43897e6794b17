"""Ray's own code on our configuration and our roles: nothing that it needs is denied, and EC2 gets what we said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.autoscaler.conftest import Lives
from tests.autoscaler.field import config_of
from tests.autoscaler.lives import LIVES, Instances, Life
from tests.autoscaler.site import Deployed

pytestmark = pytest.mark.autoscaler


def tags(instance: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in instance["Tags"]}


def types(instances: Instances) -> list[str]:
    return sorted(tags(instance)["ray-user-node-type"] for instance in instances)


def states(instances: Instances) -> dict[str, str]:
    return {tags(it)["ray-user-node-type"]: it["State"]["Name"] for it in instances}


def ids(instances: Instances, kind: str) -> list[str]:
    return [it["InstanceId"] for it in instances if tags(it)["ray-node-type"] == kind]


@pytest.mark.parametrize("name", LIVES)
def test_nothing_is_denied(life: Lives, name: str) -> None:
    decisions = life(name).decisions
    assert [str(each) for each in decisions if not each.allowed] == []
    assert len(decisions) > 50


@pytest.mark.parametrize("name", LIVES)
def test_every_node_is_what_the_environment_says(life: Lives, name: str) -> None:
    found = life(name)
    config = config_of(found.deployed)
    instances = {it["InstanceId"]: it for step in found.launched.values() for it in step}
    assert len(instances) > 1
    for instance in instances.values():
        check_node(found, config, instance)


def check_node(life: Life, config: dict[str, Any], instance: dict[str, Any]) -> None:
    deployed, own = life.deployed, tags(instance)
    type_ = own["ray-user-node-type"]
    wanted, outputs = config["available_node_types"][type_]["node_config"], deployed.outputs
    tier = "head" if type_ == "head" else "worker"
    assert instance["InstanceType"] == wanted["InstanceType"]
    assert instance["ImageId"] == outputs["image_ids"][type_]
    assert instance["SubnetId"] in outputs["node_subnet_ids"][type_]
    assert instance["SubnetId"] in outputs["private_subnet_ids"].values()
    assert instance.get("PublicIpAddress") is None
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [outputs["security_group_ids"][tier]]
    assert instance["IamInstanceProfile"]["Arn"] == outputs["instance_profile_arns"][tier]
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance.get("InstanceLifecycle") == ("spot" if type_ == "cpu" and "head" in outputs else None)
    assert instance.get("KeyName") == outputs.get("key_pair_name")
    assert own["ray-cluster-name"] == own["rayform:cluster"] == deployed.cluster
    assert (own["ray-node-type"], own["rayform:role"]) == (tier, tier)
    check_volumes(deployed, instance)


def check_volumes(deployed: Deployed, instance: dict[str, Any]) -> None:
    """Where the node still runs: EC2 forgets the volumes of one that was terminated."""
    filters = [{"Name": "attachment.instance-id", "Values": [instance["InstanceId"]]}]
    for volume in deployed.ec2.describe_volumes(Filters=filters)["Volumes"]:
        assert volume["Encrypted"]
        assert volume["KmsKeyId"] == deployed.outputs["key_arn"]
        assert tags(volume)["rayform:cluster"] == deployed.cluster


def test_workers_of_terraforms_head(life: Lives) -> None:
    found = life("by-terraform").launched
    assert types(found["workers"]) == ["arm", "cpu"]
    (arm,) = (it for it in found["workers"] if tags(it)["ray-user-node-type"] == "arm")
    assert arm["SubnetId"] == life("by-terraform").deployed.outputs["node_subnet_ids"]["arm"][1]
    assert found["idle"] == found["end"] == []


def test_a_spot_type_without_capacity_is_stood_in_for(life: Lives) -> None:
    found = life("by-terraform")
    assert types(found.launched["fallback"]) == ["cpu-on-demand"]
    # One launch, which Ray tries five times.
    assert found.notes["lacks"] == ["spot"] * 5


def test_ray_up_makes_one_head_and_ray_down_ends_all(life: Lives) -> None:
    found = life("by-ray-up").launched
    assert types(found["up"]) == ["head"]
    (head,) = found["again"]
    assert tags(head)["ray-node-status"] == "up-to-date"
    assert types(found["workers"]) == ["arm", "cpu", "head"]
    assert types(found["idle"]) == ["head"]
    assert types(found["busy"]) == ["cpu", "head"]
    assert found["down"] == []


def test_a_second_ray_up_leaves_the_head(life: Lives) -> None:
    found = life("by-ray-up")
    assert ids(found.launched["again"], "head") == ids(found.launched["up"], "head")
    assert "up-to-date" in found.notes["again"]


def test_the_head_of_ray_up_writes_its_address(life: Lives) -> None:
    found = life("by-ray-up")
    records = found.deployed.workspace.client("route53").list_resource_record_sets(
        HostedZoneId=found.deployed.outputs["zone_id"]
    )["ResourceRecordSets"]
    (address,) = (record for record in records if record["Type"] == "A")
    (head,) = found.launched["up"]
    assert address["ResourceRecords"] == [{"Value": head["PrivateIpAddress"]}]


def test_cached_nodes_are_stopped_and_started_again(life: Lives) -> None:
    found = life("cached").launched
    assert states(found["first"]) == {"head": "running", "cpu": "running"}
    assert states(found["first idle"]) == {"head": "running", "cpu": "stopped"}
    assert states(found["again idle"]) == {"head": "running", "cpu": "stopped"}
    assert states(found["down"]) == {"head": "stopped", "cpu": "stopped"}
    assert states(found["up again"]) == {"head": "running", "cpu": "stopped"}
    assert found["end"] == []
    for step in ("again", "again idle", "down", "up again"):
        assert {kind: ids(found[step], kind) for kind in ("head", "worker")} == {
            kind: ids(found["first"], kind) for kind in ("head", "worker")
        }
