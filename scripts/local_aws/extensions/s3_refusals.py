"""S3: names, policies and lifecycle rules that AWS refuses and moto takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend

from scripts.local_aws.extensions.plumbing import AwsError, wrap
from scripts.local_aws.extensions.policies import check_policy

NAME = re.compile(r"(?!xn--|sthree-)[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)(?<!--ol-s3)")
ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
INFREQUENT = ("STANDARD_IA", "ONEZONE_IA")
INFREQUENT_DAYS = 30


@wrap(S3Backend, "create_bucket")
def create_bucket(original: Callable[..., Any], self: Any, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    if not NAME.fullmatch(bucket_name) or ADDRESS.fullmatch(bucket_name):
        raise S3ClientError("InvalidBucketName", "The specified bucket is not valid.")
    return original(self, bucket_name, *args, **kwargs)


@wrap(S3Backend, "put_bucket_policy")
def put_bucket_policy(original: Callable[..., Any], self: Any, bucket_name: str, policy: Any) -> Any:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"""
    try:
        check_policy(policy, "MalformedPolicy", resource=f"arn:aws:s3:::{bucket_name}")
    except AwsError as error:  # S3's handlers take errors of their own class only
        raise S3ClientError(error.code, error.message) from None
    return original(self, bucket_name, policy)


@wrap(S3Backend, "put_bucket_lifecycle")
def put_bucket_lifecycle(original: Callable[..., Any], self: Any, bucket_name: str, rules: list[dict[str, Any]]) -> Any:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""
    for rule in rules:
        found = rule.get("Transition") or []
        for transition in [found] if isinstance(found, dict) else found:
            _refuse_early(transition)
    return original(self, bucket_name, rules)


def _refuse_early(transition: dict[str, Any]) -> None:
    storage_class = transition.get("StorageClass")
    if storage_class in INFREQUENT and int(transition.get("Days", INFREQUENT_DAYS)) < INFREQUENT_DAYS:
        raise S3ClientError(
            "InvalidArgument",
            f"'Days' in Transition action must be greater than or equal to {INFREQUENT_DAYS} "
            f"for storageClass '{storage_class}'",
        )
