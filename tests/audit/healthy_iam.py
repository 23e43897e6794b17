"""Policies of the nodes' roles as the modules write them, and what a role without fault looks like."""

from __future__ import annotations

from typing import Any

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.ports import Tier
from scripts.audit import applies
from scripts.inventory.iam import Policy
from scripts.rendering.autoscaling_config import LaunchFacts
from tests.audit import healthy_launching

Statement = dict[str, Any]


def allow(sid: str, actions: list[str], resources: list[str], **condition: Any) -> Statement:
    """A statement that allows; `condition` is its Condition element."""
    statement = {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}
    return {**statement, "Condition": condition} if condition else statement


_EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def other_roles(config: Ec2ClusterConfig) -> list[str]:
    """Roles beside those of head and workers."""
    if applies.is_made_by_ray_up(config):
        return ["launcher"]
    return [] if config.access.bastion == "none" else ["bastion"]


def trust(config: Ec2ClusterConfig, part: str) -> dict[str, Any]:
    """Who may take a role on: EC2, and those who launch."""
    named = config.iam.launcher_principal_arns if part == "launcher" else []
    by_ec2 = [] if part == "launcher" and config.access.bastion == "none" else [_EC2]
    by_name = [{"Effect": "Allow", "Principal": {"AWS": named}, "Action": "sts:AssumeRole"}] if named else []
    return {"Statement": [*by_ec2, *by_name]}


def inline_policies(config: Ec2ClusterConfig, part: str, launch: LaunchFacts | None) -> tuple[Policy, ...]:
    """The inline policies of a role."""
    documents: dict[str, list[Statement]] = {}
    if part in ("head", "worker"):
        documents |= _node_policies(config, "head" if part == "head" else "worker")
    elif config.access.bastion != "none":
        documents["session"] = [allow("Session", ["ssmmessages:OpenDataChannel"], ["*"])]
    if launch is not None and part in ("head", "launcher"):
        name, statements = healthy_launching.launch_policy(config, part, launch)
        documents[name] = statements
    return tuple(Policy(name, None, _document(statements)) for name, statements in documents.items())


def _node_policies(config: Ec2ClusterConfig, tier: Tier) -> dict[str, list[Statement]]:
    documents = {"node": _node(config, tier)}
    if buckets := _buckets(config):
        documents["buckets"] = buckets
    if config.efs is not None:
        place = config.place
        through = {"elasticfilesystem:AccessPointArn": place.arn("elasticfilesystem", "access-point/fsap-1")}
        actions = [f"elasticfilesystem:Client{action}" for action in ("Mount", "Write", "RootAccess")]
        file_system = place.arn("elasticfilesystem", "file-system/fs-1")
        documents["efs"] = [allow("Mount", actions, [file_system], StringEquals=through)]
    if config.ray.wheel_source is not None:
        documents["wheels"] = _wheels(config)
    return documents


def attached_policy(arn: str) -> Policy:
    """A managed policy that allows nothing that matters."""
    return Policy(arn.rpartition("/")[2], arn, _document([allow("Who", ["sts:GetCallerIdentity"], ["*"])]))


def boundary(config: FoundationConfig) -> Policy | None:
    """A permissions boundary that leaves all but the organization, where one is declared."""
    arn = config.iam.permissions_boundary_arn
    if arn is None:
        return None
    statement = {"Sid": "AllButOrganization", "Effect": "Allow", "NotAction": ["organizations:*"], "Resource": "*"}
    return Policy(arn.rpartition("/")[2], arn, _document([statement]))


def _document(statements: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _node(config: Ec2ClusterConfig, tier: Tier) -> list[Statement]:
    key = config.kms.existing_key_arn or config.place.arn("kms", "key/1234")
    secrets = {
        "ray-token": config.has_token,
        "memorydb-password": tier == "head" and config.memorydb is not None,
        "autoscaling": tier == "head" and applies.has_autoscaling_secret(config),
    }
    arns = [
        config.place.arn("secretsmanager", f"secret:{config.label.name(part)}-AbC123")
        for part, declared in secrets.items()
        if declared
    ]
    via_s3 = {"kms:ViaService": f"s3.{config.region}.amazonaws.com"}
    statements = [
        allow("KeyForS3", ["kms:Decrypt", "kms:GenerateDataKey"], [key], StringEquals=via_s3),
        allow("Session", ["ssm:UpdateInstanceInformation", "ssmmessages:OpenDataChannel"], ["*"]),
    ]
    return [*statements, allow("ReadSecrets", ["secretsmanager:GetSecretValue"], arns)] if arns else statements


def _buckets(config: Ec2ClusterConfig) -> list[Statement]:
    arns: dict[str, list[str]] = {"read_only": [], "read_write": [], "none": []}
    for name, settings in config.all_buckets.items():
        arns[settings.node_access].append(config.place.s3_arn(config.bucket_name(name)))
    readable = [*arns["read_only"], *arns["read_write"]]
    if not readable:
        return []
    return [
        allow("List", ["s3:ListBucket"], readable),
        allow("Read", ["s3:GetObject"], [f"{arn}/*" for arn in readable]),
        allow("Write", ["s3:PutObject", "s3:DeleteObject"], [f"{arn}/*" for arn in arns["read_write"]]),
    ]


def _wheels(config: Ec2ClusterConfig) -> list[Statement]:
    source = (config.ray.wheel_source or "").removeprefix("s3://")
    bucket, _, prefix = source.partition("/")
    return [
        allow("ListWheels", ["s3:ListBucket"], [config.place.s3_arn(bucket)], StringLike={"s3:prefix": f"{prefix}/*"}),
        allow("ReadWheels", ["s3:GetObject"], [config.place.s3_arn(f"{bucket}/{prefix}/*")]),
    ]
