"""What the nodes may do in AWS: least privilege, by ARN."""

from __future__ import annotations

from collections.abc import Sequence

from config.label import Label
from config.place import Place
from config.s3 import BucketConfig
from config.statement import Condition, Statement
from modules.s3 import LIST_ACTIONS, READ_ACTIONS, WRITE_ACTIONS

_ANY = ["*"]


def metrics_namespace(label: Label) -> str:
    """CloudWatch namespace of the nodes' metrics."""
    return f"Rayform/{label.cluster}"


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


def secret_statements(secret_arns: Sequence[str], key_arn: str, place: Place) -> list[Statement]:
    """Read named secrets, which the key encrypts."""
    if not secret_arns:
        return []
    read = Statement("ReadSecrets", ["secretsmanager:GetSecretValue"], secret_arns)
    return [*key_statements(key_arn, place, "secretsmanager"), read]


def log_statements(log_group_arn: str) -> list[Statement]:
    """Write to the nodes' log group."""
    actions = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
    return [Statement("WriteLogs", actions, [log_group_arn, f"{log_group_arn}:*"])]


def metric_statements(label: Label) -> list[Statement]:
    """Send metrics under the cluster's own namespace; the action knows no resources."""
    own = Condition("StringEquals", "cloudwatch:namespace", metrics_namespace(label))
    return [Statement("SendMetrics", ["cloudwatch:PutMetricData"], _ANY, conditions=[own])]


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
    return [Statement("Session", ["ssm:UpdateInstanceInformation", *channels, *messages], _ANY)]


def registry_statements(place: Place) -> list[Statement]:
    """Pull images from the account's registry."""
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        Statement("RegistryToken", ["ecr:GetAuthorizationToken"], _ANY),
        Statement("PullImages", pull, [place.arn("ecr", "repository/*")]),
    ]
