"""Rules over the buckets."""

from __future__ import annotations

from collections.abc import Iterator

from config.problems import Problem
from config.rules.registry import rule
from config.s3 import LOGS_BUCKET
from config.static_ec2 import StaticEc2Config

_INFREQUENT_ACCESS_DAYS = 30
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""
_ROLE_POLICY_CHARACTERS = 10_240
"""All inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_OTHER_POLICIES_CHARACTERS = 4_600
"""What a node's policies hold beside its buckets, measured on `production` and rounded up."""
_WHEELS_POLICY_CHARACTERS = 300
"""Beside twice the prefix that it names."""


@rule("buckets")
def transitions_are_possible(environment: StaticEc2Config) -> Iterator[Problem]:
    """S3 moves objects to infrequent access after 30 days, and before they expire."""
    for name, bucket in environment.buckets.items():
        for index, transition in enumerate(bucket.transitions):
            path = ("buckets", name, "transitions", index, "days")
            if transition.storage_class in ("STANDARD_IA", "ONEZONE_IA") and transition.days < _INFREQUENT_ACCESS_DAYS:
                yield Problem(
                    path, f"got {transition.days}", f"at least {_INFREQUENT_ACCESS_DAYS} for {transition.storage_class}"
                )
            if bucket.expire_days is not None and transition.days >= bucket.expire_days:
                yield Problem(path, f"got {transition.days}", f"less than expire_days, {bucket.expire_days}")


@rule("buckets")
def logs_bucket_is_for_logs(environment: StaticEc2Config) -> Iterator[Problem]:
    """Nodes that could write access logs could hide what they did."""
    logs = environment.buckets.get(LOGS_BUCKET)
    if logs is not None and "node_access" in logs.model_fields_set and logs.node_access != "none":
        yield Problem(
            ("buckets", LOGS_BUCKET, "node_access"), f"got {logs.node_access}", "none: it holds the access logs"
        )


_ARNS = {"read_only": 2, "read_write": 3}
"""How often a role's policy names a bucket: to list, to read, to write."""


@rule("buckets", "project", "account_id", "ray")
def role_policy_fits(environment: StaticEc2Config) -> Iterator[Problem]:
    """IAM limits the size of a role's policies, and each bucket adds its names to them."""
    used = {
        name: bucket.node_access for name, bucket in environment.all_buckets.items() if bucket.node_access != "none"
    }
    source = environment.ray.wheel_source
    size = _OTHER_POLICIES_CHARACTERS + sum(
        _ARNS[access] * len(f'"arn:aws:s3:::{environment.bucket_name(name)}/*",') for name, access in used.items()
    )
    size += _WHEELS_POLICY_CHARACTERS + 2 * len(source) if source is not None else 0
    if size > _ROLE_POLICY_CHARACTERS:
        yield Problem(
            ("buckets",),
            f"got {len(used)} that nodes use, which make a role policy of about {size} characters",
            f"at most {_ROLE_POLICY_CHARACTERS}: fewer buckets, or shorter names",
        )
