"""The shared file system."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from config.efs import EfsConfig
from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.policies import denies_plain_http
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, group_names, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import each, mapped, readable


@check("efs.file_system_there", severity=Severity.HIGH, applies=applies.has_efs)
def file_system_there(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The declared file system is there and available.

    Fix: apply again; what was on a file system that is gone comes from a backup.
    """
    available = {fs.name for fs in each(inventory.file_systems) if fs.state == "available"}
    yield from present("the file system", available, {config.label.name("efs")})


@check("efs.encrypted_at_rest", severity=Severity.HIGH, applies=applies.has_efs)
def encrypted_at_rest(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """File systems are encrypted; encryption cannot be turned on later.

    Fix: restore a backup into a file system made by this project.
    """
    for fs in each(inventory.file_systems):
        yield expect(fs.name, "encryption", fs.encrypted, True)


@check("efs.encrypted_with_our_key", severity=Severity.MEDIUM, applies=applies.has_efs)
def efs_encrypted_with_our_key(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """File systems are encrypted with the key of the environment.

    Fix: restore a backup into a file system made by this project.
    """
    for fs in each(inventory.file_systems):
        yield encrypted_with_our_key(fs.name, fs.kms_key_arn, inventory)


@check("efs.mount_target_in_every_zone", severity=Severity.MEDIUM, applies=applies.has_efs)
def mount_target_in_every_zone(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Each zone of the nodes has an available mount target, so that no zone depends on another.

    Fix: apply again.
    """
    for fs in each(inventory.file_systems):
        zones = mapped(fs.mount_targets, lambda targets: {t.zone for t in targets if t.state == "available"})
        yield expect(fs.name, "zones with a mount target", zones, set(config.node_zones))


@check("efs.mount_targets_guarded", severity=Severity.HIGH, applies=applies.has_efs)
def mount_targets_guarded(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Mount targets are in the security group for them and in no other.

    Fix: apply again.
    """
    names = group_names(inventory)
    for fs in each(inventory.file_systems):
        for target in readable(fs.mount_targets):
            groups = mapped(target.group_ids, lambda ids: tuple(names.get(id_, id_) for id_ in ids))
            yield expect(target.mount_target_id, "security group", groups, (config.label.name("efs"),))


@check("efs.tls_only", severity=Severity.HIGH, applies=applies.has_efs)
def efs_tls_only(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The file-system policy refuses everything without TLS.

    Fix: apply again.
    """
    for fs in each(inventory.file_systems):
        arn = config.place.arn("elasticfilesystem", f"file-system/{fs.file_system_id}")
        refuses = partial(denies_plain_http, actions=("*", "elasticfilesystem:*"), resources=(arn,))
        yield expect(fs.name, "refusal without TLS", mapped(fs.policy, refuses), True)


@check("efs.backup_declared", severity=Severity.MEDIUM, applies=applies.has_efs)
def backup_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Daily backups are on or off as declared.

    Fix: `efs.backup`, then apply.
    """
    wanted = "ENABLED" if config.efs is not None and config.efs.backup else "DISABLED"
    for fs in each(inventory.file_systems):
        # Between two states AWS says ENABLING and DISABLING.
        status = mapped(fs.backup, lambda status: status.replace("ING", "ED"))
        yield expect(fs.name, "backup", status, wanted)


@check("efs.throughput_declared", severity=Severity.LOW, applies=applies.has_efs)
def throughput_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Throughput is paid for as declared.

    Fix: `efs.throughput_mode` and `efs.provisioned_mibps`, then apply.
    """
    for fs in each(inventory.file_systems):
        wanted = (config.efs.throughput_mode, config.efs.provisioned_mibps) if config.efs else None
        yield expect(fs.name, "throughput", (fs.throughput_mode, fs.provisioned_mibps), wanted)


@check("efs.lifecycle_declared", severity=Severity.LOW, applies=applies.has_efs)
def efs_lifecycle_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Files move to cheaper storage and back as declared.

    Fix: the transitions in `efs`, then apply.
    """
    for fs in each(inventory.file_systems):
        steps = mapped(fs.lifecycle, lambda lifecycle: {f"{name} {when}" for name, when in lifecycle})
        yield expect(fs.name, "lifecycle", steps, set(_declared_lifecycle(config.efs)) if config.efs else set())


@check("efs.access_point_user_fixed", severity=Severity.MEDIUM, applies=applies.has_efs)
def access_point_user_fixed(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every access point makes its clients the declared user and group, whoever they say they are.

    Fix: apply again.
    """
    wanted = (config.efs.posix_user_id, config.efs.posix_group_id) if config.efs else (None, None)
    for fs in each(inventory.file_systems):
        for point in readable(fs.access_points):
            yield expect(point.access_point_id, "user and group", (point.user_id, point.group_id), wanted)


@check("efs.tagged", severity=Severity.LOW, applies=applies.has_efs)
def efs_tagged(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """File systems carry every tag of the environment.

    Fix: apply again.
    """
    for fs in each(inventory.file_systems):
        yield tagged(fs.name, fs.tags, config)


def _declared_lifecycle(efs: EfsConfig) -> Iterator[str]:
    if efs.transition_to_ia_days is not None:
        yield f"TransitionToIA {_after(efs.transition_to_ia_days)}"
    if efs.transition_to_archive_days is not None:
        yield f"TransitionToArchive {_after(efs.transition_to_archive_days)}"
    if efs.transition_back_on_access:
        yield "TransitionToPrimaryStorageClass AFTER_1_ACCESS"


def _after(days: int) -> str:
    return f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"
