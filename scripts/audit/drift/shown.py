"""Values of a difference as a person reads them: short, on one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.inventory.shapes import Document

LONGEST = 400
"""Characters; what is longer ends in an ellipsis."""


def shown(value: Any, *, beside: Any) -> str:
    """A normal value: nothing is `none`, or `false` beside what is true."""
    return "false" if value is None and beside is True else _short(_text(value))


def shown_statements(statements: Iterable[Document]) -> str:
    """The statements that one side has alone."""
    return _short("; ".join(sorted(map(_statement, statements))) or "none")


def shown_element(value: Any) -> str:
    """An element of a statement."""
    return _short(_plain(value)) if value else "none"


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_nested(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "; ".join(_text(each) for each in value)
    return " ".join(str(value).split())


def _nested(value: Any) -> str:
    return f"({_text(value)})" if isinstance(value, (Mapping, list)) else _text(value)


def _statement(statement: Document) -> str:
    """`Sid: Allow s3:GetObject on arn… for AWS …`; what is not of a statement stays as it is."""
    if "Effect" not in statement:
        return _text(statement)
    words = [f"{statement['Sid']}: {statement['Effect']}" if "Sid" in statement else str(statement["Effect"])]
    words += [f"{before}{_plain(statement[element])}" for element, before in _WORDS.items() if element in statement]
    return " ".join(words)


_WORDS = {
    "Action": "",
    "NotAction": "all but ",
    "Resource": "on ",
    "NotResource": "on all but ",
    "Principal": "for ",
    "NotPrincipal": "for all but ",
    "Condition": "if ",
}


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return " and ".join(f"{key} {_plain(each)}" for key, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
