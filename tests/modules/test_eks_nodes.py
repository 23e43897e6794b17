from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.modules.test_eks import KEY, THEIRS
from tests.synthesis import Synthesized, example, kube, synth

GROUPS = ("system", "head", "cpu", "gpu")


@cache
def guest() -> Synthesized:
    """In a cluster of somebody else, on Graviton, in one zone."""
    workers = {"arm": {"instance_type": "c7g.4xlarge", "zones": ["us-west-2b"], "tags": {"team": "vision"}}}
    return synth(kube(network=THEIRS, eks={"existing_cluster": {"name": "shared"}}, workers=workers))


def node_group(stack: Synthesized, name: str) -> dict[str, Any]:
    return stack.of("aws_eks_node_group")[f"nodes_{name}"]


def template(stack: Synthesized, name: str) -> dict[str, Any]:
    return stack.of("aws_launch_template")[f"nodes_{name}_launch_template"]


@pytest.mark.parametrize("group", GROUPS)
def test_pods_cannot_take_the_nodes_role(group: str) -> None:
    options = template(example("eks"), group)["metadata_options"]
    assert (options["http_tokens"], options["http_put_response_hop_limit"]) == ("required", 1)


@pytest.mark.parametrize(("group", "size"), [("system", 50), ("head", 100), ("cpu", 100), ("gpu", 200)])
def test_root_volumes_are_encrypted_with_the_environments_key(group: str, size: int) -> None:
    (device,) = template(example("eks"), group)["block_device_mappings"]
    assert device["device_name"] == "/dev/xvda"
    assert device["ebs"] == {
        "volume_type": "gp3",
        "volume_size": size,
        "encrypted": "true",
        "kms_key_id": KEY,
        "delete_on_termination": "true",
    }


def test_a_template_leaves_to_eks_what_eks_sets() -> None:
    for group in GROUPS:
        forbidden = {"image_id", "iam_instance_profile", "instance_type", "network_interfaces", "user_data", "key_name"}
        assert template(example("eks"), group).keys().isdisjoint(forbidden)


def test_nodes_have_the_group_of_nodes_and_that_of_an_existing_cluster() -> None:
    own = "${aws_security_group.security_groups_node.id}"
    theirs = "${data.aws_eks_cluster.eks_cluster.vpc_config[0].cluster_security_group_id}"
    assert template(example("eks"), "cpu")["vpc_security_group_ids"] == [own]
    assert template(guest(), "arm")["vpc_security_group_ids"] == [theirs, own]


def test_a_change_of_the_template_reaches_the_nodes() -> None:
    used = node_group(example("eks"), "cpu")["launch_template"]
    assert used == {
        "id": "${aws_launch_template.nodes_cpu_launch_template.id}",
        "version": "${aws_launch_template.nodes_cpu_launch_template.latest_version}",
    }


def test_instances_and_volumes_carry_the_environments_tags() -> None:
    for stack, group, more in ((example("eks"), "gpu", {}), (guest(), "arm", {"team": "vision"})):
        specifications = {each["resource_type"]: each["tags"] for each in template(stack, group)["tag_specifications"]}
        assert set(specifications) == {"instance", "volume", "network-interface"}
        for tags in specifications.values():
            assert tags["rayform:cluster"] == stack.document["output"]["cluster"]["value"]
            assert more.items() <= tags.items()


@pytest.mark.parametrize(
    ("group", "image", "capacity"),
    [
        ("system", "AL2023_x86_64_STANDARD", "ON_DEMAND"),
        ("head", "AL2023_x86_64_STANDARD", "ON_DEMAND"),
        ("cpu", "AL2023_x86_64_STANDARD", "ON_DEMAND"),
        ("gpu", "AL2023_x86_64_NVIDIA", "SPOT"),
    ],
)
def test_images_and_prices_are_those_of_the_group(group: str, image: str, capacity: str) -> None:
    found = node_group(example("eks"), group)
    assert (found["ami_type"], found["capacity_type"], found["version"]) == (image, capacity, "1.36")


