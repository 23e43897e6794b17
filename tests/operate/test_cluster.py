from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UserError
from scripts.operate.cluster import Cluster, cluster_of
from tests.operate.conftest import OUTPUTS, environment_of


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
