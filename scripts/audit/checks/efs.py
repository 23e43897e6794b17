"""The shared file system."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from config.ec2_cluster import Ec2ClusterConfig
from config.efs import EfsConfig
from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.names import group_of_tier
from scripts.audit.policies import denies_plain_http
from scripts.audit.registry import Severity, check
from scripts.audit.resource_policies import strangers, without_mount_target_clients
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, group_names, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, each, mapped, readable
from scripts.inventory.shapes import Document


@check("efs.file_system_there", severity=Severity.HIGH, applies=applies.has_efs, setting="efs")
def file_system_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The declared file system is there and available.

    Why: every node mounts it when it boots.

    Fix: apply again; what was on a file system that is gone comes from a backup.
    """
    available = {fs.name for fs in each(inventory.file_systems) if fs.state == "available"}
    yield from present("the file system", available, {config.label.name("efs")})


@check(
    "efs.encrypted_at_rest",
    severity=Severity.HIGH,
    applies=applies.has_efs,
    standards=("FSBP EFS.1", "FSBP EFS.8", "CIS 2.4.1", "Config efs-encrypted-check"),
)
def encrypted_at_rest(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """File systems are encrypted.

    Why: encryption cannot be turned on later.

    Fix: restore a backup into a file system made by this project.
    """
    for fs in each(inventory.file_systems):
        yield expect(fs.name, "encryption", fs.encrypted, True)


@check("efs.encrypted_with_our_key", severity=Severity.MEDIUM, applies=applies.has_efs_with_our_key)
def efs_encrypted_with_our_key(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """File systems are encrypted with the key of the environment.

    Why: who may use the key decides who can read the files, and the key can be revoked.

    Fix: restore a backup into a file system made by this project.
    """
    for fs in each(inventory.file_systems):
        yield encrypted_with_our_key(fs.name, fs.kms_key_arn, inventory)


@check("efs.mount_target_in_every_zone", severity=Severity.MEDIUM, applies=applies.has_efs, setting="network.zones")
def mount_target_in_every_zone(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Each zone of the nodes has an available mount target.

    Why: nodes of a zone without one depend on another zone, and pay for the traffic.

    Fix: apply again.
    """
    for fs in each(inventory.file_systems):
        zones = mapped(fs.mount_targets, lambda targets: {t.zone for t in targets if t.state == "available"})
        yield expect(fs.name, "zones with a mount target", zones, set(config.node_zones))


@check("efs.mount_targets_guarded", severity=Severity.HIGH, applies=applies.has_efs)
def mount_targets_guarded(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Mount targets are in the security group for them and in no other.

    In an Anyscale cloud that is the group of its nodes, in which Anyscale looks for them.

    Why: NFS asks for no password: the group decides who can talk to the file system at all.

    Fix: apply again.
    """
    names, wanted = group_names(inventory), config.group_name(group_of_tier(config, "efs"))
    for fs in each(inventory.file_systems):
        for target in readable(fs.mount_targets):
            groups = mapped(target.group_ids, lambda ids: tuple(names.get(id_, id_) for id_ in ids))
            yield expect(target.mount_target_id, "security group", groups, (wanted,))


@check("efs.tls_only", severity=Severity.HIGH, applies=applies.has_efs_by_tls)
def efs_tls_only(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The file-system policy refuses everything without TLS.

    Why: without TLS everybody on the way reads the files.

    Fix: apply again.
    """
    for fs in each(inventory.file_systems):
        arn = config.place.arn("elasticfilesystem", f"file-system/{fs.file_system_id}")
        refuses = partial(denies_plain_http, actions=("*", "elasticfilesystem:*"), resources=(arn,))
        yield expect(fs.name, "refusal without TLS", mapped(fs.policy, refuses), True)


@check(
    "efs.backup_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_efs,
    standards=("FSBP EFS.2", "FSBP EFS.7", "Config efs-automatic-backups-enabled", "Config efs-in-backup-plan"),
    setting="efs.backup",
)
def backup_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Daily backups are on or off as declared.

    Why: a file deleted on one node is gone on all of them, and only a backup brings it back.

    Fix: `efs.backup`, then apply.
    """
    wanted = "ENABLED" if config.efs is not None and config.efs.backup else "DISABLED"
    for fs in each(inventory.file_systems):
        # Between two states AWS says ENABLING and DISABLING.
        status = mapped(fs.backup, lambda status: status.replace("ING", "ED"))
        yield expect(fs.name, "backup", status, wanted)


@check("efs.throughput_declared", severity=Severity.LOW, applies=applies.has_efs, setting="efs.throughput_mode")
def throughput_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Throughput is paid for as declared.

    Why: bursting throughput runs out under load, and provisioned throughput is paid for whether used or not.

    Fix: `efs.throughput_mode` and `efs.provisioned_mibps`, then apply.
    """
    for fs in each(inventory.file_systems):
        wanted = (config.efs.throughput_mode, config.efs.provisioned_mibps) if config.efs else None
        yield expect(fs.name, "throughput", (fs.throughput_mode, fs.provisioned_mibps), wanted)


@check("efs.lifecycle_declared", severity=Severity.LOW, applies=applies.has_efs, setting="efs.transition_to_ia_days")
def efs_lifecycle_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Files move to cheaper storage and back as declared.

    Why: files that nobody reads cost many times more in standard storage, and reading cold ones costs each time.

    Fix: the transitions in `efs`, then apply.
    """
    for fs in each(inventory.file_systems):
        steps = mapped(fs.lifecycle, lambda lifecycle: {f"{name} {when}" for name, when in lifecycle})
        yield expect(fs.name, "lifecycle", steps, set(_declared_lifecycle(config.efs)) if config.efs else set())


@check(
    "efs.access_point_user_fixed",
    severity=Severity.MEDIUM,
    applies=applies.has_efs,
    standards=("FSBP EFS.4", "Config efs-access-point-enforce-user-identity"),
    setting="efs.posix_user_id",
)
def access_point_user_fixed(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Every access point makes its clients the declared user and group.

    Why: otherwise they are whoever they say they are, root included.

    Fix: apply again, with `efs.posix_user_id` and `efs.posix_group_id`.
    """
    wanted = (config.efs.posix_user_id, config.efs.posix_group_id) if config.efs else (None, None)
    for fs in each(inventory.file_systems):
        for point in readable(fs.access_points):
            yield expect(point.access_point_id, "user and group", (point.user_id, point.group_id), wanted)


@check(
    "efs.access_point_root_fixed",
    severity=Severity.MEDIUM,
    applies=applies.has_efs,
    optional=applies.has_no_access_points,
    standards=("FSBP EFS.3", "Config efs-access-point-enforce-root-directory"),
)
def access_point_root_fixed(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Every access point leads into a directory, not to the root of the file system.

    Why: from the root its clients see what everybody else keeps there.

    Fix: delete an access point that was made by hand; apply again for ours.
    """
    for fs in each(inventory.file_systems):
        for point in readable(fs.access_points):
            yield Verdict(point.access_point_id, point.path not in ("", "/"), f"root directory is {point.path or '/'}")


@check(
    "efs.access_points_tagged",
    severity=Severity.LOW,
    applies=applies.has_efs,
    optional=applies.has_no_access_points,
    standards=("Config efs-access-point-tagged",),
    setting="tags",
)
def access_points_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Access points carry every tag of the environment.

    Why: one without them was made by hand, and nobody knows who uses it.

    Fix: `tags` and `owner`, then apply; delete one that was made by hand.
    """
    for fs in each(inventory.file_systems):
        for point in readable(fs.access_points):
            yield tagged(point.access_point_id, point.tags, config)


@check(
    "efs.mount_targets_in_private_subnets",
    severity=Severity.MEDIUM,
    applies=applies.has_efs_in_closed_subnets,
    standards=("FSBP EFS.6", "Config efs-mount-target-public-accessible"),
)
def mount_targets_in_private_subnets(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No mount target stands in a subnet that gives public addresses to what starts there.

    Why: what needs no public address must not come by one.

    Fix: `aws ec2 modify-subnet-attribute --no-map-public-ip-on-launch`, or apply again.
    """
    gives_public = {subnet.subnet_id: subnet.maps_public_ip for subnet in readable(inventory.network.subnets)}
    for fs in each(inventory.file_systems):
        for target in readable(fs.mount_targets):
            # AWS puts a mount target only into the VPC; what is not among its subnets was made since they were read.
            unseen = Unreadable("ec2:DescribeSubnets", "no such subnet", target.subnet_id)
            public = gives_public.get(target.subnet_id, unseen)
            yield expect(target.mount_target_id, f"public addresses in {target.subnet_id}", public, False)


@check(
    "efs.kept_in_several_zones",
    severity=Severity.MEDIUM,
    applies=applies.has_efs,
    standards=("Config efs-filesystem-multi-az",),
)
def kept_in_several_zones(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Files are kept in several zones, not in One Zone storage.

    Why: with its only zone all files are gone; it cannot be changed later.

    Fix: restore a backup into a file system made by this project.
    """
    for fs in each(inventory.file_systems):
        yield expect(fs.name, "only zone", fs.only_zone, "")


@check("efs.policy_for_us_only", severity=Severity.HIGH, applies=applies.has_efs)
def policy_for_us_only(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The file-system policy is there, and lets in roles of this account only.

    In an Anyscale cloud without `efs.require_iam` also whoever comes through a mount target, as its nodes do: the
    security group decides then.

    Why: without a policy, or with one for everybody, whoever reaches a mount target mounts all files as root.

    Fix: apply again.
    """
    by_address = not applies.has_efs_by_tls(config)
    for fs in each(inventory.file_systems):
        others = mapped(fs.policy, lambda policy: _guests(policy, config.account_id, by_address=by_address))
        yield expect(fs.name, "others who may mount it", others, ())


@check("efs.protected_from_overwrite", severity=Severity.MEDIUM, applies=applies.has_efs)
def protected_from_overwrite(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No replication can write over the file system.

    Why: as the destination of a replication it loses all of its files to those of the source.

    Fix: `aws efs update-file-system-protection --replication-overwrite-protection ENABLED`.
    """
    for fs in each(inventory.file_systems):
        yield expect(fs.name, "protection from replication", fs.overwrite_protection, "ENABLED")


@check(
    "efs.tagged",
    severity=Severity.LOW,
    applies=applies.has_efs,
    standards=("Config efs-file-system-tagged",),
    setting="tags",
)
def efs_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """File systems carry every tag of the environment.

    Why: tags tell who pays for it and whom to ask.

    Fix: `tags` and `owner`, then apply.
    """
    for fs in each(inventory.file_systems):
        yield tagged(fs.name, fs.tags, config)


def _guests(policy: Document | None, account_id: str, *, by_address: bool) -> tuple[str, ...]:
    if policy is None:
        return ("everybody, there is no policy",)
    return strangers(without_mount_target_clients(policy) if by_address else policy, account_id)


def _declared_lifecycle(efs: EfsConfig) -> Iterator[str]:
    if efs.transition_to_ia_days is not None:
        yield f"TransitionToIA {_after(efs.transition_to_ia_days)}"
    if efs.transition_to_archive_days is not None:
        yield f"TransitionToArchive {_after(efs.transition_to_archive_days)}"
    if efs.transition_back_on_access:
        yield "TransitionToPrimaryStorageClass AFTER_1_ACCESS"


def _after(days: int) -> str:
    return f"AFTER_{days}_DAY" if days == 1 else f"AFTER_{days}_DAYS"
