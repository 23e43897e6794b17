"""Rules over what Ray's pods mount."""

from __future__ import annotations

from collections.abc import Iterator

from config.kuberay_eks import KuberayEksConfig
from config.problems import Path, Problem
from config.rules.buckets import idle_prefixes, impossible_transitions, written_logs
from config.rules.nodes import zones_without_subnet
from config.rules.registry import rule
from config.s3 import LOGS_BUCKET

_SMALLEST_FSX_GIB = 1200
_FSX_STEP_GIB = 2400
"""https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html"""
_OF_THE_IMAGE = (
    "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt", "/proc", "/root", "/run", "/sbin", "/sys",
    "/tmp", "/usr", "/var",  # noqa: S108 — names of places, in which nothing is made
)  # fmt: skip
"""Where a mount would hide the system, Ray, its session or its object store."""


@rule("buckets")
def kube_transitions_are_possible(environment: KuberayEksConfig) -> Iterator[Problem]:
    """S3 moves objects to infrequent access after 30 days, and before they expire."""
    for name, bucket in environment.buckets.items():
        yield from impossible_transitions(("buckets", name), bucket)


@rule("buckets")
def kube_prefixes_expire_first(environment: KuberayEksConfig) -> Iterator[Problem]:
    """What begins with a prefix has an age of its own only where it is the lesser one."""
    for name, bucket in environment.buckets.items():
        yield from idle_prefixes(("buckets", name), bucket)


@rule("buckets")
def kube_logs_bucket_is_for_logs(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Pods that could write access logs could hide what they did."""
    yield from written_logs(environment.buckets.get(LOGS_BUCKET))


@rule("buckets")
def mounted_buckets_may_be_read(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A mount needs access to the bucket."""
    for name, bucket in environment.mounted_buckets.items():
        path = ("buckets", name, "mount_path")
        if name == LOGS_BUCKET:
            yield Problem(path, f"got {bucket.mount_path}", "none: it holds the access logs")
        elif bucket.node_access == "none":
            yield Problem(path, f"got {bucket.mount_path} with node_access: none", "read_only or read_write")


@rule("buckets", "efs", "fsx")
def mounts_are_apart(environment: KuberayEksConfig) -> Iterator[Problem]:
    """No mount hides another one, or what the image needs."""
    mounts = list(_mounts(environment))
    for index, (path, mount) in enumerate(mounts):
        system = [place for place in _OF_THE_IMAGE if _is_below(mount, place)]
        if system or {".", ".."}.intersection(mount.split("/")):
            wanted = "a path of its own, such as /mnt/data"
            yield Problem(path, f"got {mount}" + (f", which is {system[0]} of the image" if system else ""), wanted)
        for other_path, other in mounts[:index]:
            if _is_below(mount, other) or _is_below(other, mount):
                yield Problem(path, f"got {mount}", f"a path apart from {'.'.join(map(str, other_path))}, {other}")


def _mounts(environment: KuberayEksConfig) -> Iterator[tuple[Path, str]]:
    if environment.efs is not None:
        yield ("efs", "mount_path"), environment.efs.mount_path
    if environment.fsx is not None:
        yield ("fsx", "mount_path"), environment.fsx.mount_path
    for name, bucket in environment.mounted_buckets.items():
        if bucket.mount_path is not None:
            yield ("buckets", name, "mount_path"), bucket.mount_path


def _is_below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


@rule("fsx")
def fsx_has_a_size_of_lustre(environment: KuberayEksConfig) -> Iterator[Problem]:
    """FSx for Lustre on SSDs grows in steps."""
    fsx = environment.fsx
    if fsx is not None and fsx.capacity_gib != _SMALLEST_FSX_GIB and fsx.capacity_gib % _FSX_STEP_GIB:
        step = fsx.capacity_gib // _FSX_STEP_GIB
        near = f"{step * _FSX_STEP_GIB or _SMALLEST_FSX_GIB} or {(step + 1) * _FSX_STEP_GIB}"
        yield Problem(
            ("fsx", "capacity_gib"), f"got {fsx.capacity_gib}", f"1200, or a multiple of 2400, such as {near}"
        )


@rule("fsx")
def scratch_has_nothing_that_lasts(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Scratch file systems have one throughput, and neither backups nor links to buckets."""
    fsx = environment.fsx
    if fsx is None or fsx.deployment_type != "SCRATCH_2":
        return
    for setting in ("throughput_mibps_per_tib", "backup_retention_days", "linked_bucket"):
        value = getattr(fsx, setting)
        if setting in fsx.model_fields_set and value not in (None, 0):
            yield Problem(("fsx", setting), f"got {value} with SCRATCH_2", "deployment_type: PERSISTENT_2, or none")


@rule("fsx")
def linked_file_system_has_no_backups(environment: KuberayEksConfig) -> Iterator[Problem]:
    """FSx makes no backups of a file system that is linked to a bucket."""
    fsx = environment.fsx
    if fsx is None or fsx.deployment_type != "PERSISTENT_2":
        return  # said by scratch_has_nothing_that_lasts
    if fsx.linked_bucket is not None and fsx.backup_retention_days:
        got = f"got {fsx.backup_retention_days} with linked_bucket"
        yield Problem(("fsx", "backup_retention_days"), got, "0, or nothing: the bucket keeps what is linked")


@rule("fsx", "buckets")
def linked_bucket_is_there(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The file system shows a bucket of the environment, whose access logs are none of Ray's."""
    name = environment.fsx.linked_bucket if environment.fsx is not None else None
    if name is not None and (name not in environment.buckets or name == LOGS_BUCKET):
        known = ", ".join(bucket for bucket in environment.buckets if bucket != LOGS_BUCKET)
        wanted = f"one of buckets: {known or 'there is none yet'}"
        yield Problem(("fsx", "linked_bucket"), f"got {name}", wanted, misses=("buckets", name))


@rule("fsx", "buckets")
def linked_bucket_may_be_written(environment: KuberayEksConfig) -> Iterator[Problem]:
    """FSx reads and writes the bucket with rights of its own: pods would do what `node_access` forbids."""
    name = environment.fsx.linked_bucket if environment.fsx is not None else None
    bucket = environment.buckets.get(name) if name not in (None, LOGS_BUCKET) else None
    if bucket is not None and bucket.node_access != "read_write":
        got = f"got {name} with node_access: {bucket.node_access}"
        wanted = "a bucket with node_access: read_write: what pods write below the mount goes there"
        yield Problem(("fsx", "linked_bucket"), got, wanted)


@rule("fsx", "network", "access", "region")
def fsx_is_in_a_zone_of_nodes(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A file system stands in one subnet."""
    if environment.fsx is not None and environment.fsx.zone is not None:
        yield from zones_without_subnet(("fsx", "zone"), [environment.fsx.zone], environment.node_zones)
