"""Log groups, and the flow logs of the VPC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.filters import one_of
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

DESCRIBE_LOG_GROUPS = Read("logs", "DescribeLogGroups", items="logGroups")
DESCRIBE_FLOW_LOGS = Read("ec2", "DescribeFlowLogs", items="FlowLogs")


@dataclass(frozen=True)
class LogGroup:
    """A CloudWatch log group."""

    name: str
    retention_days: int | None
    kms_key_arn: str | None


@dataclass(frozen=True)
class FlowLog:
    """A record of the VPC's traffic."""

    flow_log_id: str
    status: str
    """`ACTIVE`; AWS says so of one whose records do not arrive, too: then with why they do not."""
    traffic: str
    log_group_name: str


@dataclass(frozen=True)
class Logs:
    """Log groups of the environment and flow logs of its VPC."""

    groups: tuple[Reading[LogGroup], ...]
    flow_logs: Reading[tuple[FlowLog, ...]]


def collect_logs(reader: Reader, scope: Scope) -> Logs:
    """Read the log groups of the state; one that is gone is left out."""
    resource = one_of("resource-id", [scope.vpc_id])
    flow_logs = reader.start(DESCRIBE_FLOW_LOGS, Filter=resource)
    names = scope.state.values("aws_cloudwatch_log_group", "name")
    answers = {name: reader.start(DESCRIBE_LOG_GROUPS, logGroupNamePrefix=name) for name in names}
    groups = (_group(name, answer) for name, answer in answers.items())
    return Logs(tuple(group for group in groups if group is not None), flow_logs.parse(_flow_logs))


def _group(name: str, answer: Answer) -> Reading[LogGroup | None]:
    return answer.parse(
        lambda groups: next((_log_group(group) for group in groups if group["logGroupName"] == name), None)
    )


def _log_group(group: dict[str, Any]) -> LogGroup:
    return LogGroup(group["logGroupName"], group.get("retentionInDays"), group.get("kmsKeyId"))


def _flow_logs(answer: list[Any]) -> tuple[FlowLog, ...]:
    flow_logs = (FlowLog(log["FlowLogId"], _status(log), log["TrafficType"], _destination(log)) for log in answer)
    return ordered(flow_logs, key=lambda log: (log.log_group_name, log.flow_log_id))


def _status(log: Mapping[str, Any]) -> str:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html"""
    status = str(log["FlowLogStatus"])
    if log.get("DeliverLogsStatus") != "FAILED":
        return status
    return f"{status}, delivery failed: {log.get('DeliverLogsErrorMessage') or 'AWS does not say why'}"


def _destination(log: Mapping[str, Any]) -> str:
    """Name of the log group: given as such or inside an ARN, after how the flow log was made."""
    arn = str(log.get("LogDestination", ""))
    return str(log.get("LogGroupName") or arn.partition(":log-group:")[2].removesuffix(":*") or arn)
