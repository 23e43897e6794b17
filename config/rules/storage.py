"""Rules over EFS and MemoryDB."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.memorydb import MemoryDbConfig
from config.problems import Problem
from config.rules.registry import rule


@rule("efs")
def throughput_agrees(environment: FoundationConfig) -> Iterator[Problem]:
    """Provisioned throughput needs a figure; other modes have none."""
    efs = environment.efs
    if efs is None:
        return
    if efs.throughput_mode == "provisioned" and efs.provisioned_mibps is None:
        yield Problem(("efs", "provisioned_mibps"), "got nothing", "MiB/s for throughput_mode: provisioned")
    if efs.throughput_mode != "provisioned" and efs.provisioned_mibps is not None:
        yield Problem(
            ("efs", "provisioned_mibps"), f"got {efs.provisioned_mibps}", "throughput_mode: provisioned to go with it"
        )


@rule("efs")
def lifecycle_agrees(environment: FoundationConfig) -> Iterator[Problem]:
    """Archive comes after infrequent access, and only on elastic file systems."""
    efs = environment.efs
    if efs is None or efs.transition_to_archive_days is None:
        return
    path = ("efs", "transition_to_archive_days")
    if efs.throughput_mode != "elastic":
        yield Problem(path, f"got {efs.transition_to_archive_days}", "throughput_mode: elastic to go with it")
    if efs.transition_to_ia_days is not None and efs.transition_to_archive_days <= efs.transition_to_ia_days:
        yield Problem(
            path,
            f"got {efs.transition_to_archive_days}",
            f"more than transition_to_ia_days, {efs.transition_to_ia_days}",
        )


@rule("efs")
def move_back_has_a_use(environment: FoundationConfig) -> Iterator[Problem]:
    """Files come back only from where they were moved to."""
    efs = environment.efs
    if efs is None or "transition_back_on_access" not in efs.model_fields_set or not efs.transition_back_on_access:
        return
    if efs.transition_to_ia_days is None and efs.transition_to_archive_days is None:
        yield Problem(("efs", "transition_back_on_access"), "got true", "a transition to move back from")


@rule("memorydb", "ray")
def head_storage_agrees(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A store that nothing uses, or a use without a store, is a mistake."""
    yield from store_without_use(environment.ray.head_storage, environment.memorydb)


def store_without_use(head_storage: str, memorydb: MemoryDbConfig | None) -> Iterator[Problem]:
    """A store for the head's state that is not there, or not used."""
    wanted, there = head_storage == "memorydb", memorydb is not None
    if wanted and not there:
        yield Problem(("ray", "head_storage"), "got memorydb without MemoryDB", "a section memorydb, which may be {}")
    if there and not wanted:
        yield Problem(("memorydb",), "got MemoryDB that nothing uses", "ray.head_storage: memorydb to go with it")


@rule("head", "ray")
def state_volume_has_a_use(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Only the RocksDB store is on a volume of its own."""
    size, storage = environment.head.state_volume_gib, environment.ray.head_storage
    if size is not None and storage != "rocksdb":
        yield Problem(
            ("head", "state_volume_gib"), f"got {size} with {storage}", "ray.head_storage: rocksdb to go with it"
        )


@rule("memorydb", "network", "access", "region")
def replicas_have_zones(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A replica in the primary's zone is lost with it."""
    if environment.memorydb is not None and len(environment.node_zones) == 1:
        yield Problem(
            ("memorydb",), "got one zone", "subnets in at least two zones, so that a replica survives the primary"
        )
