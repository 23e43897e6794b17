"""CloudWatch Logs: retention takes only certain numbers of days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.logs.models import LogsBackend

from scripts.local_aws.extensions.plumbing import AwsError, wrap

# fmt: off
RETENTION_DAYS = frozenset({
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
})
# fmt: on


@wrap(LogsBackend, "put_retention_policy")
def put_retention_policy(original: Callable[..., None], self: Any, log_group_name: str, retention_in_days: str) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
    if int(retention_in_days) not in RETENTION_DAYS:
        raise AwsError("InvalidParameterException", f"Invalid retention value {retention_in_days}")
    original(self, log_group_name, retention_in_days)
