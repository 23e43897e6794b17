"""Get, list and watch objects."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.local_aws.kubernetes.refusals import Document, Refusal, bad_request
from scripts.local_aws.kubernetes.requests import ObjectPath, Request
from scripts.local_aws.kubernetes.resources import Resource
from scripts.local_aws.kubernetes.selectors import Matches, field_selector, label_selector
from scripts.local_aws.kubernetes.store import Event, Store
from scripts.local_aws.kubernetes.tables import table

WATCH_SECONDS = 300.0
"""A watch ends after this when the client does not say; clients then begin a new one."""

_INITIAL_END = "k8s.io/initial-events-end"


@dataclass(frozen=True)
class Query:
    """What a list or watch is about."""

    resource: Resource
    namespace: str
    labels: Matches
    fields: Matches

    @classmethod
    def of(cls, resource: Resource, path: ObjectPath, request: Request) -> Query:
        """Read selectors; the path of one object selects that object."""
        fields = field_selector(request.query.get("fieldSelector", ""))
        named = field_selector(f"metadata.name={path.name}") if path.name else lambda _document: True
        return cls(
            resource,
            path.namespace,
            label_selector(request.query.get("labelSelector", "")),
            lambda document: fields(document) and named(document),
        )

    def matches(self, document: Document) -> bool:
        """Tell whether an object belongs to the answer."""
        inside = not self.namespace or document["metadata"].get("namespace") == self.namespace
        return inside and self.labels(document) and self.fields(document)

    def found(self, store: Store) -> list[Document]:
        """The objects there are now."""
        return [each for each in store.every(self.resource.group, self.resource.plural) if self.matches(each)]

    def shown(self, document: Document) -> Document:
        """An object in the version that is asked for; versions of a custom resource differ in nothing else."""
        return {**document, "apiVersion": self.resource.api_version}


def representation(request: Request, query: Query, revision: int) -> Callable[[Document], Document]:
    """How one object is written: as itself, as a table of one row, or its metadata alone."""
    if wants_table(request):
        include = request.query.get("includeObject", "Metadata")
        return lambda document: table(query.resource, [document], revision=str(revision), include=include)
    if _wants(request, "PartialObjectMetadata"):
        head = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        return lambda document: {**head, "metadata": document["metadata"]}
    return query.shown


def listing(store: Store, query: Query, request: Request) -> Document:
    """The answer to a list."""
    documents = query.found(store)
    revision = str(store.revision)
    if wants_table(request):
        include = request.query.get("includeObject", "Metadata")
        return table(query.resource, documents, revision=revision, include=include)
    metadata = {"resourceVersion": revision}
    if _wants(request, "PartialObjectMetadataList"):
        head = {"kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
        return {**head, "items": [{"metadata": document["metadata"]} for document in documents]}
    kind, version = f"{query.resource.kind}List", query.resource.api_version
    return {
        "kind": kind,
        "apiVersion": version,
        "metadata": metadata,
        "items": [query.shown(each) for each in documents],
    }


def wants_table(request: Request) -> bool:
    """Tell whether the client would rather have a table."""
    return _wants(request, "Table")


def _wants(request: Request, kind: str) -> bool:
    first = request.accepts[0].replace(" ", "").split(";")
    return f"as={kind}" in first and "g=meta.k8s.io" in first


class Watch:
    """Events of a watch as lines of JSON; what there is at its beginning is read at once."""

    def __init__(self, store: Store, query: Query, request: Request) -> None:
        self._store = store
        self._query = query
        self._shown = representation(request, query, store.revision)
        self._until = time.monotonic() + float(request.query.get("timeoutSeconds") or WATCH_SECONDS)
        self._bookmarks = request.is_true("sendInitialEvents")
        self._revision, self._initial = self._beginning(request)

    def _beginning(self, request: Request) -> tuple[int, list[Document]]:
        given = request.query.get("resourceVersion", "")
        if not given.isdecimal() and given:
            raise bad_request(f"invalid resource version: {given}")
        if self._bookmarks or given in ("", "0"):
            return self._store.revision, self._query.found(self._store)
        return int(given), []

    def lines(self) -> Iterator[bytes]:
        """Everything until the time is over."""
        for document in self._initial:
            yield self._line("ADDED", self._shown(document))
        if self._bookmarks:
            yield self._line("BOOKMARK", self._bookmark())
        while (left := self._until - time.monotonic()) > 0:
            try:
                events = self._store.events_after(self._revision, left)
            except Refusal as refusal:
                yield self._line("ERROR", refusal.to_dict())
                return
            for event in events:
                self._revision = event.revision
                kind = self._kind_of(event)
                if kind:
                    yield self._line(kind, self._shown(event.document))

    def _kind_of(self, event: Event) -> str:
        """What a change is for this watch: an object may come into its selectors, and leave them."""
        if event.kind != (self._query.resource.group, self._query.resource.plural):
            return ""
        now = event.type != "DELETED" and self._query.matches(event.document)
        before = event.before is not None and self._query.matches(event.before)
        if now:
            return "MODIFIED" if before else "ADDED"
        return "DELETED" if before else ""

    def _bookmark(self) -> Document:
        resource = self._query.resource
        metadata = {"resourceVersion": str(self._revision), "annotations": {_INITIAL_END: "true"}}
        return {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}

    @staticmethod
    def _line(kind: str, document: Document) -> bytes:
        return json.dumps({"type": kind, "object": document}).encode() + b"\n"
