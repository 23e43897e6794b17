"""Objects of one cluster: plain documents in the cluster's own dictionary, which the emulator saves with its state."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document, Refusal

KEPT_EVENTS = 2000
"""A watch may go back by so many changes; whoever was away for longer lists anew."""

Kind = tuple[str, str]
"""API group and plural."""


@dataclass(frozen=True)
class Event:
    """One change; of a change that takes an object out of a selector, a watch needs what was before."""

    revision: int
    type: str
    kind: Kind
    document: Document
    before: Document | None


class Store:
    """Reads and writes; documents that it hands out are never changed in place."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data
        self._objects: dict[Kind, dict[tuple[str, str], Document]] = data.setdefault("objects", {})
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._first = self.revision
        self._changed = threading.Condition()

    @property
    def revision(self) -> int:
        """Number of the last change: `resourceVersion`."""
        return int(self._data.setdefault("revision", 1))

    def find(self, group: str, plural: str, namespace: str, name: str) -> Document | None:
        """One object."""
        return self._objects.get((group, plural), {}).get((namespace, name))

    def every(self, group: str, plural: str) -> list[Document]:
        """All objects of a kind, by namespace and name."""
        return [document for _, document in sorted(self._objects.get((group, plural), {}).items())]

    def everything(self) -> Iterator[tuple[Kind, Document]]:
        """All objects of all kinds."""
        for kind, documents in list(self._objects.items()):
            for document in list(documents.values()):
                yield kind, document

    def put(self, group: str, plural: str, document: Document) -> Document:
        """Store an object under its name; return it with its new version."""
        metadata = document["metadata"]
        key = (metadata.get("namespace", ""), metadata["name"])
        table = self._objects.setdefault((group, plural), {})
        before = table.get(key)
        stored = {**document, "metadata": {**metadata, "resourceVersion": str(self._next())}}
        table[key] = stored
        self._tell("MODIFIED" if before else "ADDED", (group, plural), stored, before)
        return stored

    def remove(self, group: str, plural: str, document: Document) -> None:
        """Take an object out."""
        metadata = document["metadata"]
        before = self._objects[group, plural].pop((metadata.get("namespace", ""), metadata["name"]))
        last = {**document, "metadata": {**metadata, "resourceVersion": str(self._next())}}
        self._tell("DELETED", (group, plural), last, before)

    def _next(self) -> int:
        self._data["revision"] = self.revision + 1
        return self.revision

    def _tell(self, kind_of_event: str, kind: Kind, document: Document, before: Document | None) -> None:
        with self._changed:
            self._events.append(Event(self.revision, kind_of_event, kind, document, before))
            self._changed.notify_all()

    def events_after(self, revision: int, seconds: float) -> list[Event]:
        """Changes after a revision, as soon as there is one; none when the time is over."""
        with self._changed:
            oldest = self._events[0].revision - 1 if len(self._events) == KEPT_EVENTS else self._first
            if revision < oldest:
                raise Refusal(410, "Expired", f"too old resource version: {revision} ({oldest})")
            self._changed.wait_for(lambda: self._newest() > revision, seconds)
            return [event for event in self._events if event.revision > revision]

    def _newest(self) -> int:
        return self._events[-1].revision if self._events else self._first
