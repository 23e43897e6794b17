"""What a role can do with one bucket, key or file system, and what it should."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import CLOUD_BUCKET, AnyscaleCloudConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.s3 import BucketConfig
from scripts.audit import applies
from scripts.audit.declared_roles import control_plane_role
from scripts.audit.eks.uses import mounts_files, settings_of, uses_key
from scripts.audit.iam_effect.abilities import (
    BUCKET_ABILITIES,
    BY_NO_SERVICE,
    FILE_SYSTEM_MISUSE,
    KEY_MISUSE,
    KEY_USE,
    MOUNT,
    NO_ACCESS_POINT,
    PAST_ACCESS_POINT,
    ROOT,
    declared_abilities,
)
from scripts.audit.iam_effect.evaluate import Delegation, Request, grants
from scripts.audit.iam_effect.judging import Access, judge_access
from scripts.audit.iam_effect.roles import Subject
from scripts.audit.iam_effect.statements import Statement, read_statements
from scripts.audit.verdict import Verdict
from scripts.inventory.efs import FileSystem
from scripts.inventory.kms import Key
from scripts.inventory.reading import Reading, Unreadable
from scripts.inventory.shapes import Document


def policy_of(owner: str, document: Reading[Document | None]) -> Reading[tuple[Statement, ...]]:
    """The statements of a resource's policy; without one there are none."""
    return document if isinstance(document, Unreadable) else read_statements(f"the policy of {owner}", document or {})


def used_buckets(config: FoundationConfig) -> dict[str, BucketConfig]:
    """Buckets that the users meet, made or there, by name."""
    if isinstance(config, AnyscaleCloudConfig) and not config.all_buckets:
        return {CLOUD_BUCKET: BucketConfig()}
    return dict(config.all_buckets)


def bucket_abilities(subject: Subject, config: FoundationConfig) -> dict[str, set[str]]:
    """What a role should be able to do in each bucket."""
    buckets = used_buckets(config)
    if isinstance(config, KuberayEksConfig):
        buckets = {name: settings_of(subject.name, name, config) for name in buckets}
    return {name: declared_abilities(settings) for name, settings in buckets.items()}


def bucket_access(
    subject: Subject, bucket: str, policy: tuple[Statement, ...], wanted: set[str], config: FoundationConfig
) -> Access:
    """What a role can do in a bucket."""
    found = {
        ability: grants(
            subject.permissions, Request(action, config.place.s3_arn(f"{bucket}{part}")), resource_policy=policy
        )
        for ability, (action, part) in BUCKET_ABILITIES.items()
    }
    # Wheels are read from below a prefix of a bucket, which may be one of these.
    wheels = {"list it", "read objects"} if _is_wheel_bucket(bucket, config) else set()
    return Access(bucket, {ability: ways[0] for ability, ways in found.items() if ways}, wanted, wanted | wheels)


def _is_wheel_bucket(bucket: str, config: FoundationConfig) -> bool:
    source = (isinstance(config, Ec2ClusterConfig) and config.ray.wheel_source) or ""
    return source.removeprefix("s3://").partition("/")[0] == bucket


def judge_key(subject: Subject, key: Key, config: FoundationConfig) -> Iterator[Verdict]:
    """Judge that a role can use the key, and nothing else."""
    policy = policy_of(f"key {key.arn.rpartition('/')[2]}", key.policy)
    if isinstance(policy, Unreadable):
        yield Verdict(subject.name, policy, str(policy))
        return
    # Who launches instances has EC2 make grants of the volumes' key, and may make none itself.
    direct = BY_NO_SERVICE if _launches_with(subject, key, config) else {}
    asked = {
        **{ability: Request(action, key.arn) for ability, action in KEY_USE.items()},
        **{ability: Request(action, key.arn, direct) for ability, action in KEY_MISUSE.items()},
    }
    found = {
        ability: grants(subject.permissions, request, resource_policy=policy, delegation=Delegation.ASKED)
        for ability, request in asked.items()
    }
    can = {ability: ways[0] for ability, ways in found.items() if ways}
    wanted = set(KEY_USE) if _is_used(subject, key, config) else set()
    yield from judge_access(subject, "key", [Access(key.arn, can, wanted, wanted)])


def _launches_with(subject: Subject, key: Key, config: FoundationConfig) -> bool:
    """Whether the role has EC2 or FSx encrypt volumes with the key."""
    if isinstance(config, KuberayEksConfig):
        return uses_key(subject.name, config)
    if isinstance(config, AnyscaleCloudConfig):
        return subject.name == control_plane_role(config) and key.arn in config.iam.volume_key_arns
    return subject.name == config.label.name("head") and applies.is_autoscaling(config)


def _is_used(subject: Subject, key: Key, config: FoundationConfig) -> bool:
    """Not by whom only a bucket of others serves, which has its own key or none; on EKS by roles that hold data."""
    if isinstance(config, KuberayEksConfig):
        return uses_key(subject.name, config)
    if not isinstance(config, AnyscaleCloudConfig) or config.bucket.existing_name is None:
        return True
    return config.bucket.existing_key_arn == key.arn


def judge_file_system(subject: Subject, file_system: FileSystem, config: FoundationConfig) -> Iterator[Verdict]:
    """Judge that a role can mount the file system as it is meant to, and nothing else."""
    policy = policy_of(f"file system {file_system.name}", file_system.policy)
    if isinstance(policy, Unreadable):
        yield Verdict(subject.name, policy, str(policy))
        return
    arn = config.place.arn("elasticfilesystem", f"file-system/{file_system.file_system_id}")
    needed, misuse = dict(MOUNT), dict(FILE_SYSTEM_MISUSE)
    if applies.has_no_access_points(config):
        needed |= ROOT
    else:
        misuse |= PAST_ACCESS_POINT
    asked = {
        **{ability: Request(action, arn) for ability, action in needed.items()},
        **{ability: Request(action, arn, NO_ACCESS_POINT) for ability, action in misuse.items()},
    }
    found = {
        ability: grants(subject.permissions, request, resource_policy=policy) for ability, request in asked.items()
    }
    can = {ability: ways[0] for ability, ways in found.items() if ways}
    wanted = set(needed) if _mounts(subject, config) else set()
    yield from judge_access(subject, "file system", [Access(file_system.name, can, wanted, wanted)])


def _mounts(subject: Subject, config: FoundationConfig) -> bool:
    """On EKS the driver does, for all pods."""
    return not isinstance(config, KuberayEksConfig) or mounts_files(subject.name, config)
