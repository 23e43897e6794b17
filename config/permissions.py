"""Rights that roles of several flavours have: buckets, a file system, the key that encrypts them, Session Manager."""

from __future__ import annotations

from collections.abc import Sequence

from config.place import Place
from config.s3 import BucketConfig
from config.statement import Condition, Statement

LIST_ACTIONS = ("s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation")
READ_ACTIONS = ("s3:GetObject", "s3:GetObjectVersion")
WRITE_ACTIONS = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
CLIENT_ACTIONS = (
    "elasticfilesystem:ClientMount",
    "elasticfilesystem:ClientWrite",
    "elasticfilesystem:ClientRootAccess",
)
"""What whoever mounts an EFS file system does with it."""
USE_KEY = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
"""What AWS services want of a key: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-services.html"""


def bucket_statements(readable: Sequence[str], writable: Sequence[str]) -> list[Statement]:
    """Use of the environment's buckets, given by ARN."""
    statements = []
    if readable:
        statements.append(Statement("List", LIST_ACTIONS, readable))
        statements.append(Statement("Read", READ_ACTIONS, [f"{arn}/*" for arn in readable]))
    if writable:
        statements.append(Statement("Write", WRITE_ACTIONS, [f"{arn}/*" for arn in writable]))
    return statements


def node_grants(bucket_arn: str, config: BucketConfig, *, role_arns: Sequence[str]) -> list[Statement]:
    """What the bucket's policy lets the node roles do."""
    if config.node_access == "none":
        return []
    roles = {"AWS": list(role_arns)}
    writes = WRITE_ACTIONS if config.node_access == "read_write" else ()
    return [
        Statement("NodesList", LIST_ACTIONS, [bucket_arn], principals=roles),
        Statement("NodesUse", [*READ_ACTIONS, *writes], [f"{bucket_arn}/*"], principals=roles),
    ]


def key_statements(key_arn: str, place: Place, *services: str) -> list[Statement]:
    """Use of the key through the services that hold the nodes' data."""
    return [
        Statement(
            f"KeyFor{service.title()}",
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [key_arn],
            conditions=[Condition("StringEquals", "kms:ViaService", f"{service}.{place.region}.amazonaws.com")],
        )
        for service in services
    ]


def mount_statements(file_system_arn: str, access_point_arn: str) -> list[Statement]:
    """Mount an EFS file system through one access point."""
    through_us = Condition("StringEquals", "elasticfilesystem:AccessPointArn", access_point_arn)
    return [
        Statement("Mount", CLIENT_ACTIONS, [file_system_arn], conditions=[through_us]),
        Statement("Find", ["elasticfilesystem:DescribeMountTargets"], [file_system_arn]),
    ]


def session_statements() -> list[Statement]:
    """Session Manager, without the parameter and document rights of AmazonSSMManagedInstanceCore.

    These actions know no resources.
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    """
    channels = [f"ssmmessages:{verb}{kind}Channel" for verb in ("Create", "Open") for kind in ("Control", "Data")]
    messages = [
        f"ec2messages:{action}"
        for action in (
            "AcknowledgeMessage",
            "DeleteMessage",
            "FailMessage",
            "GetEndpoint",
            "GetMessages",
            "SendReply",
        )
    ]
    return [Statement("Session", ["ssm:UpdateInstanceInformation", *channels, *messages], ["*"])]
