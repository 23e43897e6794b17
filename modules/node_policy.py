"""What the nodes may do in AWS: least privilege, by ARN."""

from __future__ import annotations

from collections.abc import Sequence

from config.label import Label
from config.permissions import key_statements
from config.place import Place
from config.statement import Condition, Statement

_ANY = ["*"]


def metrics_namespace(label: Label) -> str:
    """CloudWatch namespace of the nodes' metrics."""
    return f"Rayform/{label.cluster}"


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


def registry_statements(place: Place) -> list[Statement]:
    """Pull images from the account's registry."""
    pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    return [
        Statement("RegistryToken", ["ecr:GetAuthorizationToken"], _ANY),
        Statement("PullImages", pull, [place.arn("ecr", "repository/*")]),
    ]
