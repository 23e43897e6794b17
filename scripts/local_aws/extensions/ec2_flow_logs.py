"""Flow logs: whether their records arrive, of a log group that was named by its ARN, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models.flow_logs import FlowLogsBackend
from moto.logs.models import logs_backends

from scripts.local_aws.extensions.plumbing import wrap


@wrap(FlowLogsBackend, "describe_flow_logs")
def describe_flow_logs(original: Callable[..., list[Any]], self: Any, *given: Any, **named: Any) -> list[Any]:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html

    moto looks for a group by its name only, and says of any other that nothing arrives.
    """
    found = original(self, *given, **named)
    groups = logs_backends[self.account_id][self.region_name].groups
    for log in found:
        arn = log.log_destination or ""
        if ":log-group:" in arn and not log.log_group_name:
            arrives = arn.partition(":log-group:")[2].removesuffix(":*") in groups
            log.deliver_logs_status = "SUCCESS" if arrives else "FAILED"
            log.deliver_logs_error_message = None if arrives else "Access error"
    return found
