"""CloudWatch alarms of the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import ordered

DESCRIBE_ALARMS = Read("cloudwatch", "DescribeAlarms", items="MetricAlarms")


@dataclass(frozen=True)
class Alarm:
    """A metric alarm."""

    name: str
    state: str
    """`OK`, `ALARM` or `INSUFFICIENT_DATA`."""
    actions_enabled: bool
    actions: tuple[str, ...]
    """ARNs of what is told when it goes off."""


def collect_alarms(reader: Reader, scope: Scope) -> Reading[tuple[Alarm, ...]]:
    """Read the alarms whose names begin as the cluster's do."""
    started = reader.start(DESCRIBE_ALARMS, AlarmNamePrefix=f"{scope.environment.label.cluster}-")
    return started.parse(lambda answer: _alarms(answer, scope.longer_prefixes))


def _alarms(answer: list[Any], others: tuple[str, ...]) -> tuple[Alarm, ...]:
    alarms = (_alarm(alarm) for alarm in answer)
    return ordered((alarm for alarm in alarms if not alarm.name.startswith(others)), key=lambda alarm: alarm.name)


def _alarm(answer: Mapping[str, Any]) -> Alarm:
    return Alarm(
        name=answer["AlarmName"],
        state=answer["StateValue"],
        actions_enabled=answer["ActionsEnabled"],
        actions=tuple(sorted(answer.get("AlarmActions") or ())),
    )