def test_graviton_has_its_own_image() -> None:
    assert node_group(guest(), "arm")["ami_type"] == "AL2023_ARM_64_STANDARD"


def test_nodes_of_ray_keep_other_pods_away() -> None:
    stack = example("eks")
    taints = {
        group: {taint["key"]: (taint["value"], taint["effect"]) for taint in node_group(stack, group).get("taint", [])}
        for group in GROUPS
    }
    assert taints["system"] == {}
    assert taints["head"] == {"rayform/node-group": ("head", "NO_SCHEDULE")}
    assert taints["gpu"] == {
        "rayform/node-group": ("gpu", "NO_SCHEDULE"),
        "nvidia.com/gpu": ("present", "NO_SCHEDULE"),
    }
    for group in GROUPS:
        assert node_group(stack, group)["labels"]["rayform/node-group"] == group


def test_the_autoscalers_size_is_left_alone_between_its_bounds() -> None:
    found = node_group(example("eks"), "cpu")
    assert found["scaling_config"] == {"desired_size": 1, "min_size": 1, "max_size": 6}
    assert found["lifecycle"]["ignore_changes"] == ["scaling_config[0].desired_size"]


def test_a_group_without_room_has_the_size_of_the_file() -> None:
    found = node_group(example("eks"), "system")
    assert found["scaling_config"] == {"desired_size": 2, "min_size": 2, "max_size": 2}
    assert "lifecycle" not in found  # else EKS would refuse another count: below its least, or beyond its most


def test_nodes_are_repaired_and_workers_replaced_in_shares() -> None:
    at_once = {
        "system": {"max_unavailable": 1},
        "head": {"max_unavailable": 1},
        "cpu": {"max_unavailable_percentage": 25},
        "gpu": {"max_unavailable_percentage": 25},
    }
    for group, update in at_once.items():
        found = node_group(example("eks"), group)
        assert found["update_config"] == update
        assert found["node_repair_config"] == {"enabled": True}


def test_an_update_ends_a_head_that_another_takes_over_from() -> None:
    forced = {group: node_group(example("eks"), group).get("force_update_version") for group in GROUPS}
    assert forced == {"system": None, "head": True, "cpu": None, "gpu": None}
    assert "force_update_version" not in node_group(guest(), "head")  # its state goes with it


def test_the_autoscaler_is_told_of_the_disk_of_empty_groups() -> None:
    tags = node_group(example("eks"), "gpu")["tags"]
    assert tags["k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage"] == "175Gi"


def test_nodes_come_after_the_rules_of_all_groups_and_go_before_them() -> None:
    stack = example("eks")
    rules = {
        f"{kind}.{name}"
        for kind in ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
        for name in stack.of(kind)
    }
    for group in GROUPS:
        assert rules <= set(node_group(stack, group)["depends_on"])
    theirs = {rule for rule in rules if ".security_groups_control_plane_" in rule}
    assert theirs
    assert theirs <= set(stack.only("aws_eks_cluster")["depends_on"])


def test_nodes_stand_in_private_subnets_of_their_zones() -> None:
    everywhere = node_group(example("eks"), "head")["subnet_ids"]
    assert everywhere == [f"${{aws_subnet.network_private_us_west_2{zone}.id}}" for zone in "abc"]
    assert node_group(guest(), "arm")["subnet_ids"] == ["${data.aws_subnet.network_private_us_west_2b.id}"]


def test_the_nodes_role_reads_no_data() -> None:
    stack = example("eks")
    attached = {
        each["policy_arn"].split("/")[-1]
        for each in stack.of("aws_iam_role_policy_attachment").values()
        if each["role"] == "${aws_iam_role.node_role.name}"
    }
    assert attached == {"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"}
    (session,) = stack.statements("node_role_document_session")
    services = {action.split(":")[0] for action in session["actions"]}
    assert services == {"ssm", "ssmmessages", "ec2messages"}
    assert "ssm:GetParameters" not in session["actions"]
