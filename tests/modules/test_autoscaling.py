"""Node types, images, the autoscaler's configuration, and what a plan finds out before Ray would."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.errors import UserError
from modules.node_types import require_room
from tests.synthesis import Synthesized, environment, example, synth

BY_RAY_UP: dict[str, Any] = {
    "head": {"managed_by": "ray-up", "instance_type": "m7i.large"},
    "access": {"bastion": "ssm", "key_pair_name": "ml"},
}
SUBNET_A, SUBNET_B = "subnet-0a1b2c3d4e5f60a01", "subnet-0a1b2c3d4e5f60a02"


def scaled(**settings: Any) -> Synthesized:
    config = environment(flavour="autoscaling-ec2", **{"workers": {"cpu": {"instance_type": "m7i.large"}}, **settings})
    assert isinstance(config, AutoscalingEc2Config)
    return synth(config)


def configuration(stack: Synthesized) -> dict[str, Any]:
    found: dict[str, Any] = stack.document["locals"]["node_types_configuration"]
    return found


def test_images_are_pinned_until_the_setting_changes() -> None:
    pin = example("autoscaling").of("terraform_data")["node_types_image_gpu_pin"]
    assert pin == {
        "input": {"image_id": "${data.aws_ssm_parameter.node_types_image_gpu_parameter.insecure_value}"},
        "triggers_replace": {"image": "dlami-gpu", "architecture": "x86_64"},
        "lifecycle": {"ignore_changes": ["input"]},
    } | {key: value for key, value in pin.items() if key == "//"}


def test_an_image_by_id_is_checked_and_taken_as_it_is() -> None:
    ami = "ami-0123456789abcdef0"
    stack = scaled(workers={"cpu": {"instance_type": "m7g.large", "ami": ami}})
    assert "node_types_image_cpu_pin" not in stack.of("terraform_data")
    node_config = configuration(stack)["available_node_types"]["cpu"]["node_config"]
    assert node_config["ImageId"] == ami
    assert node_config["BlockDeviceMappings"][0]["DeviceName"] == (
        "${data.aws_ami.node_types_image_cpu_ami.root_device_name}"
    )
    (check,) = stack.data("aws_ami")["node_types_image_cpu_ami"]["lifecycle"]["postcondition"]
    assert check["condition"] == '${self.architecture == "arm64"}'


def test_a_fallback_has_the_image_of_its_type_and_a_script_of_its_own() -> None:
    stack = example("autoscaling")
    types = configuration(stack)["available_node_types"]
    assert types["cpu"]["node_config"]["ImageId"] == types["cpu-on-demand"]["node_config"]["ImageId"]
    assert types["cpu"]["node_config"]["UserData"] == "${local.node_types_user_data_cpu}"
    assert types["cpu-on-demand"]["node_config"]["UserData"] == "${local.node_types_user_data_cpu_on_demand}"


def test_every_type_is_launched_into_subnets_of_its_zones() -> None:
    workers = {"cpu": {"instance_type": "m7i.large"}, "near": {"instance_type": "m7i.large", "zones": ["us-west-2b"]}}
    types = configuration(scaled(workers=workers))["available_node_types"]
    subnets = {name: type_["node_config"]["SubnetIds"] for name, type_ in types.items()}
    a, b = (f"${{aws_subnet.network_private_us_west_2{letter}.id}}" for letter in "ab")
    assert subnets == {"head": [a], "cpu": [a, b], "near": [b]}


def test_head_is_known_to_the_autoscaler_by_its_tags() -> None:
    head = example("autoscaling").of("aws_instance")["ray_head"]
    assert {key: value for key, value in head["tags"].items() if key.startswith("ray-")} == {
        "ray-cluster-name": "ray-autoscaling",
        "ray-node-type": "head",
        "ray-user-node-type": "head",
    }
    assert head["ami"] == "${terraform_data.node_types_image_head_pin.output.image_id}"
    assert list(example("autoscaling").of("aws_instance")) == ["ray_head"]


def test_head_does_not_depend_on_what_the_worker_types_are() -> None:
    """Else another type would replace it."""
    small, large = scaled(), scaled(workers={"cpu": {"instance_type": "m7i.xlarge", "max_workers": 9}})
    heads = [
        (stack.of("aws_instance")["ray_head"], stack.document["locals"]["ray_head_user_data"])
        for stack in (small, large)
    ]
    assert heads[0] == heads[1]
    assert configuration(small) != configuration(large)


def test_configuration_is_a_secret_that_only_the_head_reads() -> None:
    stack = example("autoscaling")
    secret = stack.of("aws_secretsmanager_secret")["autoscaling"]
    assert (secret["name"], secret["kms_key_id"]) == ("ray-autoscaling-autoscaling", "${aws_kms_key.kms.arn}")
    version = stack.of("aws_secretsmanager_secret_version")["autoscaling_version"]
    assert version["secret_string"] == "${local.node_types_compressed}"
    assert "aws_iam_role_policy.roles_head_policy_autoscaler" in version["depends_on"]
    compressed = stack.document["locals"]["node_types_compressed"]
    assert compressed == "${base64gzip(jsonencode(local.node_types_configuration))}"
    arn = "${aws_secretsmanager_secret.autoscaling.arn}"
    readers = {
        name
        for name, found in stack.data("aws_iam_policy_document").items()
        if any(arn in each.get("resources", []) for each in found["statement"])
    }
    assert readers == {"roles_head_document_node"}
    assert "aws_secretsmanager_secret_version.autoscaling_version" in stack.of("aws_instance")["ray_head"]["depends_on"]


def test_without_a_token_the_head_still_reads_its_configuration() -> None:
    stack = scaled(access={"allow_unauthenticated": True})
    sids = {each["sid"] for each in stack.statements("roles_head_document_node")}
    assert {"ReadSecrets", "KeyForSecretsmanager"} <= sids


def test_by_ray_up_there_is_no_head_no_secret_and_a_zone_that_can_be_destroyed() -> None:
    stack = scaled(**BY_RAY_UP)
    assert list(stack.of("aws_instance")) == ["bastion"]
    assert not stack.of("aws_route53_record")
    assert "autoscaling" not in stack.of("aws_secretsmanager_secret")
    assert stack.only("aws_route53_zone")["force_destroy"] is True
    assert "force_destroy" not in scaled().only("aws_route53_zone")
    head = configuration(stack)["available_node_types"]["head"]["node_config"]
    assert "local.node_types_user_data_head" in head["UserData"]
    assert stack.document["output"].keys().isdisjoint({"head", "dashboard_url", "dashboard_tunnel_command"})


def test_a_plan_fails_when_a_zone_does_not_offer_a_type() -> None:
    offerings = example("autoscaling").data("aws_ec2_instance_type_offerings")
    assert set(offerings) == {"offered_head", "offered_workers_cpu", "offered_workers_arm", "offered_workers_gpu"}
    gpu = offerings["offered_workers_gpu"]
    assert gpu["filter"] == [{"name": "instance-type", "values": ["g6.xlarge"]}]
    (check,) = gpu["lifecycle"]["postcondition"]
    assert check["condition"] == '${length(setsubtract(["us-west-2a", "us-west-2b"], self.locations)) == 0}'
    assert check["error_message"].startswith("workers.gpu: g6.xlarge is not offered in ${")


def existing(**settings: Any) -> Synthesized:
    subnets = {"us-west-2a": SUBNET_A, "us-west-2b": SUBNET_B}
    network = {"existing": {"vpc_id": "vpc-0a1b2c3d4e5f60718", "private_subnets": subnets}}
    return scaled(network=network, **settings)


def test_a_plan_fails_when_an_existing_vpc_has_too_few_addresses() -> None:
    workers = {
        "cpu": {"instance_type": "m7i.large", "max_workers": 30},
        "near": {"instance_type": "m7i.large", "max_workers": 5, "zones": ["us-west-2b"]},
    }
    room = existing(workers=workers, autoscaler={"max_workers": 33}).data("aws_instances")["room_workers"]
    assert room["filter"] == [
        {"name": "tag:ray-cluster-name", "values": ["ray-test"]},
        {"name": "tag:ray-node-type", "values": ["worker"]},
    ]
    a, b = (f"data.aws_subnet.network_private_us_west_2{letter}" for letter in "ab")
    free_a, free_b = (f"{subnet}.available_ip_address_count" for subnet in (a, b))
    assert [each["condition"] for each in room["lifecycle"]["postcondition"]] == [
        f"${{!{a}.map_public_ip_on_launch}}",
        f"${{!{b}.map_public_ip_on_launch}}",
        f"${{{free_a} + {free_b} + length(self.ids) >= 30}}",
        f"${{{free_b} + length(self.ids) >= 5}}",
        f"${{{free_a} + {free_b} + length(self.ids) >= 33}}",
    ]


def test_ec2_spot_may_use_the_key_where_there_is_a_spot_type() -> None:
    assert [each["sid"] for each in example("autoscaling").statements("kms_policy")][-1] == "VolumesOfSpotInstances"
    assert len(scaled().statements("kms_policy")) == 3


def test_own_subnets_need_no_look() -> None:
    assert "aws_instances" not in example("autoscaling").document["data"]


def test_state_volume_is_attached_to_the_head() -> None:
    attachment = scaled(ray={"head_storage": "rocksdb"}).only("aws_volume_attachment")
    assert attachment["instance_id"] == "${aws_instance.ray_head.id}"


def test_a_configuration_that_no_secret_holds_is_refused_before_anything_is_made() -> None:
    noise = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(2000))
    require_room({"few": noise[:1000]})
    with pytest.raises(
        UserError, match=r"^the autoscaler's configuration has \d+ bytes compressed, want at most 65536: "
    ):
        require_room({"many": noise})
