"""What differs between two dumps, by meaning: lists are matched by who is who, not by position."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from scripts.dump.document import MORE
from scripts.dump.plain import is_unreadable

Kind = Literal["added", "removed", "changed"]

NOT_COMPARED = frozenset({"header", "coverage", "quick_reference"})
"""Parts of a dump that are about the dump, or say again what stands elsewhere."""

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
        resource, path = self.resource, self.path
        if not resource:
            resource, _, path = self.section.partition(".")
        return Change(kind, resource, path, *(None if side is _MISSING else side for side in (before, after)))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """The changes from one dump to another, in the order of the dump."""
    return list(_compare(_Place(""), _sections(before), _sections(after)))


def _sections(dump: Mapping[str, Any]) -> dict[str, Any]:
    """The parts that are compared; what stands under `more` is a section like any other."""
    sections = {**dump, **dump.get(MORE, {})}
    return {name: part for name, part in sections.items() if name not in NOT_COMPARED and name != MORE}


def _compare(place: _Place, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if _is_part(before) and _is_part(after):
        yield from _mappings(place, before, after)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(place, before, after)
    else:
        yield place.change(before, after)


def _is_part(value: Any) -> bool:
    return isinstance(value, Mapping) and not is_unreadable(value)


def _mappings(place: _Place, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys([*after, *before]):
        yield from _compare(place.key(key), before.get(key, _MISSING), after.get(key, _MISSING))


def _lists(place: _Place, before: list[Any], after: list[Any]) -> Iterator[Change]:
    if all(isinstance(item, list) for item in [*before, *after]) and len(before) == len(after):
        for old, new in zip(before, after, strict=True):
            yield from _compare(place, old, new)
    elif all(_is_part(item) for item in [*before, *after]):
        for label, old, new in _pairs(before, after):
            yield from _compare(place.item(label), old, new)
    else:
        yield from _values(place, before, after)


def _values(place: _Place, before: list[Any], after: list[Any]) -> Iterator[Change]:
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
