"""Each resource of each environment leads to its construct, to a setting that there is, and to a line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.errors import ConfigError
from config.load import load_environment
from config.schema import kinds_at
from config.static_ec2 import StaticEc2Config
from config.yaml_file import YamlFile, read_yaml
from scripts.audit import origins
from scripts.audit.checks import CHECKS
from scripts.audit.drift.types import TRANSLATORS
from scripts.audit.engine import Outcome, Result
from scripts.audit.locate import located
from scripts.audit.origin_settings import setting_of
from scripts.audit.origins import Origins, construct_paths, open_origins
from scripts.state import Resource, State

FILE = """\
flavour: static-ec2
region: us-west-2
owner: ml-platform
network: {nat: single}
workers:
  gpu-spot:
    instance_type: g6.xlarge
buckets:
  models: {}
"""
PATHS = {
    "aws_instance.head": "demo/ray/head/this",
    "aws_instance.gpu": "demo/ray/worker_gpu_spot/0/this",
    "aws_security_group.head": "demo/security_groups/head",
    "aws_iam_role.head": "demo/roles/head/this",
    "aws_s3_bucket.models": "demo/buckets/models/this",
    "aws_s3_bucket_versioning.models": "demo/buckets/models/versioning",
    "aws_s3_bucket.logs": "demo/buckets/logs/this",
    "aws_kms_key.this": "demo/kms/this",
    "aws_route_table.private": "demo/network/private_us_west_2a_route_table",
}


def resource(address: str, **attributes: Any) -> Resource:
    return Resource(address, address.partition(".")[0], attributes)


STATE = State(
    (
        resource("aws_s3_bucket_versioning.models", id="models-1", bucket="models-1"),
        resource("aws_s3_bucket.models", id="models-1", bucket="models-1", arn="arn:aws:s3:::models-1"),
        resource("aws_iam_role.head", id="ray-demo-head", name="ray-demo-head", tags=None),
        resource("aws_security_group.head", id="sg-1", name="ray-demo-head"),
        resource("aws_instance.head", id="i-1", tags={"Name": "ray-demo-head-node"}),
    )
)


@pytest.fixture
def file(tmp_path: Path) -> YamlFile:
    path = tmp_path / "demo.yaml"
    path.write_text(FILE, encoding="utf-8")
    return read_yaml(path)


@pytest.fixture
def found(file: YamlFile) -> Origins:
    return Origins(PATHS, STATE, file)


@pytest.mark.parametrize(
    ("address", "attribute", "setting", "line"),
    [
        ("aws_instance.gpu", "instance_type", "workers.gpu-spot.instance_type", 7),
        ("aws_instance.gpu", "root_block_device.volume_size", "workers.gpu-spot.root_volume_gib", 6),
        ("aws_instance.gpu", "metadata_options.http_tokens", "workers.gpu-spot", 6),
        ("aws_instance.gpu", "tags.Owner", "owner", 3),
        ("aws_instance.head", "", "head", None),
        ("aws_s3_bucket_versioning.models", "versioning_configuration.status", "buckets.models", 9),
        ("aws_s3_bucket.logs", "", "buckets", 8),
        ("aws_kms_key.this", "enable_key_rotation", "kms.rotation_days", None),
        ("aws_iam_role.head", "managed_policy_arns", "iam.head_managed_policy_arns", None),
        ("aws_route_table.private", "route", "network.private_subnets", 4),
        ("aws_sqs_queue.gone", "", "", None),
    ],
)
def test_an_attribute_leads_to_its_setting(
    found: Origins, address: str, attribute: str, setting: str, line: int | None
) -> None:
    origin = found.of_address(address, attribute)
    assert origin is not None
    assert (origin.construct_path, origin.setting, origin.line) == (PATHS.get(address, ""), setting, line)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("models-1", "aws_s3_bucket.models"),
        ("arn:aws:s3:::models-1", "aws_s3_bucket.models"),
        ("i-1", "aws_instance.head"),
        ("ray-demo-head-node", "aws_instance.head"),
        ("ray-demo-head-node /dev/xvda", "aws_instance.head"),
        ("aws_security_group.head", "aws_security_group.head"),
    ],
)
def test_a_resource_is_found_by_what_people_call_it(found: Origins, name: str, address: str) -> None:
    origin = found.of_resource(name)
    assert origin is not None
    assert origin.address == address


def test_the_type_decides_between_resources_of_one_name(found: Origins) -> None:
    role = found.of_resource("ray-demo-head", types=("aws_iam_role",))
    group = found.of_resource("ray-demo-head", types=("aws_security_group",))
    assert role is not None
    assert group is not None
    assert (role.address, group.address) == ("aws_iam_role.head", "aws_security_group.head")


def test_a_group_of_a_cloud_is_not_taken_for_its_bucket() -> None:
    one = {"tags": {"Name": "ray-x-cloud"}}
    state = State(
        (
            resource("aws_s3_bucket.buckets_cloud", id="a-bucket", **one),
            resource("aws_security_group.security_groups_cloud", id="sg-1", name="ray-x-cloud", **one),
        )
    )
    check = next(check for check in CHECKS if check.id == "anyscale.closed_outside")
    result = Result(check, Outcome.FAIL, "ray-x-cloud", "open")
    (placed,) = located([result], Origins({}, state, None))
    assert placed.address == "aws_security_group.security_groups_cloud"


def test_what_is_not_ours_has_no_origin(found: Origins) -> None:
    assert found.of_resource("vpc-of-somebody-else") is None
    assert found.of_resource("") is None
    assert found.of_address("") is None


def test_lines_of_settings(found: Origins) -> None:
    assert found.of_setting("network.nat") == 4
    assert found.of_setting("network.flow_logs.traffic") == 4
    assert found.of_setting("efs.backup") is None
    assert found.of_setting("") is None


ATTRIBUTES = sorted(
    {attribute for each in TRANSLATORS.values() for translator in each.values() for attribute in translator.same}
)
PARTS = [
    "kms", "kms/alias", "network", "network/vpc", "network/nat_gateway_a", "network/private_a", "network/public_a",
    "network/private_a_route_table", "flow_logs", "flow_logs/role", "endpoints/ssm", "s3_endpoint", "security_groups",
    "security_groups/head_ingress_client_10_0_0_0_8", "security_groups/head_ingress_ssh_10_0_0_0_8",
    "security_groups/worker_ingress_workers_head", "security_groups/efs_ingress_nfs_head",
    "security_groups/memorydb_ingress_redis_head", "roles/head", "roles/worker/policy_buckets",
    "roles/worker/policy_efs", "roles/worker/policy_wheels", "node_logs", "ray_token", "dns/zone", "dns/record_head",
    "buckets/models", "buckets/models/cors", "efs/file_system", "efs/backup", "efs/access_point", "memorydb/cluster",
    "memorydb/parameter_group", "state_volume", "ssh_key", "ray/head", "ray/worker_gpu/0",
    "ray/worker_gpu/placement_group", "ray/head_image/choice",
]  # fmt: skip
OF_AUTOSCALING = [
    "roles/head/policy_autoscaler", "launcher", "launcher/policy_launch", "launcher/profile", "bastion",
    "bastion/image/pin", "bastion_role", "bastion_role/policy_session", "autoscaling", "autoscaling/version",
    "node_types/image_head/pin", "node_types/image_gpu/pin", "ray/head", "dns/record_head",
]  # fmt: skip
"""Parts that flavour autoscaling-ec2 has beside those that both have."""
OF_CLOUD = {
    "control_plane": "anyscale",
    "control_plane/policy_instances": "anyscale",
    "control_plane/policy_services": "anyscale.services",
    "control_plane/policy_bucket": "bucket",
    "cluster_node/profile": "iam",
    "cluster_node/policy_logs": "iam.node_logs",
    "cluster_node/policy_secrets": "iam.node_secret_arns",
    "buckets/cloud/cors": "bucket",
    "buckets/logs": "bucket.access_log_days",
    "security_groups/cloud": "access",
    "security_groups/cloud_ingress_all_cloud": "access",
    "security_groups/cloud_ingress_https_10_0_0_0_8": "access.client_cidrs",
    "security_groups/cloud_ingress_machine_pool_80_10_0_0_0_8": "access.machine_pool_cidrs",
    "security_groups/cloud_egress_https_0_0_0_0_0": "access.open_egress",
    "security_groups/endpoints_ingress_https_cloud": "network.endpoints",
    "security_groups/memorydb_ingress_redis_cloud": "memorydb",
    "efs/policy": "efs.require_iam",
    "efs/backup": "efs.backup",
    "memorydb/parameter_group": "memorydb",
}
"""Settings of the parts that an Anyscale cloud has in a form of its own."""


@pytest.mark.parametrize(
    ("path", "flavour"),
    [*((path, StaticEc2Config) for path in PARTS), *((path, AutoscalingEc2Config) for path in OF_AUTOSCALING)],
)
def test_every_setting_that_is_named_exists(path: str, flavour: type[Ec2ClusterConfig]) -> None:
    for attribute in ["", "root_block_device.volume_size", "posix_user.uid", "metadata_options.x", *ATTRIBUTES]:
        setting = setting_of(path, attribute)
        assert setting, attribute
        assert kinds_at(flavour, tuple(setting.split("."))), f"{attribute}: {setting}"


@pytest.mark.parametrize(("path", "setting"), OF_CLOUD.items())
def test_every_part_of_a_cloud_has_a_setting_of_its_own(path: str, setting: str) -> None:
    assert setting_of(path, of_cloud=True) == setting
    for attribute in ["tags", "security_group_ids", "permissions_boundary", "assume_role_policy", *ATTRIBUTES]:
        named = setting_of(path, attribute, of_cloud=True)
        assert kinds_at(AnyscaleCloudConfig, tuple(named.split("."))), f"{attribute}: {named}"


def test_a_finding_of_a_cloud_names_a_setting_that_clouds_have() -> None:
    """Checks of all flavours name that of most: the bucket of a cloud stands in `bucket`, not in `buckets`."""
    paths = {"aws_s3_bucket.cloud": "research/buckets/cloud/this"}
    origins_of_cloud = Origins(paths, State((resource("aws_s3_bucket.cloud", id="data-1"),)), None, AnyscaleCloudConfig)
    check = next(check for check in CHECKS if check.id == "s3.versioned")
    lifecycle = next(check for check in CHECKS if check.id == "s3.lifecycle_declared")
    found = [Result(each, Outcome.FAIL, "data-1", "") for each in (check, lifecycle)]
    assert {result.setting for result in located(found, origins_of_cloud)} == {"bucket"}
    assert lifecycle.setting == "buckets"


def test_every_part_of_every_environment_has_a_setting(synthesized: dict[str, str]) -> None:
    assert [path for path in synthesized.values() if not setting_of(path.partition("/")[2])] == []


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Construct paths of the demo, from a synthesis that nobody had made before."""
    place = tmp_path_factory.mktemp("synthesis")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAYFORM_WORK", str(place))
        patch.setattr(origins, "stack_directory", lambda target, name: place / "build" / target / "stacks" / name)
        opened = open_origins(load_environment("demo"), State(()))
    paths = construct_paths(place / "build/local/stacks/demo/cdk.tf.json")
    assert opened.of_address("aws_vpc.network_vpc").construct_path == paths["aws_vpc.network_vpc"]  # type: ignore[union-attr]
    return paths


def test_a_stack_is_synthesized_when_it_is_missing(synthesized: dict[str, str]) -> None:
    assert synthesized["aws_vpc.network_vpc"] == "demo/network/vpc"
    assert not [address for address in synthesized if address.startswith("data.")]


def test_what_cannot_be_read_leaves_the_findings_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(2, "main.py")

    def no_file(_: Path) -> YamlFile:
        raise ConfigError("gone")

    monkeypatch.setattr(origins, "stack_directory", lambda *_: tmp_path / "nowhere")
    monkeypatch.setattr(subprocess, "run", fails)
    monkeypatch.setattr(origins, "read_yaml", no_file)
    origin = open_origins(load_environment("demo"), STATE).of_resource("i-1")
    assert origin is not None
    assert (origin.address, origin.construct_path, origin.setting, origin.line) == ("aws_instance.head", "", "", None)


def test_a_stack_of_another_shape_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_vpc": {"x": {"//": None}}}}), encoding="utf-8")
    monkeypatch.setattr(origins, "stack_directory", lambda *_: tmp_path)
    origin = open_origins(load_environment("demo"), STATE).of_address("aws_vpc.x")
    assert origin is not None
    assert origin.construct_path == ""
