"""Rules over what nodes report."""

from __future__ import annotations

from collections.abc import Iterator

from config.problems import Problem
from config.rules.registry import rule
from config.static_ec2 import StaticEc2Config


@rule("observability")
def retention_has_logs(environment: StaticEc2Config) -> Iterator[Problem]:
    """Without the agent there are no logs to keep."""
    section = environment.observability
    if not section.cloudwatch_agent and "log_retention_days" in section.model_fields_set:
        yield Problem(
            ("observability", "log_retention_days"),
            f"got {section.log_retention_days} without the agent",
            "cloudwatch_agent: true to go with it",
        )
