"""A changed field in one short line, which shows what differs."""

from __future__ import annotations

import itertools
import json
from typing import Any

from scripts.kubernetes.diff import FieldDifference

_LONGEST = 60
"""Characters of a value."""
_BEFORE = 20
"""Of what both have in common, in front of the first difference."""


def told(field: FieldDifference) -> str:
    """`spec.minAvailable 0 -> 1`: long values from shortly before where they differ."""
    old, new = _text(field.actual), _text(field.expected)
    start = 0
    if max(len(old), len(new)) > _LONGEST:
        same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False))
        start = max(len(list(same)) - _BEFORE, 0)
    return f"{field.path} {_cut(old, start)} -> {_cut(new, start)}"


def _text(value: Any) -> str:
    # Of several lines, such as a script: one.
    return " ".join(value.split()) if isinstance(value, str) else json.dumps(value, default=str)


def _cut(text: str, start: int) -> str:
    rest = text[start:]
    shown = rest if len(rest) <= _LONGEST else f"{rest[:_LONGEST]}…"
    return f"…{shown}" if start else shown
