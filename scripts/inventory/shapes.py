"""Shapes that many AWS answers share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

T = TypeVar("T")

Tags = Mapping[str, str]
Document = Mapping[str, Any]
"""A policy document."""


def tags_of(pairs: Iterable[Mapping[str, str]] | None) -> Tags:
    """Tags in alphabetical order."""
    return {pair["Key"]: pair["Value"] for pair in sorted(pairs or (), key=lambda pair: pair["Key"])}


def name_of(thing: Mapping[str, Any]) -> str:
    """The Name tag of an EC2 answer, or nothing."""
    return next((str(tag["Value"]) for tag in thing.get("Tags", ()) if tag["Key"] == "Name"), "")


def document_of(policy: str | Document) -> Document:
    """A policy as a document: AWS gives text, quoted text, or what boto3 has already read.

    Raises TypeError when it is none.
    """
    if isinstance(policy, str):
        policy = json.loads(policy if policy.lstrip().startswith("{") else unquote(policy))
    if not isinstance(policy, Mapping):
        raise TypeError("a policy that is no document")
    document: Document = _canonical(policy)
    return document


def _canonical(part: Any) -> Any:
    """Keys and lists of text sorted: their order means nothing, and AWS does not keep it."""
    if isinstance(part, Mapping):
        return {key: _canonical(part[key]) for key in sorted(part)}
    if isinstance(part, list):
        items = [_canonical(item) for item in part]
        return sorted(items) if all(isinstance(item, str) for item in items) else items
    return part


def ordered(things: Iterable[T], key: Callable[[T], Any]) -> tuple[T, ...]:
    """Sort by a key: AWS promises no order, and two reports must compare."""
    return tuple(sorted(things, key=key))
