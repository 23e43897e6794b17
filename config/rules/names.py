"""Rules over the names that AWS gets."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import CLOUD_BUCKET, CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import CLUSTER_ROLE, NODE_ROLE, KuberayEksConfig
from config.problems import Path, Problem
from config.rules.registry import rule
from config.service_accounts import service_accounts

_BUCKET = 63
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
_ROLE = 64
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
_RAY_CLUSTER = 53
"""https://github.com/ray-project/kuberay/blob/master/ray-operator/controllers/ray/utils/constant.go"""
_MEMORYDB = 40
"""https://docs.aws.amazon.com/memorydb/latest/APIReference/API_CreateCluster.html"""


def _too_long(
    path: Path, kind: str, name: str, most: int, shorter: str = "a shorter name, environment or project"
) -> Iterator[Problem]:
    if len(name) > most:
        yield Problem(path, f"got the {kind} name {name} of {len(name)} characters", f"at most {most}: {shorter}")


@rule("buckets", "project", "account_id")
def bucket_names(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """S3 takes 63 characters."""
    for bucket in environment.all_buckets:
        yield from _too_long(("buckets", bucket), "bucket", environment.bucket_name(bucket), _BUCKET)


@rule("bucket", "anyscale", "project", "account_id")
def cloud_bucket_names(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """S3 takes 63 characters."""
    for bucket in environment.all_buckets:
        name = environment.bucket_name(bucket)
        if bucket == CLOUD_BUCKET:
            yield from _too_long(("bucket", "name"), "bucket", name, _BUCKET, "a bucket.name of your own")
        else:
            yield from _too_long(("project",), "bucket", name, _BUCKET, "a shorter environment or project")


@rule("project")
def role_names(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """IAM takes 64 characters; `flow-logs` is the longest part."""
    yield from _too_long(("project",), "role", environment.label.name("flow-logs"), _ROLE)


@rule("project", "adopted")
def cloud_role_names(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """IAM takes 64 characters, of the names that are not adopted too."""
    names = [*map(environment.role_name, (CONTROL_PLANE, CLUSTER_NODE)), environment.label.name("flow-logs")]
    yield from _too_long(("project",), "role", max(names, key=len), _ROLE, "a shorter environment or project")


@rule("buckets", "project", "account_id")
def kube_bucket_names(environment: KuberayEksConfig) -> Iterator[Problem]:
    """S3 takes 63 characters."""
    for bucket in environment.all_buckets:
        yield from _too_long(("buckets", bucket), "bucket", environment.bucket_name(bucket), _BUCKET)


@rule("project")
def ray_cluster_name(environment: KuberayEksConfig) -> Iterator[Problem]:
    """KubeRay takes 53 characters."""
    shorter = "a shorter environment or project"
    yield from _too_long(("project",), "RayCluster", environment.label.cluster, _RAY_CLUSTER, shorter)


@rule("project", "kuberay", "eks", "workers", "head", "services", "jobs", "efs", "fsx", "buckets")
def kube_role_names(environment: KuberayEksConfig) -> Iterator[Problem]:
    """IAM takes 64 characters; `flow-logs` is a part, too, and each service account has a role."""
    parts = [CLUSTER_ROLE, NODE_ROLE, "flow-logs", *(account.part for account in service_accounts(environment))]
    longest = max(map(environment.label.name, parts), key=len)
    yield from _too_long(("project",), "role", longest, _ROLE, "a shorter environment or project")


@rule("memorydb", "project", "adopted")
def memorydb_names(environment: FoundationConfig) -> Iterator[Problem]:
    """MemoryDB takes 40 characters."""
    if environment.memorydb is not None:
        yield from _too_long(("memorydb",), "MemoryDB", environment.memorydb_name, _MEMORYDB)
