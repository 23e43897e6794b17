"""What an environment of this flavour computes: node types, who makes the head, how many workers there may be."""

from __future__ import annotations

from config.autoscaler import AutoscaledHeadConfig, AutoscalerConfig, WorkerTypeConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import HEAD_NODE

WORKERS = {
    "cpu": WorkerTypeConfig(spot=True, on_demand_fallback=True, priority=10, max_workers=6, zones=["us-west-2b"]),
    "arm": WorkerTypeConfig(instance_type="m8g.large", max_workers=2),
}
CLUSTER = AutoscalingEc2Config(name="demo", region="us-west-2", workers=WORKERS)


def test_a_fallback_is_a_type_of_its_own_behind_the_one_on_spot() -> None:
    types = CLUSTER.node_types
    assert list(types) == ["head", "cpu", "cpu-on-demand", "arm"]
    assert (types["cpu"].spot, types["cpu"].priority) == (True, 10)
    assert (types["cpu-on-demand"].spot, types["cpu-on-demand"].priority) == (False, 9)
    assert types["cpu-on-demand"].settings is types["cpu"].settings
    assert types["cpu-on-demand"].group == "cpu"


def test_workers_are_bounded_by_the_sum_of_their_types() -> None:
    assert CLUSTER.max_workers == 8
    assert CLUSTER.model_copy(update={"autoscaler": AutoscalerConfig(max_workers=3)}).max_workers == 3


def test_types_are_in_their_zones() -> None:
    zones = {name: CLUSTER.zones_of(type_) for name, type_ in CLUSTER.node_types.items()}
    both = ["us-west-2a", "us-west-2b"]
    assert zones == {"head": ["us-west-2a"], "cpu": ["us-west-2b"], "cpu-on-demand": ["us-west-2b"], "arm": both}


def test_terraform_makes_the_head_unless_ray_up_does() -> None:
    assert list(CLUSTER.fixed_nodes) == [HEAD_NODE]
    by_ray_up = CLUSTER.model_copy(update={"head": AutoscaledHeadConfig(managed_by="ray-up")})
    assert by_ray_up.fixed_nodes == {}
