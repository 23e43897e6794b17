"""The file system of an Anyscale cloud."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from config.anyscale_cloud import CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.ports import EFS_PORT
from scripts.audit.anyscale import cloud, reach
from scripts.audit.anyscale.mounting import client_requests, nameless_client
from scripts.audit.anyscale.rights import judge_rights, policy_of
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.reachability.services import mount_targets
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.inventory import Inventory
from scripts.inventory.efs import FileSystem
from scripts.inventory.reading import Unreadable, each, mapped, readable


@check("anyscale.files_available", severity=Severity.HIGH, applies=cloud.has_efs, setting="efs")
def files_available(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The file system is there and available, with an available mount target in every zone of the nodes.

    Why: a node of a zone without one hangs at its mount, or pays for the way to another zone.

    Fix: apply again.
    """
    found = list(each(inventory.file_systems))
    if not found:
        yield Verdict(config.label.name("efs"), False, "the file system is missing")
    for fs in found:
        yield expect(fs.file_system_id, "state", fs.state, "available")
        zones = {target.zone for target in readable(fs.mount_targets) if target.state == "available"}
        for zone in config.node_zones:
            there = zone in zones
            yield Verdict(fs.file_system_id, there, f"{'a' if there else 'no'} mount target in {zone}")


@check("anyscale.files_reached", severity=Severity.HIGH, applies=cloud.has_efs)
def files_reached(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nodes in every subnet reach port 2049 of every mount target, and replies come back.

    Also that of another zone: Anyscale registers the address of one target, and may mount that everywhere.

    Why: a mount that gets no answer hangs the start of the node, without an error.

    Fix: mend the hop that is named, or apply again.
    """
    for source, target in product(reach.nodes(inventory, config), mount_targets(inventory)):
        answer, detail = reach.arrives(reach.between(inventory, source, target, reach.one_port(EFS_PORT)))
        what = f"tcp {EFS_PORT} from {source.zone}"
        yield Verdict(target.name, answer, f"{what} is {'open' if answer is True else f'closed: {detail}'}")


@check("anyscale.files_mountable", severity=Severity.HIGH, applies=cloud.has_efs, setting="efs.require_iam")
def files_mountable(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The file system lets the cloud's nodes mount it, write to it and be root on it, by effect of its policy.

    Without `efs.require_iam` asked as Anyscale's nodes do: by address, without TLS and without saying who they are.
    With it asked by the two roles over TLS, and nobody else gets in. A file system without a policy lets everybody in.

    Why: a refused mount hangs or ends the start of a node; a read-only one shows in the first job that writes.

    Fix: `efs.require_iam`, then apply.
    """
    require_iam = config.efs is not None and config.efs.require_iam
    for fs in each(inventory.file_systems):
        if readable(fs.policy) is None:
            yield Verdict(fs.file_system_id, not require_iam, "no policy: whoever reaches it mounts it")
        elif require_iam:
            yield from _by_roles(inventory, config, fs)
        else:
            yield from _by_address(config, fs)


@check("anyscale.files_encrypted", severity=Severity.HIGH, applies=cloud.has_efs)
def files_encrypted(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The file system is encrypted, and so are those that were made from it.

    Why: encryption cannot be turned on later.

    Fix: restore a backup into a file system made by this project.
    """
    for fs in each(inventory.file_systems):
        yield expect(fs.file_system_id, "encryption", fs.encrypted, True)


@check("anyscale.files_backed_up", severity=Severity.LOW, applies=cloud.has_efs, setting="efs.backup")
def files_backed_up(inventory: Inventory, _config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """AWS Backup makes daily backups of the file system.

    Why: home directories of workspaces are in it. A file deleted on one node is gone on all.

    Fix: `efs.backup`, then apply.
    """
    for fs in each(inventory.file_systems):
        yield expect(fs.file_system_id, "backup", mapped(fs.backup, lambda status: status in _BACKED_UP), True)


_BACKED_UP = ("ENABLED", "ENABLING")


def _by_address(config: AnyscaleCloudConfig, fs: FileSystem) -> Iterator[Verdict]:
    policy = policy_of(f"file system {fs.file_system_id}", fs.policy)
    answers = [asked.of(nameless_client(config)) for asked in client_requests(config, fs.file_system_id, policy)]
    refused = [answer for answer in answers if answer.goes is Truth.NO]
    unsure = [answer for answer in answers if answer.goes is Truth.MAYBE]
    for answer in refused:
        yield Verdict(fs.file_system_id, False, f"by address, {answer.request.action} is refused: {answer.why}")
    for answer in unsure:
        unknown = Unreadable(
            f"the policy of {fs.file_system_id}", f"a condition: {answer.request.action} if {answer.why}"
        )
        yield Verdict(fs.file_system_id, unknown, str(unknown))
    if not refused and not unsure:
        yield Verdict(fs.file_system_id, True, "by address, clients mount, write and are root")


def _by_roles(inventory: Inventory, config: AnyscaleCloudConfig, fs: FileSystem) -> Iterator[Verdict]:
    policy = policy_of(f"file system {fs.file_system_id}", fs.policy)
    for subject in cloud.subjects(inventory, config, CONTROL_PLANE, CLUSTER_NODE):
        asked = client_requests(config, fs.file_system_id, policy)
        yield from judge_rights(subject, f"on {fs.file_system_id}", asked)
    nobody = nameless_client(config)
    requests = list(client_requests(config, fs.file_system_id, policy))
    passed = [asked.request.action for asked in requests if asked.of(nobody).goes is not Truth.NO]
    yield Verdict(fs.file_system_id, not passed, f"without a role: {', '.join(passed) or 'everything is refused'}")
