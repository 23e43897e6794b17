"""Actions that matter, by service: what wildcards in a policy are expanded against.

A service counts as allowed as a whole when all of these are: reading, changing, deleting, and handing on to others.
Names from https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "iam": ("CreateUser", "CreateRole", "PassRole", "PutRolePolicy", "AttachRolePolicy", "DeleteRole", "GetRole"),
    "s3": ("GetObject", "PutObject", "DeleteObject", "ListBucket", "DeleteBucket", "PutBucketPolicy"),
    "ec2": ("RunInstances", "TerminateInstances", "AuthorizeSecurityGroupIngress", "DeleteVolume", "CreateRoute"),
    "kms": ("Decrypt", "Encrypt", "CreateGrant", "PutKeyPolicy", "ScheduleKeyDeletion", "DisableKey"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue", "DeleteSecret", "PutResourcePolicy"),
    "ssm": ("SendCommand", "StartSession", "GetParameter", "PutParameter", "DeleteParameter"),
    "logs": ("GetLogEvents", "PutLogEvents", "DeleteLogGroup", "PutResourcePolicy", "DeleteRetentionPolicy"),
    "elasticfilesystem": ("ClientMount", "ClientRootAccess", "DeleteFileSystem", "PutFileSystemPolicy"),
    "memorydb": ("DescribeClusters", "UpdateUser", "DeleteCluster", "CreateSnapshot"),
    "lambda": ("CreateFunction", "UpdateFunctionCode", "InvokeFunction", "AddPermission", "DeleteFunction"),
    "cloudformation": ("CreateStack", "UpdateStack", "DeleteStack"),
    "ecr": ("BatchGetImage", "PutImage", "DeleteRepository", "SetRepositoryPolicy"),
    "dynamodb": ("GetItem", "PutItem", "DeleteTable", "PutResourcePolicy"),
    "rds": ("CreateDBInstance", "ModifyDBInstance", "DeleteDBInstance", "ModifyDBSnapshotAttribute"),
    "sns": ("Publish", "DeleteTopic", "AddPermission"),
    "sqs": ("SendMessage", "ReceiveMessage", "DeleteQueue", "AddPermission"),
    "backup": ("StartRestoreJob", "DeleteRecoveryPoint", "PutBackupVaultAccessPolicy"),
    "route53": ("ChangeResourceRecordSets", "DeleteHostedZone", "ListResourceRecordSets"),
    "eks": ("CreateAccessEntry", "DeleteCluster", "UpdateClusterConfig"),
    "sts": ("AssumeRole",),
    "organizations": ("LeaveOrganization", "CreateAccount"),
}

ANY_OTHER = "AnActionThatNobodyNames"
"""Stands for every action of a service that is not listed: only a wildcard over all of them allows it."""

EVERYWHERE = ("iam", "s3", "ec2", "kms", "secretsmanager", "lambda", "dynamodb")
"""Who may do everything in each of these is an administrator."""


def actions_of(service: str) -> tuple[str, ...]:
    """Actions of a service that matter, with the service's name."""
    return tuple(f"{service}:{action}" for action in ACTIONS.get(service, (ANY_OTHER,)))
