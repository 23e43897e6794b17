from __future__ import annotations

from typing import Any

import pytest

from config.paths import environment_names
from tests.synthesis import cloud, environment, example, synth


def _without_target(document: dict[str, Any]) -> dict[str, Any]:
    rest = {key: value for key, value in document.items() if key not in ("terraform", "//")}
    (provider,) = document["provider"]["aws"]
    guardless = {key: value for key, value in provider.items() if key != "allowed_account_ids"}
    backendless = {key: value for key, value in document["terraform"].items() if key != "backend"}
    return {**rest, "provider": guardless, "terraform": backendless}


@pytest.mark.parametrize("name", environment_names())
def test_targets_differ_in_backend_and_account_guard_only(name: str) -> None:
    local, aws = example(name, "local").document, example(name, "aws" if name != "demo" else "local").document
    assert _without_target(local) == _without_target(aws)


def test_aws_state_is_encrypted_and_locked_in_s3() -> None:
    backend = example("production").document["terraform"]["backend"]
    assert backend == {
        "s3": {
            "bucket": "rayform-state-123456789012-us-west-2",
            "key": "ray/production.tfstate",
            "region": "us-west-2",
            "encrypt": True,
            "use_lockfile": True,
        }
    }


def test_aws_refuses_any_other_account() -> None:
    (provider,) = example("production").document["provider"]["aws"]
    assert provider["allowed_account_ids"] == ["123456789012"]


def test_local_knows_no_path_of_the_machine() -> None:
    assert example("demo").document["terraform"]["backend"] == {"local": {"path": "terraform.tfstate"}}


def test_provider_needs_no_emulator_setting() -> None:
    (provider,) = example("demo").document["provider"]["aws"]
    assert set(provider) == {"region", "default_tags"}


def test_default_tags_name_cluster_owner_and_own_tags() -> None:
    config = environment(owner="ml", tags={"CostCentre": "42"})
    (provider,) = synth(config).document["provider"]["aws"]
    assert provider["default_tags"] == [
        {
            "tags": {
                "CostCentre": "42",
                "Project": "ray",
                "Environment": "test",
                "Owner": "ml",
                "ManagedBy": "rayform",
                "rayform:cluster": "ray-test",
            }
        }
    ]


def test_outputs_of_what_is_not_there_are_left_out() -> None:
    config = environment(
        access={"allow_unauthenticated": True},
        observability={"cloudwatch_agent": False},
        ray={"head_storage": "rocksdb", "ports": {"dashboard": 9265}},
    )
    outputs = synth(config).document["output"]
    assert outputs.keys().isdisjoint({"ray_token_secret_arn", "log_group", "memorydb_address"})
    assert outputs["state_volume_id"]["value"] == "${aws_ebs_volume.state_volume.id}"
    assert outputs["dashboard_url"]["value"] == "http://localhost:9265"
    assert "portNumber=9265,localPortNumber=9265" in outputs["dashboard_tunnel_command"]["value"]


def test_outputs_are_what_a_person_needs_next() -> None:
    outputs = set(example("production").document["output"])
    assert outputs == {
        "bucket_names", "cluster", "dashboard_tunnel_command", "dashboard_url", "efs_access_point_id", "efs_id", "head",
        "instance_profile_arns", "key_arn", "log_group", "memorydb_address", "memorydb_password_secret_arn",
        "private_subnet_ids", "public_subnet_ids", "ray_token_secret_arn", "role_arns", "security_group_ids", "vpc_id",
        "workers",
    }  # fmt: skip


def test_outputs_of_an_autoscaled_cluster_say_what_ray_launches() -> None:
    autoscaled = {"autoscaling_config", "image_ids", "node_subnet_ids", "zone_id"}
    by_terraform, by_ray_up = (example(name).document["output"] for name in ("autoscaling", "autoscaling-existing-vpc"))
    for outputs in (by_terraform, by_ray_up):
        assert autoscaled <= outputs.keys()
        assert "workers" not in outputs
        assert outputs["autoscaling_config"]["sensitive"] is True
    assert {"head", "dashboard_url", "autoscaling_secret_arn"} <= by_terraform.keys()
    assert {"bastion", "key_pair_name"} <= by_ray_up.keys()
    assert by_ray_up.keys().isdisjoint({"head", "dashboard_url", "autoscaling_secret_arn"})
    assert set(by_ray_up["role_arns"]["value"]) == {"head", "worker", "launcher"}
    assert set(by_terraform["image_ids"]["value"]) == {"head", "cpu", "cpu-on-demand", "arm", "gpu"}


