"""EC2's filters. Asked by filter, what is gone is missing from the answer; asked by id, it would be an error."""

from __future__ import annotations

from collections.abc import Iterable

Filters = list[dict[str, object]]

FILTER_VALUES = 200
"""A filter takes so many values.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
"""


def one_of(name: str, values: Iterable[str]) -> Filters:
    """A filter on one field."""
    return [{"Name": name, "Values": list(values)}]


def in_batches(name: str, values: Iterable[str]) -> list[Filters]:
    """Filters on one field, as many as the values need; none without values."""
    ordered = sorted(values)
    return [one_of(name, ordered[start : start + FILTER_VALUES]) for start in range(0, len(ordered), FILTER_VALUES)]
