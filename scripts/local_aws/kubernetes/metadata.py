"""What the server says of an object, whatever its client says: metadata, generation and status."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document

_SYSTEM = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "namespace")


def timestamp() -> str:
    """Now, as objects say it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def with_status(document: Document, status: Any) -> Document:
    """A document with another status, or with none."""
    rest = {name: value for name, value in document.items() if name != "status"}
    return {**rest, "status": status} if status is not None else rest


def completed(name: str, namespace: str, live: Document | None, metadata: Mapping[str, Any], now: str) -> Document:
    """The client's metadata, with what only the server may say."""
    own = {field: value for field, value in metadata.items() if field not in (*_SYSTEM, "resourceVersion", "selfLink")}
    own["name"] = name
    if live is None:
        system = {"uid": str(uuid.uuid4()), "creationTimestamp": now}
        if namespace:
            system["namespace"] = namespace
    else:
        system = {field: live["metadata"][field] for field in _SYSTEM if field in live["metadata"]}
        system["resourceVersion"] = live["metadata"]["resourceVersion"]
    return {**own, **system}


def with_generation(document: Document, live: Document | None, *, has_spec: bool) -> Document:
    """`metadata.generation` counts the changes of everything but metadata and status."""
    if not has_spec and "spec" not in document:
        return document
    metadata = document["metadata"]
    number = int(metadata.get("generation", 0)) or 1
    if live is not None and _wanted(live) != _wanted(document):
        number += 1
    return {**document, "metadata": {**metadata, "generation": number}}


def _wanted(document: Document) -> Document:
    return {name: value for name, value in document.items() if name not in ("metadata", "status")}


def without_nulls(value: Any) -> Any:
    """Without nulls: a field without a value is not applied."""
    if isinstance(value, dict):
        return {name: without_nulls(child) for name, child in value.items() if child is not None}
    return [without_nulls(child) for child in value] if isinstance(value, list) else value
