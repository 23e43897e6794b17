"""RayCronJobs: what the operator refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scripts.cluster_yaml.lint.cluster import shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.registry import Hit, operator_rule, rule

_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_EVERY = re.compile(r"@every \+?(?=.*[1-9])((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    ("minute", 0, 59, ()), ("hour", 0, 23, ()), ("day of month", 1, 31, ()), ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)  # fmt: skip
"""As robfig/cron's ParseStandard has them: https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format"""


def schedule_fault(schedule: str) -> str:
    """What is wrong with a schedule; empty where nothing is."""
    if schedule.startswith("@"):
        return "" if schedule in _DESCRIPTORS or _EVERY.fullmatch(schedule) else "an unknown descriptor"
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"{len(fields)} fields"
    for field, (name, low, high, words) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part, low, high, words) for part in field.split(",")):
            return f"{name} {field}"
    return ""


def _fits(part: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    span, slash, step = part.partition("/")
    if slash and not (step.isascii() and step.isdigit() and int(step) > 0):
        return False
    if span in ("*", "?"):
        return True
    first, dash, last = span.partition("-")
    start = _value(first, low, words)
    end = _value(last, low, words) if dash else start
    return start is not None and end is not None and low <= start <= end <= high


def _value(value: str, low: int, words: tuple[str, ...]) -> int | None:
    if value.lower() in words:
        return words.index(value.lower()) + low
    return int(value) if value.isascii() and value.isdigit() else None


@operator_rule("schedule-invalid")
def schedule_invalid(bundle: Bundle) -> Iterator[Hit]:
    """The schedule is no cron expression.

    Want: five fields such as 0 3 * * *, or @daily.
    """
    for document in bundle.ray_of_kind("RayCronJob"):
        schedule = text(document.spec.get("schedule"))
        if "TZ" not in schedule and (fault := schedule_fault(schedule)):
            yield Hit(document, ("spec", "schedule"), f"{shown(schedule)}, {fault}")


@operator_rule("schedule-with-zone")
def schedule_with_zone(bundle: Bundle) -> Iterator[Hit]:
    """The schedule names a time zone.

    Want: timeZone.
    """
    for document in bundle.ray_of_kind("RayCronJob"):
        schedule = text(document.spec.get("schedule"))
        if "TZ" in schedule:
            yield Hit(document, ("spec", "schedule"), shown(schedule))


@operator_rule("time-zone-unknown")
def time_zone_unknown(bundle: Bundle) -> Iterator[Hit]:
    """timeZone is no time zone of the IANA.

    Want: a name such as Etc/UTC, or none for the operator's own zone.
    """
    for document in bundle.ray_of_kind("RayCronJob"):
        zone = document.spec.get("timeZone")
        if zone is not None and not _is_zone(str(zone)):
            yield Hit(document, ("spec", "timeZone"), shown(zone))


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


@rule("cron-without-gate", "https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/pkg/features/features.go")
def cron_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """A RayCronJob without the feature gate RayCronJob.

    Why: the operator does not look at it: nothing ever runs, and nothing says so.

    Want: `featureGates: [{name: RayCronJob, enabled: true}]` in the values of the operator's chart.
    """
    environment = bundle.environment
    if environment is not None and not environment.kuberay.install_operator:
        return  # the gates of somebody else's operator are not known here
    for document in bundle.ray_of_kind("RayCronJob"):
        if not bundle.gates.get("RayCronJob"):
            yield Hit(document, ("kind",), "the gate off")
