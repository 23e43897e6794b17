"""The observability section: what nodes report."""

from __future__ import annotations

from typing import Annotated

from config.change import Change
from config.retention import RetentionDays
from config.section import Section


class ObservabilityConfig(Section):
    """Logs and metrics of the nodes."""

    cloudwatch_agent: Annotated[bool, Change.REPLACES] = True
    """Run the CloudWatch agent on every node: its boot log, Ray's logs, memory and disk use."""
    log_retention_days: Annotated[RetentionDays, Change.IN_PLACE] = 365
    """Days that the logs of the nodes are kept in CloudWatch Logs."""