REGISTERED = {
    "bucket_names", "cluster", "efs_id", "efs_mount_target_addresses", "external_id", "instance_profile_arns",
    "key_arn", "memorydb_address", "memorydb_arn", "memorydb_name", "node_subnet_ids", "private_subnet_ids",
    "public_subnet_ids", "role_arns", "security_group_ids", "vpc_id",
}  # fmt: skip


def test_outputs_of_a_cloud_are_what_a_registration_takes() -> None:
    subnets = {"us-west-2a": "subnet-0a1b2c3d4e5f60711", "us-west-2b": "subnet-0a1b2c3d4e5f60712"}
    existing = cloud(
        network={"existing": {"vpc_id": "vpc-0a1b2c3d4e5f60718", "private_subnets": subnets}},
        bucket={"existing_name": "theirs"},
        efs={},
        memorydb={},
    )
    made, found = example("anyscale").document["output"], synth(existing).document["output"]
    assert set(made) == set(found) == REGISTERED
    assert found["vpc_id"]["value"] == "${data.aws_vpc.network_vpc.id}"
    assert found["node_subnet_ids"]["value"] == {
        zone: f"${{data.aws_subnet.network_private_{zone.replace('-', '_')}.id}}" for zone in subnets
    }
    assert set(found["efs_mount_target_addresses"]["value"]) == set(subnets)
    assert set(made["role_arns"]["value"]) == {"control-plane", "cluster-node"}
    assert found["bucket_names"]["value"] == {"cloud": "${data.aws_s3_bucket.buckets_cloud.id}"}


OF_CLUSTER = {
    "bucket_names", "cluster", "cluster_arn", "cluster_certificate_authority", "cluster_endpoint", "cluster_name",
    "cluster_security_group_id", "cluster_version", "efs_access_point_id", "efs_id", "key_arn", "node_group_names",
    "node_role_arn", "private_subnet_ids", "public_subnet_ids", "ray_token_secret_arn", "security_group_ids",
    "service_account_role_arns", "service_cidr", "vpc_id",
}  # fmt: skip
OF_SERVICES = {
    "fsx_dns_name", "fsx_id", "fsx_mount_name", "fsx_security_group_id", "fsx_subnet_id", "memorydb_address",
    "memorydb_password_secret_arn", "memorydb_user", "prometheus_endpoint", "prometheus_workspace_arn", "registry_url",
}  # fmt: skip


def test_outputs_of_an_eks_cluster_are_what_manifests_are_rendered_with() -> None:
    made, found = (example(name).document["output"] for name in ("eks", "eks-existing"))
    assert set(made) == OF_CLUSTER | OF_SERVICES
    assert set(found) == OF_CLUSTER
    assert made["cluster_certificate_authority"]["value"] == (
        "${aws_eks_cluster.eks_cluster.certificate_authority[0].data}"
    )
    assert found["cluster_endpoint"]["value"] == "${data.aws_eks_cluster.eks_cluster.endpoint}"
    assert made["node_group_names"]["value"] == ["system", "head", "cpu", "gpu"]
    assert set(found["service_account_role_arns"]["value"]) == {"ray-head", "ray-worker", "efs-csi"}


def test_public_subnets_of_an_existing_vpc_give_addresses_to_a_clouds_nodes() -> None:
    subnets = {"us-west-2a": "subnet-0a1b2c3d4e5f60711", "us-west-2b": "subnet-0a1b2c3d4e5f60712"}
    stack = synth(
        cloud(
            network={"existing": {"vpc_id": "vpc-0a1b2c3d4e5f60718", "public_subnets": subnets}},
            access={"public_nodes": True},
        )
    )
    for subnet in stack.data("aws_subnet").values():
        _place, addresses = subnet["lifecycle"]["postcondition"]
        assert addresses["condition"] == "${self.map_public_ip_on_launch}"


def test_everything_of_a_cloud_has_anyscales_tags() -> None:
    (provider,) = example("anyscale").document["provider"]["aws"]
    tags = provider["default_tags"][0]["tags"]
    assert tags["anyscale-cloud-id"] == "cld_1a2b3c4d5e6f7g8h"
    assert tags["anyscale-org-id"] == "org_1a2b3c4d5e6f7g8h"
    assert tags["anyscale-deploy-environment"] == "production"
    (unregistered,) = example("anyscale-public").document["provider"]["aws"]
    assert "anyscale-cloud-id" not in unregistered["default_tags"][0]["tags"]
