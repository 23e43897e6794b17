"""AWS's answers of one round, found by what Terraform knows: ids, names and arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.inventory import Inventory
from scripts.inventory.answers import Asked
from scripts.inventory.reading import NotReadableError, Read, Unreadable, readable
from scripts.state import Resource

Item = Mapping[str, Any]


class Deployed:
    """Looks up answers, each kind indexed once. Raises NotReadableError where a read gave no answer."""

    def __init__(self, inventory: Inventory) -> None:
        self.state = inventory.state
        self._answers = inventory.answers
        self._documents: dict[Read, dict[str, Any]] = {}
        self._items: dict[tuple[Read, str], dict[Any, list[Item]]] = {}
        self._resources: dict[tuple[str, str], dict[Any, list[Resource]]] = {}

    def document(self, read: Read, **arguments: Any) -> Any:
        """The answer to a call with these arguments; None when AWS says that there is none."""
        unread = Unreadable(read.name, "was not read", str(next(iter(arguments.values()), "")))
        return readable(self._calls(read).get(_key(arguments), unread))

    def was_asked(self, read: Read, **arguments: Any) -> bool:
        """Whether a call with these arguments was made."""
        return _key(arguments) in self._calls(read)

    def _calls(self, read: Read) -> dict[str, Any]:
        if read not in self._documents:
            asked = self._answers.of(read)
            self._documents[read] = {_key(each.arguments): each.answer for each in asked}
        return self._documents[read]

    def item(self, read: Read, field: str, value: Any) -> Item | None:
        """The one item of all calls of a kind that has a value in a field; None when it is not there."""
        found = self.grouped(read, field).get(value)
        if found:
            return found[0]
        self.require(read)
        return None

    def items(self, read: Read, field: str, value: Any) -> list[Item]:
        """All items that have a value in a field. A call without an answer may hide some: then it is unreadable."""
        self.require(read)
        return self.grouped(read, field).get(value, [])

    def nested_item(self, read: Read, list_field: str, field: str, value: Any) -> Item | None:
        """As `item`, where the items of an answer hold lists of what is looked for: instances in reservations."""
        key = (read, f"{list_field}.{field}")
        if key not in self._items:
            index: dict[Any, list[Item]] = {}
            for holder in _all_items(self._answers.of(read)):
                for item in holder[list_field]:
                    index.setdefault(item.get(field), []).append(item)
            self._items[key] = index
        found = self._items[key].get(value)
        if found:
            return found[0]
        self.require(read)
        return None

    def grouped(self, read: Read, field: str) -> dict[Any, list[Item]]:
        """What was read of a kind, by a field."""
        if (read, field) not in self._items:
            index: dict[Any, list[Item]] = {}
            for item in _all_items(self._answers.of(read)):
                index.setdefault(item.get(field), []).append(item)
            self._items[read, field] = index
        return self._items[read, field]

    def require(self, read: Read) -> None:
        """Raise NotReadableError unless every call of a kind has an answer, and there was one."""
        asked = self._answers.of(read)
        if not asked:
            raise NotReadableError(Unreadable(read.name, "was not read"))
        for each in asked:
            readable(each.answer)

    def resources(self, type_: str, attribute: str, value: Any) -> list[Resource]:
        """Resources of the state that have a value in an attribute: the rules of a group, the policies of a role."""
        if (type_, attribute) not in self._resources:
            index: dict[Any, list[Resource]] = {}
            for resource in self.state.of_type(type_):
                index.setdefault(resource.attributes.get(attribute), []).append(resource)
            self._resources[type_, attribute] = index
        return self._resources[type_, attribute].get(value, [])


def _all_items(asked: list[Asked]) -> Iterator[Item]:
    """Items of all answers. Raises ValueError for what is no list of items."""
    for each in asked:
        if isinstance(each.answer, Unreadable):
            continue
        if not isinstance(each.answer, list) or not all(isinstance(item, Mapping) for item in each.answer):
            raise ValueError("not a list of items")
        yield from each.answer


def _key(arguments: Mapping[str, Any]) -> str:
    return repr(sorted(arguments.items()))
