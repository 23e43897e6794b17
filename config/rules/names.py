"""Rules over the names that AWS gets."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.environment import Environment
from config.foundation import FoundationConfig
from config.problems import Path, Problem
from config.rules.registry import rule

_BUCKET = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_ROLE = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_MEMORYDB = 40
"""https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateCluster.html"""


def _too_long(path: Path, kind: str, name: str, most: int) -> Iterator[Problem]:
    if len(name) > most:
        yield Problem(
            path,
            f"got the {kind} name {name} of {len(name)} characters",
            f"at most {most}: a shorter name, environment or project",
        )


@rule("buckets", "project", "account_id")
def bucket_names(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """S3 takes 63 characters."""
    for bucket in environment.all_buckets:
        yield from _too_long(("buckets", bucket), "bucket", environment.bucket_name(bucket), _BUCKET)


@rule("project")
def role_names(environment: Environment) -> Iterator[Problem]:
    """IAM takes 64 characters; `flow-logs` is the longest part."""
    yield from _too_long(("project",), "role", environment.label.name("flow-logs"), _ROLE)


@rule("memorydb", "project")
def memorydb_names(environment: FoundationConfig) -> Iterator[Problem]:
    """MemoryDB takes 40 characters."""
    if environment.memorydb is not None:
        yield from _too_long(("memorydb",), "MemoryDB", environment.label.name("gcs"), _MEMORYDB)
