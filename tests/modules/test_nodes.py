from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml.comments import CommentedMap

from config.load import check_environment
from config.static_ec2 import StaticEc2Config
from config.yaml_file import YamlFile
from tests.synthesis import PUBLIC_KEY, Synthesized, environment, example, synth

UBUNTU = "/aws/service/canonical/ubuntu/server"
DLAMI = "/aws/service/deeplearning/ami"


def group(**settings: Any) -> Synthesized:
    return synth(environment(workers={"w": settings}))


def test_every_node_is_hardened() -> None:
    nodes = example("production").of("aws_instance").values()
    assert len(nodes) == 7
    for node in nodes:
        assert node["metadata_options"] == {
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        }
        assert node["root_block_device"]["encrypted"] is True
        assert node["root_block_device"]["kms_key_id"] == "${aws_kms_key.kms.arn}"
        assert node["maintenance_options"] == {"auto_recovery": "default"}
        assert (node["monitoring"], node["ebs_optimized"], node["associate_public_ip_address"]) == (True, True, False)


def test_names_and_zones() -> None:
    nodes = example("production").of("aws_instance")
    assert {node["tags"]["Name"] for node in nodes.values()} == {
        "ray-production-head-node", "ray-production-worker-gpu-0", "ray-production-worker-gpu-1",
        *(f"ray-production-worker-cpu-{index}" for index in range(4)),
    }  # fmt: skip
    zones = [nodes[f"ray_worker_cpu_{index}"]["subnet_id"][-5] for index in range(4)]
    assert zones == ["a", "b", "c", "a"]


def test_containers_raise_the_hop_limit_to_two() -> None:
    node = group(containers=True).of("aws_instance")["ray_worker_w_0"]
    assert node["metadata_options"]["http_put_response_hop_limit"] == 2


def test_spot_is_for_workers_that_ask() -> None:
    nodes = example("production").of("aws_instance")
    assert nodes["ray_worker_gpu_0"]["instance_market_options"]["market_type"] == "spot"
    assert "instance_market_options" not in nodes["ray_head"]
    assert "instance_market_options" not in nodes["ray_worker_cpu_0"]


@pytest.mark.parametrize(
    ("ami", "instance_type", "parameter"),
    [
        ("al2023", "m7i.large", "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"),
        ("al2023", "m7g.large", "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"),
        ("ubuntu-22.04", "m7i.large", f"{UBUNTU}/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"),
        ("ubuntu-24.04", "c7g.large", f"{UBUNTU}/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"),
        ("dlami-gpu", "g6.xlarge", f"{DLAMI}/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id"),
    ],
)  # fmt: skip
def test_presets_are_public_parameters_of_the_types_architecture(ami: str, instance_type: str, parameter: str) -> None:
    stack = group(ami=ami, instance_type=instance_type, root_volume_gib=120)
    assert stack.data("aws_ssm_parameter")["ray_worker_w_image_parameter"]["name"] == parameter


def test_image_by_id_is_checked_against_the_type_in_the_plan() -> None:
    stack = group(ami="ami-0123456789abcdef0", instance_type="m7g.large")
    image = stack.data("aws_ami")["ray_worker_w_image_ami"]
    assert image["lifecycle"]["postcondition"][0]["condition"] == '${self.architecture == "arm64"}'


def test_a_newer_image_replaces_nothing_but_another_choice_does() -> None:
    stack = example("demo")
    assert stack.of("aws_instance")["ray_head"]["lifecycle"] == {
        "ignore_changes": ["ami"],
        "replace_triggered_by": ["terraform_data.ray_head_image_choice"],
    }
    assert "ray_head_image_choice" in stack.of("terraform_data")


def test_root_volume_options() -> None:
    settings = {"root_volume_gib": 300, "root_volume_iops": 6000, "root_volume_throughput_mibps": 500}
    device = group(**settings).of("aws_instance")["ray_worker_w_0"]["root_block_device"]
    assert (device["volume_type"], device["volume_size"], device["iops"], device["throughput"]) == (
        "gp3",
        300,
        6000,
        500,
    )


def test_placement_group_is_made_when_asked_for() -> None:
    stack = group(placement_group="spread", count=3)
    assert stack.only("aws_placement_group")["strategy"] == "spread"
    assert (
        stack.of("aws_instance")["ray_worker_w_2"]["placement_group"]
        == "${aws_placement_group.ray_worker_w_placement_group.id}"
    )


