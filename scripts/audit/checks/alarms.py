"""CloudWatch alarms of the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.inventory import Inventory
from scripts.inventory.reading import Reading, mapped, readable


@check(
    "alarms.tell_somebody",
    severity=Severity.MEDIUM,
    standards=("Config cloudwatch-alarm-action-check",),
    optional=True,
)
def tell_somebody(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Every alarm of the cluster does something when it goes off.

    Why: an alarm that nobody hears is none.

    Fix: `aws cloudwatch put-metric-alarm --alarm-actions …`, or delete it.
    """
    for alarm in readable(inventory.alarms):
        yield Verdict(alarm.name, bool(alarm.actions), f"actions are {shown(alarm.actions)}")


@check(
    "alarms.actions_on",
    severity=Severity.MEDIUM,
    standards=("Config cloudwatch-alarm-action-enabled-check",),
    optional=True,
)
def actions_on(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The actions of every alarm of the cluster are on.

    Why: they are turned off for a maintenance and forgotten.

    Fix: `aws cloudwatch enable-alarm-actions`.
    """
    for alarm in readable(inventory.alarms):
        yield expect(alarm.name, "actions", alarm.actions_enabled, True)


@check("alarms.targets_there", severity=Severity.MEDIUM, optional=True)
def targets_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The topics that alarms of the cluster tell are there.

    Why: CloudWatch says nothing when it tells a topic that was deleted.

    Fix: make the topic again, or name another in the alarm's actions. Topics of other accounts and regions are not
    seen, nor judged.
    """
    ours = config.place.arn("sns", "")
    for alarm in readable(inventory.alarms):
        wanted = {action for action in alarm.actions if action.startswith(ours)}
        if wanted:
            yield expect(alarm.name, "topics that are gone", _missing(wanted, inventory.topics.arns), set())


def _missing(wanted: set[str], topics: Reading[tuple[str, ...]]) -> Reading[set[str]]:
    return mapped(topics, lambda arns: wanted.difference(arns))
