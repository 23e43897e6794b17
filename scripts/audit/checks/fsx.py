"""FSx for Lustre."""

from __future__ import annotations

from collections.abc import Iterator

from config.fsx import FsxConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import encrypted_with_our_key, group_names, node_subnet_ids, tagged
from scripts.inventory import Inventory
from scripts.inventory.fsx import LustreFileSystem
from scripts.inventory.network_interfaces import DESCRIBE_NETWORK_INTERFACES
from scripts.inventory.reading import Unreadable, each, readable

_THROUGHPUT = 125
"""Of a persistent file system for which the file says nothing."""


@check("fsx.file_system_available", severity=Severity.HIGH, applies=applies.has_fsx, setting="fsx")
def file_system_available(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The file system is there and available.

    Why: a mount that gets no answer keeps pods from starting, and processes that read it hang.

    Fix: apply again; what FSx says is wrong is in the finding.
    """
    found = list(each(inventory.lustre))
    if not found:
        yield Verdict(config.label.name("fsx"), False, "the file system is missing")
    for file_system in found:
        failure = f": {file_system.failure}" if file_system.failure else ""
        available = file_system.state == "AVAILABLE"
        yield Verdict(file_system.file_system_id, available, f"state is {file_system.state}{failure}")


@check("fsx.encrypted_with_our_key", severity=Severity.MEDIUM, applies=applies.has_persistent_fsx)
def lustre_encrypted_with_our_key(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """The file system is encrypted with the key of the environment.

    Why: who may use the key decides who can read the data and its backups.

    Fix: restore a backup into a file system of this project: the key cannot be changed.
    """
    for file_system in each(inventory.lustre):
        yield encrypted_with_our_key(file_system.file_system_id, file_system.kms_key_arn, inventory)


@check("fsx.size_declared", severity=Severity.LOW, applies=applies.has_fsx, setting="fsx.capacity_gib")
def size_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Kind, capacity and throughput are as declared.

    Why: a scratch file system loses data with a server; capacity can only grow, so what was enlarged by hand stays.

    Fix: `fsx.deployment_type`, `fsx.capacity_gib` or `fsx.throughput_mibps_per_tib`, then apply.
    """
    for file_system, wanted in _declared(inventory, config):
        persistent = applies.has_persistent_fsx(config)
        throughput = (wanted.throughput_mibps_per_tib or _THROUGHPUT) if persistent else None
        want = (wanted.deployment_type, wanted.capacity_gib, throughput)
        got = (file_system.deployment_type, file_system.capacity_gib, file_system.throughput_mibps_per_tib)
        yield expect(file_system.file_system_id, "kind, GiB, MiB/s per TiB", got, want)


@check(
    "fsx.backup_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_persistent_fsx,
    setting="fsx.backup_retention_days",
)
def lustre_backup_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Daily backups are kept as long as declared.

    Why: it is in one zone; with the zone, or with an `rm`, the data is gone but for the backup.

    Fix: `fsx.backup_retention_days`, then apply.
    """
    for file_system, wanted in _declared(inventory, config):
        days = file_system.backup_retention_days or 0
        yield expect(file_system.file_system_id, "days that backups are kept", days, wanted.backup_days)


@check("fsx.guarded", severity=Severity.HIGH, applies=applies.has_fsx)
def lustre_guarded(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Its network interfaces are in the security group for it, and in no other.

    Why: Lustre asks nobody for a password: whoever reaches port 988 reads and writes everything.

    Fix: `aws ec2 modify-network-interface-attribute --groups`; FSx itself cannot change the groups.
    """
    names = group_names(inventory)
    found = {each_.network_interface_id: each_ for each_ in readable(inventory.network_interfaces)}
    for file_system in each(inventory.lustre):
        for id_ in file_system.interface_ids:
            if id_ in found:
                groups = {names.get(group, group) for group in found[id_].group_ids}
                yield expect(f"{file_system.file_system_id} {id_}", "groups", groups, {config.group_name("fsx")})
            else:
                unread = Unreadable(DESCRIBE_NETWORK_INTERFACES.name, "no such interface", id_)
                yield Verdict(file_system.file_system_id, unread, str(unread))


@check("fsx.in_declared_subnet", severity=Severity.MEDIUM, applies=applies.has_fsx, setting="fsx.zone")
def in_declared_subnet(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """It is in the private subnet of its zone.

    Why: in another zone every byte that pods read is paid for, and arrives later.

    Fix: `fsx.zone`, which makes another file system.
    """
    zones = node_subnet_ids(inventory, config)
    for file_system, wanted in _declared(inventory, config):
        zone = wanted.zone or config.node_zones[0]
        subnets = tuple(id_ for id_, of in zones.items() if of == zone)
        yield expect(file_system.file_system_id, "subnets", file_system.subnet_ids, subnets)


@check("fsx.link_declared", severity=Severity.MEDIUM, applies=applies.has_fsx, setting="fsx.linked_bucket")
def link_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """It shows the declared bucket, if there is one, and no other.

    Why: what is written below a link goes to its bucket by itself, and with it to whoever reads the bucket.

    Fix: `fsx.linked_bucket`, then apply; `aws fsx delete-data-repository-association` for one that was added by hand.
    """
    for file_system, wanted in _declared(inventory, config):
        bucket = None if wanted.linked_bucket is None else config.bucket_name(wanted.linked_bucket)
        want = set() if bucket is None else {(f"/{wanted.linked_bucket}", f"s3://{bucket}", "AVAILABLE")}
        found = readable(file_system.links)
        got = {(link.path, link.bucket_path.rstrip("/"), link.state) for link in found}
        yield expect(file_system.file_system_id, "links", got, want)


@check("fsx.tagged", severity=Severity.LOW, applies=applies.has_fsx, setting="tags")
def lustre_tagged(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """It carries every tag of the environment.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    for file_system in each(inventory.lustre):
        yield tagged(file_system.file_system_id, file_system.tags, config)


def _declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[tuple[LustreFileSystem, FsxConfig]]:
    assert config.fsx is not None
    for file_system in each(inventory.lustre):
        yield file_system, config.fsx