def test_ssh_key_is_on_every_node() -> None:
    access = {"ssh_cidrs": ["203.0.113.0/24"], "ssh_public_key": PUBLIC_KEY}
    stack = synth(environment(access=access, workers={"w": {}}))
    assert {node["key_name"] for node in stack.of("aws_instance").values()} == {"${aws_key_pair.ssh_key.key_name}"}


def test_burstable_nodes_do_not_run_up_a_bill() -> None:
    nodes = example("demo").of("aws_instance").values()
    assert {node["credit_specification"]["cpu_credits"] for node in nodes} == {"standard"}


def test_workers_find_the_head_by_name() -> None:
    stack = example("demo")
    record = stack.only("aws_route53_record")
    assert (record["name"], record["records"]) == ("head.demo.ray.internal", ["${aws_instance.ray_head.private_ip}"])
    assert "--address=head.demo.ray.internal:6379" in stack.document["locals"]["ray_worker_cpu_0_user_data"]


def test_spot_nodes_are_replaced_when_their_type_changes() -> None:
    choices = example("production").of("terraform_data")
    assert choices["ray_worker_gpu_image_choice"]["input"]["instance_type"] == "g6.4xlarge"
    assert "instance_type" not in choices["ray_worker_cpu_image_choice"]["input"]


def test_nodes_wait_for_what_their_first_boot_needs() -> None:
    nodes = example("demo").of("aws_instance")
    for_head = {"aws_route", "aws_iam_role_policy", "aws_efs_mount_target", "aws_efs_file_system_policy"}
    assert waited_for(nodes["ray_head"]) == for_head
    assert waited_for(nodes["ray_worker_cpu_0"]) == {*for_head, "aws_route53_record"}


def test_nodes_without_a_way_out_wait_for_the_endpoints() -> None:
    services = ["ssm", "ssmmessages", "ec2messages", "secretsmanager", "logs", "monitoring"]
    network = {"nat": "none", "public_subnets": "none", "endpoints": services}
    stack = synth(environment(network=network, ray={"wheel_source": "s3://team-wheels/ray"}))
    assert waited_for(stack.of("aws_instance")["ray_head"]) == {"aws_vpc_endpoint", "aws_iam_role_policy"}


def waited_for(node: dict[str, Any]) -> set[str]:
    return {name.split(".")[0] for name in node["depends_on"]}


def test_user_data_reaches_terraform_escaped_but_for_references() -> None:
    script = example("production").document["locals"]["ray_head_user_data"]
    assert "$${HOME_DIR}" in script
    assert "rediss://${aws_memorydb_cluster.memorydb_cluster.cluster_endpoint[0].address}:6379" in script


def with_hook(tmp_path: Path, hook: str) -> Synthesized:
    (tmp_path / "hook.sh").write_text(hook, encoding="utf-8")
    given = CommentedMap({"flavour": "static-ec2", "target": "local", "region": "us-west-2",
                          "head": {"bootstrap_hook": "hook.sh"}})  # fmt: skip
    config = check_environment(YamlFile(tmp_path / "test.yaml", given), name="test")
    assert isinstance(config, StaticEc2Config)
    return synth(config)


def test_a_hook_is_part_of_the_user_data(tmp_path: Path) -> None:
    script = with_hook(tmp_path, "#!/bin/bash\necho ${HOME}\n").document["locals"]["ray_head_user_data"]
    assert "#!/bin/bash\necho $${HOME}\n" in script


def test_user_data_is_compressed_when_it_must_be(tmp_path: Path) -> None:
    assert example("demo").of("aws_instance")["ray_head"]["user_data_base64"].startswith("${base64encode(")
    node = with_hook(tmp_path, "#!/bin/bash\n" + "# as long as it can be\n" * 1000).only("aws_instance")
    assert node["user_data_base64"] == "${base64gzip(local.ray_head_user_data)}"


def test_extra_tags_are_on_instance_and_volume() -> None:
    node = group(tags={"team": "nlp"}).of("aws_instance")["ray_worker_w_0"]
    assert node["tags"]["team"] == node["root_block_device"]["tags"]["team"] == "nlp"
