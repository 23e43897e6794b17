"""Patterns of IAM: `*` stands for any text, `?` for one character.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
"""

from __future__ import annotations

import re
from functools import lru_cache

ESCAPED_STAR, ESCAPED_MARK = "\ue000", "\ue001"
"""`${*}` and `${?}` until the comparison: characters that nobody uses."""
WILD = re.compile(r"[*?]")


@lru_cache(maxsize=4096)
def _form(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    words = {"*": ".*", "?": ".", ESCAPED_STAR: r"\*", ESCAPED_MARK: r"\?"}
    text = "".join(words.get(character, re.escape(character)) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether a text is one that a pattern stands for."""
    return _form(pattern, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=8192)
def covers(pattern: str, other: str) -> bool:
    """Whether everything that `other` stands for is also something that `pattern` stands for.

    A wildcard of `other` is taken as a character that only a wildcard of `pattern` can stand for: what this says is
    true, and only for odd patterns (`*a*` and `?*a*`) it says no where yes would be right.
    """
    plain = re.sub(r"\*+", "*", other)
    # No `?` of the pattern may stand for a `*`, which is more than one character.
    return re.fullmatch(_covering(pattern), plain, re.DOTALL) is not None


@lru_cache(maxsize=4096)
def _covering(pattern: str) -> str:
    return "".join({"*": ".*", "?": "[^*]"}.get(character, re.escape(character)) for character in pattern)


@lru_cache(maxsize=8192)
def overlap(one: str, other: str) -> str | None:
    """A pattern for what both stand for: the narrower of the two, or `other` when neither holds the other.

    None when nothing is both.
    """
    if covers(one, other):
        return other
    if covers(other, one):
        return one
    if not (WILD.search(one) and WILD.search(other)):
        return None
    return other if _may_meet(one, other) else None


def _may_meet(one: str, other: str) -> bool:
    """Whether a text is both: walks the two patterns side by side, every pair of positions once."""
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        if place == (len(one), len(other)):
            return True
        todo.extend(_steps(one, other, *place))
    return False


def _steps(one: str, other: str, first: int, second: int) -> list[tuple[int, int]]:
    left, right = one[first : first + 1], other[second : second + 1]
    steps = []
    if left == "*":
        steps.append((first + 1, second))
    if right == "*":
        steps.append((first, second + 1))
    if left == "*" and right not in ("", "*"):
        steps.append((first, second + 1))
    if right == "*" and left not in ("", "*"):
        steps.append((first + 1, second))
    if left and right and "*" not in (left, right) and (left == right or "?" in (left, right)):
        steps.append((first + 1, second + 1))
    return steps
