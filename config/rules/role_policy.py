"""Rules over the size of what IAM is told: all inline policies of a role together."""

from __future__ import annotations

from collections.abc import Iterator

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.policy_size import autoscaler_policy_characters
from config.problems import Problem
from config.rules.registry import rule
from config.static_ec2 import StaticEc2Config

_MOST = 10_240
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_NODE = 4_600
"""What a node's policies hold beside its buckets, measured on `production` and rounded up."""
_WHEELS = 300
"""Beside twice the prefix that it names."""
_ARNS = {"read_only": 2, "read_write": 3}
"""How often a role's policy names a bucket: to list, to read, to write."""


@rule("buckets", "project", "account_id", "ray")
def role_policy_fits(environment: StaticEc2Config) -> Iterator[Problem]:
    """IAM limits the size of a role's policies, and each bucket adds its names to them."""
    used = _used_buckets(environment)
    size = node_characters(environment)
    if size > _MOST:
        yield Problem(
            ("buckets",),
            f"got {len(used)} that nodes use, which make a role policy of about {size} characters",
            f"at most {_MOST}: fewer buckets, or shorter names",
        )


@rule(
    *("buckets", "project", "account_id", "ray", "head", "workers", "autoscaler", "network", "access", "region"),
    "tags",
)
def head_policy_fits(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """The head's role also names what may be launched: types, images, subnets."""
    size = node_characters(environment) + autoscaler_policy_characters(environment)
    if size > _MOST:
        yield Problem(
            ("workers",),
            f"got {len(environment.workers)} types beside {len(_used_buckets(environment))} buckets that nodes use, "
            f"which make a role policy of about {size} characters",
            f"at most {_MOST}: fewer types or buckets, or shorter names",
        )


def node_characters(environment: Ec2ClusterConfig) -> int:
    """Size of a node's policies, but for the autoscaler's."""
    source = environment.ray.wheel_source
    size = _NODE + sum(
        _ARNS[access] * len(f'"arn:aws:s3:::{environment.bucket_name(name)}/*",')
        for name, access in _used_buckets(environment).items()
    )
    return size + (_WHEELS + 2 * len(source) if source is not None else 0)


def _used_buckets(environment: Ec2ClusterConfig) -> dict[str, str]:
    return {
        name: bucket.node_access for name, bucket in environment.all_buckets.items() if bucket.node_access != "none"
    }
