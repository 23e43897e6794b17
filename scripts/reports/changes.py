"""What differs between two dumps, by meaning: lists are matched by who is who, not by position."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scripts.dump.document import ACCOUNT_WIDE, ACCOUNT_WIDE_FIELDS, MORE, OTHER_VOLUMES
from scripts.dump.plain import UNREADABLE, is_unreadable

Kind = Literal["added", "removed", "changed"]

NOT_COMPARED = frozenset({"header", "coverage", "quick_reference"})
"""Parts of a dump that are about the dump, or say again what stands elsewhere."""
NOT_OURS = frozenset({ACCOUNT_WIDE, *ACCOUNT_WIDE_FIELDS})
"""Parts that others change too: a bucket of somebody else in the account is no change of this deployment."""

_IDENTITIES = ("address", "id", "arn", "name", "number", "Sid", "destination")
_ID_ENDINGS = ("_id", "_arn")
_MISSING = object()


@dataclass(frozen=True)
class Change:
    """One fact that two dumps do not share."""

    kind: Kind
    resource: str
    """`buckets ray-demo-models`; the section alone when it is about no single resource."""
    path: str
    """Where in the resource: `rules[sgr-1].ports`; empty when it is the resource itself."""
    before: Any
    after: Any


@dataclass(frozen=True)
class NotComparable:
    """A part that one of two dumps could not read: nobody knows whether it changed.

    What neither could read, for the same reason, is not said again: both reports have it in their coverage.
    """

    resource: str
    path: str
    unreadable_in: Literal["from", "to", "both"]
    why: str
    """The read, and what it gave."""


@dataclass(frozen=True)
class Comparison:
    """What two dumps say of each other."""

    changes: tuple[Change, ...]
    not_comparable: tuple[NotComparable, ...]


@dataclass(frozen=True)
class _Place:
    """How far down the walk is."""

    section: str
    resource: str = ""
    path: str = ""

    def key(self, name: str) -> _Place:
        if self.resource:
            return _Place(self.section, self.resource, f"{self.path}.{name}" if self.path else name)
        return _Place(f"{self.section}.{name}" if self.section else name)

    def item(self, label: str) -> _Place:
        if self.resource:
            return _Place(self.section, self.resource, f"{self.path}[{label}]")
        return _Place(self.section, f"{self.section} {label}")

    def change(self, before: Any, after: Any) -> Change:
        kind: Kind = "added" if before is _MISSING else "removed" if after is _MISSING else "changed"
        return Change(kind, *self._names(), *(None if side is _MISSING else side for side in (before, after)))

    def unreadable(self, before: Any, after: Any) -> NotComparable:
        silent = [is_unreadable(before), is_unreadable(after)]
        why = " and ".join(dict.fromkeys(side[UNREADABLE] for side in (before, after) if is_unreadable(side)))
        return NotComparable(*self._names(), "both" if all(silent) else "from" if silent[0] else "to", why)

    def _names(self) -> tuple[str, str]:
        if self.resource:
            return self.resource, self.path
        resource, _, path = self.section.partition(".")
        return resource, path


_Found = Change | NotComparable


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare two dumps, in the order of the dump."""
    found = list(_compare(_Place(""), *_sections(before, after)))
    return Comparison(
        tuple(each for each in found if isinstance(each, Change)),
        tuple(each for each in found if isinstance(each, NotComparable)),
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The changes from one dump to another; what cannot be compared is none."""
    return list(compare(before, after).changes)


def _sections(*dumps: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The parts that are compared; what stands under `more` is a section like any other."""
    left_out = {*NOT_COMPARED, *NOT_OURS, MORE}
    if any(is_unreadable(dump.get("nodes")) for dump in dumps):
        left_out.add(OTHER_VOLUMES)  # without the nodes, nobody knows which volumes are not theirs
    return [
        {name: _ours(part) for name, part in {**dump, **dump.get(MORE, {})}.items() if name not in left_out}
        for dump in dumps
    ]


def _ours(part: Any) -> Any:
    """A section without what it says to be of others, as dumps of an earlier version have it."""
    if not isinstance(part, list):
        return part
    return [item for item in part if not (isinstance(item, Mapping) and item.get("ours") is False)]


def _compare(place: _Place, before: Any, after: Any) -> Iterator[_Found]:
    if before == after:
        return
    if is_unreadable(before) or is_unreadable(after):
        yield place.unreadable(before, after)
    elif _is_part(before) and _is_part(after):
        yield from _mappings(place, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(place, before, after)
    else:
        yield place.change(before, after)


def _is_part(value: Any) -> bool:
    return isinstance(value, Mapping) and not is_unreadable(value)


def _mappings(place: _Place, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Found]:
    for key in dict.fromkeys([*after, *before]):
        yield from _compare(place.key(key), before.get(key, _MISSING), after.get(key, _MISSING))


def _lists(place: _Place, before: list[Any], after: list[Any]) -> Iterator[_Found]:
    if len(before) == len(after) and all(isinstance(item, list) or is_unreadable(item) for item in [*before, *after]):
        for old, new in zip(before, after, strict=True):
            yield from _compare(place, old, new)
    elif any(is_unreadable(item) for item in [*before, *after]):
        yield from _unreadable_items(place, before, after)
    elif all(_is_part(item) for item in [*before, *after]):
        for label, old, new in _pairs(before, after):
            yield from _compare(place.item(label), old, new)
    else:
        yield from _values(place, before, after)


def _unreadable_items(place: _Place, before: list[Any], after: list[Any]) -> Iterator[_Found]:
    """Lists with items that were not read: what is missing beside one may be that one, and is no change."""
    silent = [[item for item in side if is_unreadable(item)] for side in (before, after)]
    yield from (place.unreadable(item, None) for item in silent[0] if item not in silent[1])
    yield from (place.unreadable(None, item) for item in silent[1] if item not in silent[0])
    old, new = ([item for item in side if not is_unreadable(item)] for side in (before, after))
    can_pair = (old or new) and all(_is_part(item) for item in [*old, *new])
    for label, earlier, later in _pairs(old, new) if can_pair else ():
        if not (earlier is _MISSING and silent[0]) and not (later is _MISSING and silent[1]):
            yield from _compare(place.item(label), earlier, later)


def _values(place: _Place, before: list[Any], after: list[Any]) -> Iterator[_Found]:
    """Plain values: what is in one list only. A list in another order is the same list."""
    old, new = list(before), list(after)
    for value in before:
        if value in new:
            new.remove(value)
            old.remove(value)
    if len(old) == len(new) == 1:
        yield place.change(old[0], new[0])
        return
    yield from (place.change(_MISSING, value) for value in new)
    yield from (place.change(value, _MISSING) for value in old)


def _pairs(before: list[Any], after: list[Any]) -> Iterator[tuple[str, Any, Any]]:
    """Items that are the same thing, in the new order, then those that are gone."""
    key = _identity([*before, *after])
    old, new = _by_identity(before, key), _by_identity(after, key)
    former = _made_anew(old, new, key)
    for identity, item in new.items():
        yield _label(item, identity), old.get(former.get(identity, identity), _MISSING), item
    matched = {former.get(identity, identity) for identity in new}
    for identity, item in old.items():
        if identity not in matched:
            yield _label(item, identity), item, _MISSING


def _identity(items: Sequence[Any]) -> str | None:
    """The field that says who an item is: the first id, ARN or name that every item has."""
    return next((key for key in items[0] if _is_identity(key) and all(item.get(key) for item in items)), None)


def _is_identity(key: str) -> bool:
    return key in _IDENTITIES or key.endswith(_ID_ENDINGS)


def _by_identity(items: Sequence[Any], key: str | None) -> dict[str, Any]:
    """Items by identity; those that share one are told apart by number."""
    found: dict[str, Any] = {}
    for item in items:
        base = str(item[key]) if key else _text(item)
        number, identity = 1, base
        while identity in found:
            number, identity = number + 1, f"{base} #{number + 1}"
        found[identity] = item
    return found


def _made_anew(old: Mapping[str, Any], new: Mapping[str, Any], key: str | None) -> dict[str, str]:
    """New identity to old identity of what was made anew: of the same name, or the same but for its id."""
    gone, made = (
        _by_likeness({identity: item for identity, item in mine.items() if identity not in others}, key)
        for mine, others in ((old, new), (new, old))
    )
    return {identity: gone[likeness] for likeness, identity in made.items() if likeness in gone}


def _by_likeness(items: Mapping[str, Any], key: str | None) -> dict[str, str]:
    pairs = [(_likeness(item, key), identity) for identity, item in items.items()]
    counted = Counter(likeness for likeness, _ in pairs)
    return {likeness: identity for likeness, identity in pairs if counted[likeness] == 1}


def _likeness(item: Mapping[str, Any], key: str | None) -> str:
    if key is None:
        return ""  # nothing says who it is: the only one that changed is the same one
    return str(item.get("name") or _text({name: value for name, value in item.items() if name != key}))


def _label(item: Mapping[str, Any], identity: str) -> str:
    name = item.get("name")
    return f"{name} ({identity})" if name and name != identity else identity


def _text(item: Any) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False)
