"""Addresses for workers: what AWS and the other users of a subnet leave."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from config.access import AccessConfig
from config.addresses import worker_addresses, workers_in
from config.autoscaler import AutoscaledHeadConfig, AutoscalerConfig, WorkerTypeConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.efs import MountedEfsConfig
from config.memorydb import MemoryDbConfig
from config.network import ExistingNetworkConfig, NetworkConfig

A, B = "us-west-2a", "us-west-2b"
NETWORK = NetworkConfig(cidr=IPv4Network("10.0.0.0/24"), subnet_prefix=28)
EXISTING = ExistingNetworkConfig(vpc_id="vpc-0a1b2c3d4e5f60718", private_subnets={A: "subnet-0a1b2c3d4e5f60a01"})


def _environment(**settings: Any) -> AutoscalingEc2Config:
    return AutoscalingEc2Config(name="demo", region="us-west-2", **{"network": NETWORK, **settings})


@pytest.mark.parametrize(
    ("settings", "free"),
    [
        ({}, {A: 10, B: 11}),
        ({"head": AutoscaledHeadConfig(zone=B)}, {A: 11, B: 10}),
        ({"efs": MountedEfsConfig()}, {A: 9, B: 10}),
        ({"memorydb": MemoryDbConfig(replicas=2)}, {A: 8, B: 9}),
        ({"network": NETWORK.model_copy(update={"endpoints": ["ssm", "sts"]})}, {A: 8, B: 9}),
        ({"access": AccessConfig(bastion="ssm")}, {A: 9, B: 11}),
        ({"access": AccessConfig(bastion="ssh")}, {A: 10, B: 11}),
        ({"network": NetworkConfig(existing=EXISTING)}, {}),
    ],
)
def test_everything_that_lasts_takes_addresses(settings: dict[str, Any], free: dict[str, int]) -> None:
    assert worker_addresses(_environment(**settings)) == free


def test_a_fallback_comes_on_top_and_all_types_are_bounded_together() -> None:
    workers = {
        "here": WorkerTypeConfig(zones=[A], max_workers=3, spot=True, on_demand_fallback=True),
        "anywhere": WorkerTypeConfig(max_workers=5),
    }
    bounded = AutoscalerConfig(max_workers=8)
    assert workers_in(_environment(workers=workers), frozenset({A})) == 6
    assert workers_in(_environment(workers=workers, autoscaler=bounded), frozenset({A, B})) == 8
    assert workers_in(_environment(workers=workers), frozenset({B})) == 0
