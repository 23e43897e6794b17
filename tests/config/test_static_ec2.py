"""What an environment computes from its settings: names, zones, buckets."""

from __future__ import annotations

from ipaddress import IPv4Network

from config.access import AccessConfig
from config.network import ExistingNetworkConfig, NetworkConfig
from config.nodes import HeadConfig, WorkerGroupConfig
from config.s3 import BucketConfig
from config.static_ec2 import StaticEc2Config

MINIMAL = StaticEc2Config(name="demo", region="us-west-2")
EXISTING = ExistingNetworkConfig(
    vpc_id="vpc-0a1b2c3d4e5f60718",
    private_subnets={"us-west-2c": "subnet-0a1b2c3d4e5f60a01"},
    public_subnets={"us-west-2d": "subnet-0a1b2c3d4e5f60a02"},
)


def test_names_hold_project_and_environment() -> None:
    assert MINIMAL.label.name("efs") == "ray-demo-efs"
    assert MINIMAL.bucket_name("models") == "ray-demo-models-123456789012"
    assert MINIMAL.state_key == "ray/demo.tfstate"


def test_own_tags_win_over_those_of_a_node() -> None:
    assert MINIMAL.label.tags("head", {"Name": "mine", "Tier": "head"}) == {"Name": "ray-demo-head", "Tier": "head"}


def test_logs_bucket_is_there_when_any_other_is() -> None:
    assert MINIMAL.all_buckets == {}
    environment = MINIMAL.model_copy(update={"buckets": {"models": BucketConfig()}})
    assert list(environment.all_buckets) == ["logs", "models"]
    assert environment.all_buckets["logs"].node_access == "none"


def test_given_logs_bucket_is_taken() -> None:
    environment = MINIMAL.model_copy(update={"buckets": {"logs": BucketConfig(expire_days=5)}})
    assert environment.all_buckets["logs"].expire_days == 5


def test_workers_take_zones_in_turn() -> None:
    assert [MINIMAL.worker_zone(WorkerGroupConfig(), index)[-1] for index in range(4)] == ["a", "b", "a", "b"]
    assert MINIMAL.worker_zone(WorkerGroupConfig(zones=["us-west-2b"]), 0) == "us-west-2b"


def test_head_stands_in_the_first_zone_or_its_own() -> None:
    assert MINIMAL.head_zone() == "us-west-2a"
    assert MINIMAL.model_copy(update={"head": HeadConfig(zone="us-west-2b")}).head_zone() == "us-west-2b"


def test_nodes_stand_in_the_subnets_of_an_existing_network() -> None:
    environment = MINIMAL.model_copy(update={"network": NetworkConfig(existing=EXISTING)})
    assert environment.node_zones == ["us-west-2c"]
    assert environment.model_copy(update={"access": AccessConfig(public_nodes=True)}).node_zones == ["us-west-2d"]


def test_public_nodes_stand_in_public_subnets() -> None:
    network = NetworkConfig(public_subnets={"us-west-2b": IPv4Network("10.0.9.0/24")})
    environment = MINIMAL.model_copy(update={"network": network, "access": AccessConfig(public_nodes=True)})
    assert environment.node_zones == ["us-west-2b"]
