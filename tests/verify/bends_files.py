"""The file system, and the tags of the cloud."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config.anyscale import CloudEfsConfig
from scripts.state import State
from tests.verify.bending import EVERYBODY, Bend, Make, anyway, everybody, policy, with_attribute
from tests.verify.bends_network import nothing
from tests.verify.deployment import Deployment

THERE, REACHED, MOUNTABLE = "anyscale.files_available", "anyscale.files_reached", "anyscale.files_mountable"
TAGGED = "anyscale.tagged"
CLIENT = [f"elasticfilesystem:Client{what}" for what in ("Mount", "Write", "RootAccess")]
OFF = "DISABLED"


def file_policy(change: Callable[[list[Any]], list[Any]]) -> Make:
    """Change the statements of the file system's policy; none for no policy."""

    @contextmanager
    def make(d: Deployment) -> Iterator[None]:
        efs, which = d.client("efs"), {"FileSystemId": d.file_system_id}
        before = efs.describe_file_system_policy(**which)["Policy"]
        after = change(json.loads(before)["Statement"])
        if after:
            efs.put_file_system_policy(**which, Policy=json.dumps(policy(*after)))
        else:
            efs.delete_file_system_policy(**which)
        yield
        efs.put_file_system_policy(**which, Policy=before)

    return make


def targets(d: Deployment) -> list[Any]:
    """The mount targets."""
    found: list[Any] = d.client("efs").describe_mount_targets(FileSystemId=d.file_system_id)["MountTargets"]
    return sorted(found, key=lambda target: str(target["AvailabilityZoneName"]))


@contextmanager
def target_in_another_group(d: Deployment) -> Iterator[None]:
    """The target of the first zone is in the group of MemoryDB, which lets in 6379 only."""
    efs, target = d.client("efs"), targets(d)[0]["MountTargetId"]
    for group in (d.output("security_group_ids")["memorydb"], d.group_id):
        efs.modify_mount_target_security_groups(MountTargetId=target, SecurityGroups=[group])
        if group != d.group_id:
            yield


@contextmanager
def target_gone(d: Deployment) -> Iterator[None]:
    """No target in the last zone."""
    efs, target = d.client("efs"), targets(d)[-1]
    efs.delete_mount_target(MountTargetId=target["MountTargetId"])
    yield
    efs.create_mount_target(
        FileSystemId=d.file_system_id,
        SubnetId=target["SubnetId"],
        IpAddress=target["IpAddress"],
        SecurityGroups=[d.group_id],
    )


@contextmanager
def not_backed_up(d: Deployment) -> Iterator[None]:
    efs, which = d.client("efs"), {"FileSystemId": d.file_system_id}
    efs.put_backup_policy(**which, BackupPolicy={"Status": OFF})
    yield
    efs.put_backup_policy(**which, BackupPolicy={"Status": "ENABLED"})


@contextmanager
def tag_of_another_cloud(d: Deployment) -> Iterator[None]:
    """On the security group."""
    ec2, tag = d.client("ec2"), {"Key": "anyscale-cloud-id"}
    ec2.create_tags(Resources=[d.group_id], Tags=[{**tag, "Value": "cld_another"}])
    yield
    ec2.create_tags(Resources=[d.group_id], Tags=[{**tag, "Value": d.environment.anyscale.cloud_id}])


@contextmanager
def no_tag(d: Deployment) -> Iterator[None]:
    """On the nodes' role."""
    iam = d.client("iam")
    iam.untag_role(RoleName=d.node, TagKeys=["anyscale-cloud-id"])
    yield
    tags = [{"Key": "anyscale-cloud-id", "Value": d.environment.anyscale.cloud_id}]
    iam.tag_role(RoleName=d.node, Tags=tags)


@contextmanager
def made_by_hand(d: Deployment) -> Iterator[State]:
    """Another file system, as the console makes it when nobody looks."""
    efs = d.client("efs")
    made = efs.create_file_system(CreationToken="by hand", Encrypted=False)["FileSystemId"]
    yield with_attribute(d.state, "aws_efs_file_system", id=made)
    efs.delete_file_system(FileSystemId=made)


BENDS = (
    Bend(
        "read only",
        file_policy(lambda statements: [*statements, everybody("Deny", "elasticfilesystem:ClientWrite")]),
        {MOUNTABLE: "^by address, elasticfilesystem:ClientWrite is refused: denied by statement All of the policy"},
    ),
    Bend(
        "TLS only",
        file_policy(
            lambda statements: [
                *statements,
                everybody("Deny", "*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            ]
        ),
        {MOUNTABLE: "^by address, elasticfilesystem:Client.* is refused: denied by statement All"},
    ),
    Bend(
        "for the roles only",
        file_policy(lambda statements: [each for each in statements if each["Principal"] != EVERYBODY]),
        {MOUNTABLE: "^by address, elasticfilesystem:Client.* is refused: nothing allows it"},
    ),
    Bend(
        "not as root",
        file_policy(lambda _statements: [everybody("Allow", *CLIENT[:2])]),
        {MOUNTABLE: "^by address, elasticfilesystem:ClientRootAccess is refused: nothing allows it"},
    ),
    Bend(
        "through an access point only",
        file_policy(
            lambda _statements: [
                everybody("Allow", *CLIENT, Condition={"StringLike": {"elasticfilesystem:AccessPointArn": "arn:aws:*"}})
            ]
        ),
        {MOUNTABLE: "^by address, elasticfilesystem:Client.* is refused: nothing allows it"},
    ),
    Bend(
        "open, where IAM is to decide",
        nothing,
        {MOUNTABLE: "^without a role: elasticfilesystem:ClientMount, .*"},
        anyway(efs=CloudEfsConfig(require_iam=True)),
    ),
    Bend(
        "no policy, where IAM is to decide",
        file_policy(lambda _statements: []),
        {MOUNTABLE: "^no policy: whoever reaches it mounts it"},
        anyway(efs=CloudEfsConfig(require_iam=True)),
    ),
    Bend(
        "a target in another group",
        target_in_another_group,
        {REACHED: "tcp 2049 from .* is closed: no rule of .* out to efs"},
    ),
    Bend("no backup", not_backed_up, {"anyscale.files_backed_up": "backup is off, want on"}),
    Bend("the tag of another cloud", tag_of_another_cloud, {TAGGED: "is cld_another, want cld_1a2b3c4d5e6f7g8h"}),
    Bend("no tag", no_tag, {TAGGED: "tag anyscale-cloud-id is none, want cld_1a2b3c4d5e6f7g8h"}),
    Bend(
        "made by hand",
        made_by_hand,
        {
            "anyscale.files_encrypted": "encryption is off, want on",
            "anyscale.files_backed_up": "backup is off, want on",
            THERE: "no mount target in us-west-2",
            REACHED: "saw nothing",
            TAGGED: "tag anyscale-cloud-id is none",
        },
        alone=True,
    ),
    Bend("no target in a zone", target_gone, {THERE: "no mount target in us-west-2b"}),
)
