"""Rules over the buckets."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.problems import Path, Problem
from config.rules.registry import rule
from config.s3 import LOGS_BUCKET, BucketConfig, BucketLifecycleConfig

_INFREQUENT_ACCESS_DAYS = 30
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""


@rule("buckets")
def transitions_are_possible(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """S3 moves objects to infrequent access after 30 days, and before they expire."""
    for name, bucket in environment.buckets.items():
        yield from impossible_transitions(("buckets", name), bucket)


@rule("buckets")
def prefixes_expire_first(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """What begins with a prefix has an age of its own only where it is the lesser one."""
    for name, bucket in environment.buckets.items():
        yield from idle_prefixes(("buckets", name), bucket)


def impossible_transitions(section: Path, bucket: BucketLifecycleConfig) -> Iterator[Problem]:
    """Moves that S3 refuses, or that come when objects are gone."""
    for index, transition in enumerate(bucket.transitions):
        path = (*section, "transitions", index, "days")
        if transition.storage_class in ("STANDARD_IA", "ONEZONE_IA") and transition.days < _INFREQUENT_ACCESS_DAYS:
            yield Problem(
                path, f"got {transition.days}", f"at least {_INFREQUENT_ACCESS_DAYS} for {transition.storage_class}"
            )
        if bucket.expire_days is not None and transition.days >= bucket.expire_days:
            yield Problem(path, f"got {transition.days}", f"less than expire_days, {bucket.expire_days}")


def idle_prefixes(section: Path, bucket: BucketLifecycleConfig) -> Iterator[Problem]:
    """Prefixes whose objects are gone before their own age."""
    for prefix, days in bucket.expire_prefix_days.items():
        if bucket.expire_days is not None and days >= bucket.expire_days:
            yield Problem(
                (*section, "expire_prefix_days", prefix), f"got {days}", f"less than expire_days, {bucket.expire_days}"
            )


@rule("buckets")
def logs_bucket_is_for_logs(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Nodes that could write access logs could hide what they did."""
    yield from written_logs(environment.buckets.get(LOGS_BUCKET))


def written_logs(logs: BucketConfig | None) -> Iterator[Problem]:
    """Access to the bucket of the access logs."""
    if logs is not None and "node_access" in logs.model_fields_set and logs.node_access != "none":
        yield Problem(
            ("buckets", LOGS_BUCKET, "node_access"), f"got {logs.node_access}", "none: it holds the access logs"
        )
