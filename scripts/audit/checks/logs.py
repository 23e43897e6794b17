"""Flow logs and log groups."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import encrypted_with_our_key, present
from scripts.inventory import Inventory
from scripts.inventory.reading import each, readable


@check("logs.declared_groups_there", severity=Severity.HIGH, applies=applies.has_log_groups)
def declared_groups_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The log group of the nodes is there where they run the agent, and that of the flow logs where the VPC is ours.

    Why: records that have nowhere to go are lost.

    Fix: apply again.
    """
    by_agent = isinstance(config, Ec2ClusterConfig) and applies.has_node_logs(config)
    parts = {"nodes": by_agent, "flow-logs": applies.own_vpc(config)}
    wanted = {_group(config, part) for part, declared in parts.items() if declared}
    yield from present("the log group", {group.name for group in each(inventory.logs.groups)}, wanted)


@check(
    "logs.flow_logs_on",
    severity=Severity.MEDIUM,
    applies=applies.own_vpc,
    standards=("FSBP EC2.6", "CIS 3.7", "Config vpc-flow-logs-enabled"),
    setting="network.flow_logs.traffic",
)
def flow_logs_on(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The VPC's traffic is recorded as declared.

    Why: without them nobody can say later who talked to whom.

    Fix: `network.flow_logs.traffic`, then apply.
    """
    wanted = (config.network.flow_logs.traffic, _group(config, "flow-logs"))
    active = [log for log in readable(inventory.logs.flow_logs) if log.status == "ACTIVE"]
    found = any((log.traffic, log.log_group_name) == wanted for log in active)
    seen = ", ".join(f"{log.traffic} to {log.log_group_name}" for log in active) or "none"
    idle = [log for log in readable(inventory.logs.flow_logs) if log not in active]
    seen += "".join(f"; {log.traffic} to {log.log_group_name} is {log.status}" for log in idle)
    yield Verdict("vpc", found, f"active flow logs: {seen}" + ("" if found else f", want {' to '.join(wanted)}"))


@check(
    "logs.flow_logs_kept_as_declared",
    severity=Severity.LOW,
    applies=applies.own_vpc,
    standards=("Config cw-loggroup-retention-period-check",),
    setting="network.flow_logs.retention_days",
)
def flow_logs_kept_as_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Flow logs are kept as long as declared.

    Why: an intrusion is often found months later.

    Fix: `network.flow_logs.retention_days`, then apply.
    """
    for group in each(inventory.logs.groups):
        if group.name == _group(config, "flow-logs"):
            yield expect(group.name, "days kept", group.retention_days, config.network.flow_logs.retention_days)


@check(
    "logs.node_logs_kept",
    severity=Severity.LOW,
    applies=applies.has_node_logs,
    standards=("Config cw-loggroup-retention-period-check",),
    setting="observability.log_retention_days",
)
def node_logs_kept(inventory: Inventory, config: Ec2ClusterConfig) -> Iterator[Verdict]:
    """Logs of the nodes are kept as long as declared.

    Why: what a job did is often asked months later.

    Fix: `observability.log_retention_days`, then apply.
    """
    for group in each(inventory.logs.groups):
        if group.name == _group(config, "nodes"):
            yield expect(group.name, "days kept", group.retention_days, config.observability.log_retention_days)


@check("logs.retention_limited", severity=Severity.LOW, applies=applies.has_log_groups)
def retention_limited(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No log group keeps its records for ever.

    Why: each record is paid for every month, and what personal data is in it must not be kept for ever.

    Fix: apply again.
    """
    for group in each(inventory.logs.groups):
        yield Verdict(group.name, group.retention_days is not None, f"days kept: {shown(group.retention_days)}")


@check(
    "logs.encrypted_with_our_key",
    severity=Severity.MEDIUM,
    applies=applies.has_log_groups,
    standards=("Config cloudwatch-log-group-encrypted",),
)
def logs_encrypted_with_our_key(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Log groups are encrypted with the key of the environment.

    Why: logs show what jobs do and with what; who may use the key decides who can read them.

    Fix: apply again.
    """
    for group in each(inventory.logs.groups):
        yield encrypted_with_our_key(group.name, group.kms_key_arn, inventory)


def _group(config: FoundationConfig, part: str) -> str:
    return f"/{config.label.project}/{config.label.environment}/{part}"
