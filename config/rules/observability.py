"""Rules over what nodes report."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.problems import Problem
from config.rules.registry import rule


@rule("observability")
def retention_has_logs(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Without the agent there are no logs to keep."""
    section = environment.observability
    if not section.cloudwatch_agent and "log_retention_days" in section.model_fields_set:
        yield Problem(
            ("observability", "log_retention_days"),
            f"got {section.log_retention_days} without the agent",
            "cloudwatch_agent: true to go with it",
        )
