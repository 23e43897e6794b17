from __future__ import annotations

import json
from typing import Any

import pytest

from config.memorydb import ACCESS_STRING
from tests.synthesis import Synthesized, environment, example, synth


def bucket(**settings: Any) -> Synthesized:
    return synth(environment(buckets={"data": settings}))


def test_every_bucket_is_versioned_private_encrypted_and_owned() -> None:
    stack = example("production")
    names = {f"${{aws_s3_bucket.{name}.id}}" for name in stack.of("aws_s3_bucket")}
    assert len(names) == 5
    for kind in ("versioning", "public_access_block", "server_side_encryption_configuration", "ownership_controls",
                 "policy", "lifecycle_configuration"):  # fmt: skip
        assert {each["bucket"] for each in stack.of(f"aws_s3_bucket_{kind}").values()} == names
    for block in stack.of("aws_s3_bucket_public_access_block").values():
        settings = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
        assert all(block[setting] is True for setting in settings)


def test_data_is_encrypted_with_the_key_and_logs_with_s3s_own() -> None:
    encryption = example("production").of("aws_s3_bucket_server_side_encryption_configuration")
    rules = {name: each["rule"][0]["apply_server_side_encryption_by_default"] for name, each in encryption.items()}
    assert rules["buckets_models_encryption"] == {
        "kms_master_key_id": "${aws_kms_key.kms.arn}",
        "sse_algorithm": "aws:kms",
    }
    assert rules["buckets_logs_encryption"] == {"sse_algorithm": "AES256"}


def test_policies_refuse_requests_without_tls() -> None:
    stack = example("production")
    for name in ("staging", "features", "models", "results", "logs"):
        deny = stack.statements(f"buckets_{name}_policy_document")[0]
        assert (deny["effect"], deny["actions"]) == ("Deny", ["s3:*"])
        assert deny["condition"] == [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]


def test_policies_name_the_two_roles() -> None:
    _, *nodes = example("production").statements("buckets_models_policy_document")
    for statement in nodes:
        assert statement["principals"][0]["identifiers"] == [
            "${aws_iam_role.roles_head.arn}",
            "${aws_iam_role.roles_worker.arn}",
        ]


def test_access_logs_go_to_the_logs_bucket_which_is_made_when_needed() -> None:
    stack = bucket()
    logging = stack.only("aws_s3_bucket_logging")
    assert logging["target_bucket"] == "${aws_s3_bucket.buckets_logs.id}"
    assert logging["target_prefix"] == "data/"
    assert not synth(environment()).of("aws_s3_bucket")


