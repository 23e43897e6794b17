"""Parts of a cluster that EKS lists by name and describes one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from scripts.inventory.reader import Answer
from scripts.inventory.reading import Reading

T = TypeVar("T")
Later = Callable[[], T]
"""Waits for answers."""

GONE = ("ResourceNotFoundException",)
"""What EKS says of a cluster that is gone, and of a part of it."""


def later(
    listed: Answer,
    known: Iterable[str],
    describe: Callable[[str], Answer],
    parse: Callable[[Mapping[str, Any]], T],
    wanted: Callable[[Any], str | None],
) -> Later[Reading[tuple[Reading[T], ...]]]:
    """What is listed, described; what the state knows is asked for at once.

    `wanted` gives the name of what is listed, None for what nobody here asks about. What is gone is left out.
    """
    for name in known:
        describe(name)

    def described(items: list[Any]) -> tuple[Reading[T], ...]:
        names = sorted({*known, *(name for item in items if (name := wanted(item)) is not None)})
        answers = [describe(name) for name in names]
        found = [answer.parse(lambda document: None if document is None else parse(document)) for answer in answers]
        return tuple(each for each in found if each is not None)

    return lambda: listed.parse(described)


def issues_of(part: Mapping[str, Any]) -> tuple[str, ...]:
    """What EKS says is wrong with a part: `AccessDenied: …`."""
    issues = (part.get("health") or {}).get("issues") or ()
    return tuple(sorted(f"{issue.get('code', 'Other')}: {issue.get('message', '')}".rstrip(": ") for issue in issues))


def tags_of(part: Mapping[str, Any]) -> Mapping[str, str]:
    """EKS's tags are a map."""
    return dict(sorted((part.get("tags") or {}).items()))
