from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UserError
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.instances import RayInstance
from tests.operate.conftest import (
    AUTOSCALING,
    BY_RAY,
    BY_RAY_OUTPUTS,
    OUTPUTS,
    autoscaling_environment,
    environment_of,
)

BASTION = {"bastion": {"instance_id": "i-bastion", "private_ip": "10.0.9.9", "public_ip": ""}}


def test_the_head_stands_first_and_workers_are_counted(cluster: Cluster) -> None:
    names = [node.short_name for node in cluster.nodes]
    assert names == ["head-node", "worker-cpu-2", "worker-cpu-10", "worker-gpu-l4-0"]
    assert [node.user for node in cluster.nodes] == ["ubuntu", "ec2-user", "ec2-user", "ubuntu"]


@pytest.mark.parametrize("name", ["head", "head-node", "ray-production-head-node"])
def test_a_node_has_names(cluster: Cluster, name: str) -> None:
    assert cluster.node(name).instance_id == "i-head"


def test_an_unknown_node_is_one_line_with_those_there_are(cluster: Cluster) -> None:
    with pytest.raises(UserError) as raised:
        cluster.node("worker-cpu-0")
    assert raised.value.lines == (
        "there is no node 'worker-cpu-0', there are: head-node, worker-cpu-2, worker-cpu-10, worker-gpu-l4-0; "
        "run: make logs ENV=production NODE=<one of them>",
    )


def test_a_worker_whose_group_is_gone_from_the_file_is_still_there(tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    outputs = OUTPUTS | {"workers": {"worker-old-0": OUTPUTS["workers"]["worker-cpu-2"]}}
    assert cluster_of(environment, outputs).node("worker-old-0").user is None


def test_what_is_not_applied_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        cluster_of(environment_of(tmp_path), {})
    assert raised.value.lines == (
        "production is not applied yet; run: make plan ENV=production && make apply ENV=production",
    )


def instance(instance_id: str, node_type: str = "cpu", state: str = "running") -> RayInstance:
    kind = "head" if node_type == "head" else "worker"
    return RayInstance(instance_id, kind, node_type, state, f"10.1.0.{len(instance_id)}", "")


def autoscaled(directory: Path, *instances: RayInstance, text: str = BY_RAY) -> Cluster:
    outputs = BY_RAY_OUTPUTS if text == BY_RAY else {"head": OUTPUTS["head"]}
    return cluster_of(autoscaling_environment(directory, text), {**outputs, **BASTION}, instances)


def test_workers_of_the_autoscaler_are_named_by_type_and_instance(tmp_path: Path) -> None:
    cluster = autoscaled(tmp_path, instance("i-head", "head"), instance("i-arm1", "arm"), instance("i-old", "gone"))
    assert [(node.short_name, node.user) for node in cluster.nodes] == [
        ("head-node", "ubuntu"),
        ("worker-arm-i-arm1", "ubuntu"),
        ("worker-gone-i-old", None),
    ]


@pytest.mark.parametrize(
    "name", ["worker-cpu-i-1", "ray-production-worker-cpu-i-1", "cpu-i-1", "i-1", f"10.1.0.{len('i-1')}"]
)
def test_an_autoscaled_worker_has_names(tmp_path: Path, name: str) -> None:
    assert autoscaled(tmp_path, instance("i-head", "head"), instance("i-1")).node(name).instance_id == "i-1"


def test_the_bastion_is_a_node_that_can_be_named(tmp_path: Path) -> None:
    assert autoscaled(tmp_path, instance("i-head", "head")).node("bastion").user == "ec2-user"


def test_terraforms_head_is_there_without_an_answer_of_ec2(tmp_path: Path) -> None:
    cluster = autoscaled(tmp_path, text=AUTOSCALING)
    assert (cluster.head.instance_id, cluster.head.private_ip) == ("i-head", "10.0.0.5")


def test_ec2_knows_the_heads_addresses_better(tmp_path: Path) -> None:
    cluster = autoscaled(tmp_path, instance("i-head", "head"), text=AUTOSCALING)
    assert cluster.head.private_ip == "10.1.0.6"


def refused(cluster: Cluster, name: str = "head") -> str:
    with pytest.raises(UserError) as raised:
        cluster.node(name)
    (line,) = raised.value.lines
    return line


def test_no_head_yet_is_one_line(tmp_path: Path) -> None:
    assert refused(autoscaled(tmp_path, instance("i-1"))) == ("production has no head; run: make up ENV=production")


def test_two_heads_are_one_line(tmp_path: Path) -> None:
    cluster = autoscaled(tmp_path, instance("i-a", "head"), instance("i-b", "head"))
    assert refused(cluster) == (
        "production has 2 heads, want one: i-a, i-b; run: make down ENV=production && make up ENV=production"
    )
    assert cluster.node("head-node-i-b").instance_id == "i-b"
    assert "i-a, i-head" in refused(autoscaled(tmp_path, instance("i-a", "head"), text=AUTOSCALING))


@pytest.mark.parametrize("state", ["stopping", "stopped"])
def test_a_stopped_head_is_one_line(tmp_path: Path, state: str) -> None:
    stopped = "the head ray-production-head-node (i-head) is stopped; run: make"
    cluster = autoscaled(tmp_path, instance("i-head", "head", state), text=AUTOSCALING)
    assert refused(cluster) == f"{stopped} up ENV=production"
    # Beside it `ray up` would make another.
    cluster = autoscaled(tmp_path, instance("i-head", "head", state))
    assert refused(cluster) == f"{stopped} down ENV=production && make up ENV=production"


def test_a_stopped_worker_is_one_line(tmp_path: Path) -> None:
    cluster = autoscaled(tmp_path, instance("i-1", state="stopped"))
    assert refused(cluster, "i-1").startswith("ray-production-worker-cpu-i-1 is stopped: the autoscaler starts it")


@pytest.mark.parametrize("text", [AUTOSCALING, BY_RAY])
def test_what_is_not_applied_is_one_line_for_both_ways_to_have_a_head(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"^production is not applied yet; run: make plan ENV=production && make apply"):
        cluster_of(autoscaling_environment(tmp_path, text), {})
