from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from mypy_boto3_s3 import S3Client

from config.errors import UserError
from scripts.bootstrap_state import bootstrap, require_aws, tls_only_policy

ACCOUNT = "123456789012"
BUCKET = f"rayform-state-{ACCOUNT}-us-west-2"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Client]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield boto3.client("s3", region_name="us-west-2")


def make(s3: S3Client, region: str = "us-west-2") -> bool:
    return bootstrap(s3, bucket=BUCKET, account_id=ACCOUNT, region=region)


def test_the_bucket_is_private_versioned_and_encrypted(s3: S3Client) -> None:
    assert make(s3)
    blocks = s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"]
    assert list(blocks.values()) == [True] * 4
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (ownership,) = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    (lifecycle,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert lifecycle["NoncurrentVersionExpiration"]["NoncurrentDays"] == 365


def test_only_tls_is_let_in(s3: S3Client) -> None:
    make(s3)
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert policy == tls_only_policy(BUCKET, "us-west-2")
    (statement,) = policy["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_second_run_mends_what_was_changed(s3: S3Client) -> None:
    make(s3)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_public_access_block(Bucket=BUCKET)
    assert not make(s3)
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())


def test_states_survive_a_second_run(s3: S3Client) -> None:
    make(s3)
    s3.delete_bucket_policy(Bucket=BUCKET)  # moto takes its deny for every request, with TLS or without
    s3.put_object(Bucket=BUCKET, Key="ray/production.tfstate", Body=b"{}")
    make(s3)
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert s3.get_object(Bucket=BUCKET, Key="ray/production.tfstate")["Body"].read() == b"{}"


def test_the_oldest_region_takes_no_constraint() -> None:
    with mock_aws():
        assert make(boto3.client("s3", region_name="us-east-1"), region="us-east-1")


def test_the_policy_names_the_partition_of_the_region() -> None:
    (statement,) = tls_only_policy("b", "cn-north-1")["Statement"]
    assert statement["Resource"] == ["arn:aws-cn:s3:::b", "arn:aws-cn:s3:::b/*"]


def test_a_bucket_of_somebody_else_is_refused(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(**_: object) -> None:
        raise s3.exceptions.ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")

    monkeypatch.setattr(s3, "head_bucket", forbidden)
    with pytest.raises(UserError, match=f"^{BUCKET} exists, but not for account {ACCOUNT}"):
        make(s3)


def test_the_emulator_needs_no_bucket() -> None:
    demo: Any = SimpleNamespace(name="demo", target="local")
    with pytest.raises(UserError, match=r"^demo is on the embedded AWS, where the state is a file"):
        require_aws(demo)
    demo.target = "aws"
    require_aws(demo)
