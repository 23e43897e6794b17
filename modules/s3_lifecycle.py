"""Lifecycle rules of a bucket."""

from __future__ import annotations

from constructs import Construct

from config.s3 import BucketConfig
from modules.aws import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)


def define_lifecycle(scope: Construct, *, config: BucketConfig, bucket: str) -> None:
    """Define a rule for what every bucket forgets, one for objects that expire or move, and one for each prefix."""
    rules = [_forget_leftovers(config)]
    if config.expire_days is not None or config.transitions:
        rules.append(_objects(config))
    rules += [_below(prefix, days) for prefix, days in sorted(config.expire_prefix_days.items())]
    S3BucketLifecycleConfiguration(scope, "lifecycle", bucket=bucket, rule=rules)


def _everything() -> list[S3BucketLifecycleConfigurationRuleFilter]:
    return [S3BucketLifecycleConfigurationRuleFilter(prefix="")]


def _forget_leftovers(config: BucketConfig) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id="leftovers",
        status="Enabled",
        filter=_everything(),
        abort_incomplete_multipart_upload=[
            S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                days_after_initiation=config.abort_upload_days
            )
        ],
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=config.noncurrent_days)
        ],
    )


def _objects(config: BucketConfig) -> S3BucketLifecycleConfigurationRule:
    expiration = (
        None if config.expire_days is None else [S3BucketLifecycleConfigurationRuleExpiration(days=config.expire_days)]
    )
    return S3BucketLifecycleConfigurationRule(
        id="objects",
        status="Enabled",
        filter=_everything(),
        expiration=expiration,
        transition=[
            S3BucketLifecycleConfigurationRuleTransition(days=each.days, storage_class=each.storage_class)
            for each in config.transitions
        ]
        or None,
    )


def _below(prefix: str, days: int) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id=f"expire {prefix}",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)],
    )
