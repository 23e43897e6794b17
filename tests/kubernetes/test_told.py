"""How a changed field is told: short, and with what differs."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.kubernetes.diff import ABSENT, FieldDifference
from scripts.kubernetes.objects import ObjectKey
from scripts.kubernetes.told import told

RULE = {"podSelector": {"matchLabels": {"app.kubernetes.io/instance": "ray-lab", "ray.io/is-ray-node": "yes"}}}


@pytest.mark.parametrize(
    ("actual", "expected", "line"),
    [
        (0, True, "a 0 -> true"),
        ("x", "y", "a x -> y"),
        ("one\n  two", ABSENT, "a one two -> (absent)"),
        (ABSENT, ["b" * 99], f'a (absent) -> ["{"b" * 58}…'),
        ("b" * 99, "b" * 100, f"a …{'b' * 20} -> …{'b' * 21}"),
        (
            [RULE], [RULE, RULE],
            'a …-ray-node": "yes"}}}] -> …-ray-node": "yes"}}}, {"podSelector": {"matchLabels": {"app.…',
        ),
    ],
)  # fmt: skip
def test_long_values_are_cut_to_where_they_differ(actual: Any, expected: Any, line: str) -> None:
    assert told(FieldDifference(ObjectKey("v1", "Thing", "ray", "a"), "a", expected, actual)) == line