def test_lifecycle_forgets_leftovers_and_expires_objects() -> None:
    stack = bucket(
        noncurrent_days=9,
        abort_upload_days=3,
        expire_days=200,
        transitions=[{"days": 30, "storage_class": "STANDARD_IA"}],
    )
    leftovers, objects = stack.of("aws_s3_bucket_lifecycle_configuration")["buckets_data_lifecycle"]["rule"]
    assert leftovers["noncurrent_version_expiration"] == [{"noncurrent_days": 9}]
    assert leftovers["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 3}]
    assert objects["expiration"] == [{"days": 200}]
    assert objects["transition"] == [{"days": 30, "storage_class": "STANDARD_IA"}]


def test_cors_is_there_when_asked_for() -> None:
    assert not bucket().of("aws_s3_bucket_cors_configuration")
    cors = bucket(cors=[{"origins": ["https://notebooks.example.com"]}]).only("aws_s3_bucket_cors_configuration")
    assert cors["cors_rule"][0]["allowed_origins"] == ["https://notebooks.example.com"]
    assert cors["cors_rule"][0]["allowed_methods"] == ["GET", "HEAD"]


@pytest.mark.parametrize("protect", [True, False])
def test_protection_keeps_what_holds_data(protect: bool) -> None:
    stack = synth(
        environment(protect=protect, buckets={"data": {}}, efs={}, ray={"head_storage": "memorydb"}, memorydb={})
    )
    for kind in ("aws_s3_bucket", "aws_efs_file_system", "aws_memorydb_cluster"):
        for resource in stack.of(kind).values():
            assert resource.get("lifecycle", {}).get("prevent_destroy", False) is protect
    assert {each["force_destroy"] for each in stack.of("aws_s3_bucket").values()} == {not protect}
    assert stack.only("aws_instance")["disable_api_termination"] is protect
    for kind in ("aws_kms_key", "aws_secretsmanager_secret"):
        for resource in stack.of(kind).values():
            assert resource.get("lifecycle", {}).get("prevent_destroy", False) is protect


def test_efs_is_encrypted_with_a_target_per_zone() -> None:
    stack = example("production")
    assert stack.only("aws_efs_file_system")["encrypted"] is True
    targets = stack.of("aws_efs_mount_target").values()
    assert {each["subnet_id"] for each in targets} == {
        f"${{aws_subnet.network_private_us_west_2{zone}.id}}" for zone in "abc"
    }


def test_efs_policy_lets_nodes_in_through_the_access_point_with_tls() -> None:
    nodes, deny = example("production").statements("efs_policy_document")
    assert nodes["condition"][0]["variable"] == "elasticfilesystem:AccessPointArn"
    assert (deny["effect"], deny["condition"][0]["variable"]) == ("Deny", "aws:SecureTransport")


@pytest.mark.parametrize(
    ("settings", "policies"),
    [
        ({}, [{"transition_to_ia": "AFTER_30_DAYS"}, {"transition_to_primary_storage_class": "AFTER_1_ACCESS"}]),
        ({"transition_to_ia_days": 1, "transition_back_on_access": False}, [{"transition_to_ia": "AFTER_1_DAY"}]),
        ({"transition_to_ia_days": None}, None),
    ],
)  # fmt: skip
def test_efs_lifecycle(settings: dict[str, Any], policies: list[dict[str, str]] | None) -> None:
    assert synth(environment(efs=settings)).only("aws_efs_file_system").get("lifecycle_policy") == policies


def test_efs_provisioned_throughput() -> None:
    system = synth(environment(efs={"throughput_mode": "provisioned", "provisioned_mibps": 64})).only(
        "aws_efs_file_system"
    )
    assert (system["throughput_mode"], system["provisioned_throughput_in_mibps"]) == ("provisioned", 64)


def test_memorydb_is_one_shard_with_a_replica_tls_and_its_own_user() -> None:
    stack = example("production")
    cluster = stack.only("aws_memorydb_cluster")
    assert (cluster["num_shards"], cluster["num_replicas_per_shard"], cluster["tls_enabled"]) == (1, 1, True)
    assert cluster["acl_name"] == "${aws_memorydb_acl.memorydb_acl.name}"
    assert cluster["snapshot_retention_limit"] == 7
    assert stack.only("aws_memorydb_user")["authentication_mode"]["type"] == "password"
    assert stack.only("aws_memorydb_user")["access_string"] == ACCESS_STRING
    assert stack.only("aws_memorydb_parameter_group")["parameter"] == [
        {"name": "maxmemory-policy", "value": "allkeys-lru"}
    ]


def rocksdb(**settings: Any) -> Synthesized:
    return synth(environment(ray={"head_storage": "rocksdb"}, **settings))


@pytest.mark.parametrize("protect", [True, False])
def test_the_state_volume_is_encrypted_and_kept(protect: bool) -> None:
    volume = rocksdb(protect=protect, head={"zone": "us-west-2b"}).only("aws_ebs_volume")
    assert (volume["availability_zone"], volume["size"], volume["type"]) == ("us-west-2b", 20, "gp3")
    assert (volume["encrypted"], volume["kms_key_id"]) == (True, "${aws_kms_key.kms.arn}")
    assert volume.get("lifecycle", {}).get("prevent_destroy", False) is protect
    assert volume["final_snapshot"] is protect
    assert rocksdb(head={"state_volume_gib": 7}).only("aws_ebs_volume")["size"] == 7


def test_the_state_volume_outlives_the_head() -> None:
    stack = rocksdb()
    volume, attachment = stack.only("aws_ebs_volume"), stack.only("aws_volume_attachment")
    assert "aws_instance" not in json.dumps(volume)
    assert attachment["volume_id"] == "${aws_ebs_volume.state_volume.id}"
    assert attachment["instance_id"] == "${aws_instance.ray_head.id}"
    assert attachment["stop_instance_before_detaching"] is True
    # The head is made before the volume is attached, and finds it by its id.
    assert "${aws_ebs_volume.state_volume.id}" in stack.document["locals"]["ray_head_user_data"]
    assert set(stack.of("aws_volume_attachment")) == {"state_volume_attachment"}


def test_storage_is_off_when_left_out() -> None:
    stack = synth(environment())
    assert not any(
        stack.of(kind) for kind in ("aws_efs_file_system", "aws_memorydb_cluster", "aws_s3_bucket", "aws_ebs_volume")
    )
