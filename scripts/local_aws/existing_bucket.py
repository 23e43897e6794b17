"""Make on the emulator the bucket, and the key of it, that an environment finds in its account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from scripts.local_aws.existing_network import client
from scripts.local_aws.identity import ACCOUNT_ID, ID_TAG

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client


def create_existing_bucket(
    endpoint: str, *, region: str, name: str, key_arn: str | None = None, cors: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Create a bucket when it is missing, as careful owners keep theirs: private, versioned, encrypted, with TLS only.

    A key of this account and region is made, too, when it is missing. `cors` are rules as S3 takes them.
    """
    with ExitStack() as stack:
        s3: S3Client = stack.enter_context(closing(client("s3", endpoint, region)))
        if key_arn is not None and f":kms:{region}:{ACCOUNT_ID}:key/" in key_arn:
            _create_missing_key(stack.enter_context(closing(client("kms", endpoint, region))), key_arn)
        if name not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
            _create_bucket(s3, region, name, key_arn, cors)


def _create_missing_key(kms: KMSClient, arn: str) -> None:
    """A key with the id that the ARN names, which rotates."""
    if arn in [key["KeyArn"] for page in kms.get_paginator("list_keys").paginate() for key in page["Keys"]]:
        return
    key_id = arn.rpartition("/")[2]
    kms.create_key(Description=key_id, Tags=[{"TagKey": ID_TAG, "TagValue": key_id}])
    kms.enable_key_rotation(KeyId=key_id)


def _create_bucket(s3: S3Client, region: str, name: str, key_arn: str | None, cors: Sequence[Any]) -> None:
    place: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **place)
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_ALL_BLOCKED)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rule: Any = {"ApplyServerSideEncryptionByDefault": _encryption(key_arn), "BucketKeyEnabled": key_arn is not None}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_tls_only(name)))
    if cors:
        s3.put_bucket_cors(Bucket=name, CORSConfiguration={"CORSRules": list(cors)})


_ALL_BLOCKED: Any = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


def _encryption(key_arn: str | None) -> dict[str, str]:
    return {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn} if key_arn else {"SSEAlgorithm": "AES256"}


def _tls_only(name: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit"""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
