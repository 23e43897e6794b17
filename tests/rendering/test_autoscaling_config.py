"""The configuration of Ray's autoscaler, whole; that Ray takes it is proven with real Ray elsewhere."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from config.nodes import AmiPreset
from scripts.rendering.autoscaling_config import autoscaling_config
from scripts.rendering.bootstrap import render_bootstrap
from scripts.rendering.launch_settings import PRESET_ROOT_DEVICES
from scripts.rendering.node_type import ray_type
from tests.rendering.autoscaling import IMAGES, KEY, PROFILES, autoscaling, launch_facts, node_type, rendered
from tests.rendering.scripts import BARE, FED, facts
from tests.synthesis import PUBLIC_KEY

RAY_DEFAULTS = (
    "cluster_name max_workers upscaling_speed docker idle_timeout_minutes provider auth available_node_types "
    "head_node_type file_mounts cluster_synced_files file_mounts_sync_continuously rsync_exclude rsync_filter "
    "initialization_commands setup_commands head_setup_commands worker_setup_commands head_start_ray_commands "
    "worker_start_ray_commands"
)
"""Fields of ray/autoscaler/aws/defaults.yaml of Ray 2.60: what is left out comes from there."""


def test_no_default_of_ray_comes_in() -> None:
    assert rendered(workers={"cpu": {}}).keys() == set(RAY_DEFAULTS.split())


def test_workers_are_terminated_and_set_themselves_up() -> None:
    assert rendered(workers={"cpu": {}})["provider"] == {
        "type": "aws",
        "region": "us-west-2",
        "cache_stopped_nodes": False,
        "use_internal_ips": True,
        "disable_node_updaters": True,
        "disable_launch_config_check": True,
    }


def test_cluster_is_bounded() -> None:
    config = rendered(
        workers={"a": {"max_workers": 2}, "b": {"max_workers": 3}},
        autoscaler={"idle_timeout_seconds": 90, "upscaling_speed": 2.5},
    )
    assert (config["cluster_name"], config["max_workers"]) == ("ray-test", 5)
    assert (config["idle_timeout_minutes"], config["upscaling_speed"]) == (1.5, 2.5)


def test_ray_makes_no_second_head() -> None:
    config = rendered(workers={"cpu": {}})
    head = config["available_node_types"][config["head_node_type"]]
    assert (head["min_workers"], head["max_workers"]) == (0, 0)
    assert "UserData" not in head["node_config"]


def test_head_that_ray_makes_sets_itself_up() -> None:
    access = {"bastion": "ssm", "ssh_public_key": PUBLIC_KEY}
    assert "UserData" in node_type({}, "head", head={"managed_by": "ray-up"}, access=access)["node_config"]


def test_head_has_the_name_by_which_ray_up_looks_for_it() -> None:
    access = {"bastion": "ssm", "ssh_public_key": PUBLIC_KEY}
    head = node_type({}, "head", head={"managed_by": "ray-up"}, access=access)
    instance, volume = head["node_config"]["TagSpecifications"]
    keys = {tag["Key"] for tag in instance["Tags"]}
    assert (instance["ResourceType"], "rayform:cluster" in keys, "Name" in keys) == ("instance", True, False)
    assert {"Key": "Name", "Value": "ray-test-head-node"} in volume["Tags"]


def test_type_is_launched_as_terraform_would() -> None:
    launched = node_type({"instance_type": "m8g.xlarge", "root_volume_throughput_mibps": 250, "tags": {"team": "x"}})
    tags = launched["node_config"].pop("TagSpecifications")
    assert launched["node_config"] == {
        "InstanceType": "m8g.xlarge",
        "ImageId": IMAGES["arm64"],
        "SubnetIds": ["subnet-0a", "subnet-0b"],
        "SecurityGroupIds": ["sg-0123456789abcdef0"],
        "IamInstanceProfile": {"Arn": PROFILES["worker"]},
        "MetadataOptions": {
            "HttpEndpoint": "enabled",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 1,
            "InstanceMetadataTags": "disabled",
        },
        "BlockDeviceMappings": [
            {
                "DeviceName": "/dev/xvda",
                "Ebs": {
                    "VolumeType": "gp3",
                    "VolumeSize": 50,
                    "Throughput": 250,
                    "Encrypted": True,
                    "KmsKeyId": KEY,
                    "DeleteOnTermination": True,
                },
            }
        ],
        "Monitoring": {"Enabled": True},
        "EbsOptimized": True,
        "InstanceInitiatedShutdownBehavior": "terminate",
        "UserData": "#!/bin/bash\n",
    }
    assert [specification["ResourceType"] for specification in tags] == ["instance", "volume"]
    assert tags[0]["Tags"] == tags[1]["Tags"]
    given = {tag["Key"]: tag["Value"] for tag in tags[0]["Tags"]}
    assert given["Name"] == "ray-test-worker-cpu"
    assert (given["rayform:role"], given["rayform:group"]) == ("worker", "cpu")
    assert (given["rayform:cluster"], given["ManagedBy"], given["team"]) == ("ray-test", "rayform", "x")


def test_stopped_workers_are_kept_on_request() -> None:
    config = rendered(workers={"cpu": {}}, autoscaler={"cache_stopped_nodes": True})
    assert config["provider"]["cache_stopped_nodes"] is True
    assert "InstanceInitiatedShutdownBehavior" not in config["available_node_types"]["cpu"]["node_config"]


def test_fallback_stands_in_for_spot() -> None:
    settings = {"spot": True, "on_demand_fallback": True, "min_workers": 1, "max_workers": 3, "priority": 5}
    spot, fallback = node_type(settings), node_type(settings, "cpu-on-demand")
    assert spot["node_config"]["InstanceMarketOptions"] == {
        "MarketType": "spot",
        "SpotOptions": {"SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate"},
    }
    assert "InstanceMarketOptions" not in fallback["node_config"]
    assert [(kind["min_workers"], kind["max_workers"], kind["priority"]) for kind in (spot, fallback)] == [
        (1, 3, 5),
        (0, 3, 4),
    ]
    assert spot["labels"]["rayform/group"] == fallback["labels"]["rayform/group"] == "cpu"
    assert [kind["labels"]["ray.io/market-type"] for kind in (spot, fallback)] == ["spot", "on-demand"]


def test_resources_are_those_that_ray_would_ask_ec2_for() -> None:
    assert node_type({"instance_type": "g6.xlarge", "resources": {"custom": 2}})["resources"] == {
        "CPU": 4,
        "memory": int(16 * 1024**3 * 0.7),
        "GPU": 1,
        "accelerator_type:L4": 1,
        "custom": 2,
    }


def test_resources_of_the_file_win_and_are_whole() -> None:
    resources = node_type({"instance_type": "m7i.large", "resources": {"CPU": 1.0, "memory": 5e9}})["resources"]
    assert json.dumps(resources) == '{"CPU": 1, "memory": 5000000000}'


def test_a_large_object_store_leaves_less_memory() -> None:
    kind = node_type({"instance_type": "m7i.large"}, ray={"object_store_memory_gib": 4})
    assert kind["resources"]["memory"] == 4 * 1024**3


def test_idle_timeout_of_a_type_wins() -> None:
    autoscaler = {"idle_timeout_seconds": 600}
    assert node_type({}, autoscaler=autoscaler)["idle_timeout_s"] == 600
    assert node_type({"idle_timeout_seconds": 60}, autoscaler=autoscaler)["idle_timeout_s"] == 60


def test_zone_is_a_label_only_where_there_is_one() -> None:
    assert "ray.io/availability-zone" not in node_type({})["labels"]
    assert node_type({"zones": ["us-west-2b"]})["labels"]["ray.io/availability-zone"] == "us-west-2b"


def test_burstable_types_are_slowed_down() -> None:
    assert node_type({"instance_type": "t3.large"})["node_config"]["CreditSpecification"] == {"CpuCredits": "standard"}


def test_key_pair_is_named() -> None:
    assert (
        node_type({}, access={"key_pair_name": "mine", "ssh_cidrs": ["10.0.0.0/8"]})["node_config"]["KeyName"] == "mine"
    )


@pytest.mark.parametrize("preset", get_args(AmiPreset))
def test_root_device_of_every_preset_is_known(preset: str) -> None:
    assert PRESET_ROOT_DEVICES[preset].startswith("/dev/")


def test_tokens_pass_through() -> None:
    config = autoscaling(workers={"cpu": {}})
    token = "${TfToken[TOKEN.1]}"
    launched = autoscaling_config(config, launch_facts(config, user_data=token))
    assert launched["available_node_types"]["cpu"]["node_config"]["UserData"] == token


def test_workers_start_with_what_the_autoscaler_expects() -> None:
    """Else it would launch nodes for work that they cannot take."""
    config = autoscaling(workers={"gpu": {"instance_type": "g6.xlarge", "labels": {"a": "b"}, "zones": ["us-west-2a"]}})
    type_ = config.node_types["gpu"]
    expected = autoscaling_config(config, launch_facts(config))["available_node_types"]["gpu"]
    script = render_bootstrap(
        "worker",
        node_name="gpu",
        node=type_.settings,
        ray=config.ray,
        facts=facts(autoscaling=FED, **BARE),
        group=type_.group,
        ray_type=ray_type(config, type_),
    )
    assert f"--num-cpus={expected['resources']['CPU']}" in script
    assert f"--memory={expected['resources']['memory']}" in script
    # Found by `ray start`: GPUs by the driver, the zone by the metadata service.
    assert "--num-gpus" not in script
    assert "RAY_NODE_ZONE=$(metadata placement/availability-zone)" in script
    told = {
        "ray.io/node-group": "Environment=RAY_NODE_TYPE_NAME={}\n",
        "ray.io/market-type": "Environment=RAY_NODE_MARKET_TYPE={}\n",
        "ray.io/availability-region": "Environment=RAY_NODE_REGION={}\n",
        "rayform/group": "rayform/group={} ",
        "a": "--labels=a={},",
    }
    found = {"ray.io/accelerator-type", "ray.io/availability-zone"}
    assert expected["labels"].keys() == told.keys() | found
    for label, text in told.items():
        assert text.format(expected["labels"][label]) in script
