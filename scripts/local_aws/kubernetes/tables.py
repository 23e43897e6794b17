"""Lists as tables, which `kubectl get` asks for: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document
from scripts.local_aws.kubernetes.resources import Resource

_AGE = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}


def _columns(text: str) -> list[Document]:
    pairs = (entry.strip().rpartition("=") for entry in text.split(",") if entry.strip())
    return [*({"name": name, "type": "string", "jsonPath": path} for name, _, path in pairs), _AGE]


_BUILTIN = {
    "configmaps": [_AGE],
    "customresourcedefinitions": [{**_AGE, "name": "Created At", "type": "string"}],
    "daemonsets": _columns("Desired=.status.desiredNumberScheduled, Ready=.status.numberReady"),
    "deployments": _columns("Wanted=.spec.replicas, Available=.status.availableReplicas"),
    "namespaces": _columns("Status=.status.phase"),
    "persistentvolumeclaims": _columns(
        "Status=.status.phase, Volume=.spec.volumeName, StorageClass=.spec.storageClassName"
    ),
    "persistentvolumes": _columns(
        "Capacity=.spec.capacity.storage, Reclaim Policy=.spec.persistentVolumeReclaimPolicy, Status=.status.phase,"
        " StorageClass=.spec.storageClassName"
    ),
    "pods": _columns("Status=.status.phase, Node=.spec.nodeName"),
    "secrets": _columns("Type=.type"),
    "services": _columns("Type=.spec.type, Cluster-IP=.spec.clusterIP"),
    "storageclasses": _columns("Provisioner=.provisioner, ReclaimPolicy=.reclaimPolicy"),
}


def table(resource: Resource, documents: Sequence[Document], *, revision: str, include: str) -> Document:
    """The table of some objects; `include` says what of each object stands in its row: Metadata, Object or None."""
    columns = _columns_of(resource)
    name = {"name": "Name", "type": "string", "format": "name", "description": "", "priority": 0}
    definitions = [name, *(_definition(column) for column in columns)]
    rows = [_row(document, columns, include) for document in documents]
    metadata = {"resourceVersion": revision}
    head = {"kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
    return {**head, "columnDefinitions": definitions, "rows": rows}


def _columns_of(resource: Resource) -> list[Document]:
    if resource.custom:
        return list(resource.columns) or [_AGE]
    return _BUILTIN.get(resource.plural, [_AGE])


def _definition(column: Document) -> Document:
    keys = {"name": "", "type": "string", "format": "", "description": "", "priority": 0}
    return {key: column.get(key, default) for key, default in keys.items()}


def _row(document: Document, columns: Sequence[Document], include: str) -> Document:
    cells = [document["metadata"]["name"], *(_cell(document, column) for column in columns)]
    row: Document = {"cells": cells}
    if include == "Object":
        row["object"] = document
    elif include != "None":
        partial = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}
        row["object"] = {**partial, "metadata": document["metadata"]}
    return row


def _cell(document: Document, column: Document) -> Any:
    value = at_path(document, column["jsonPath"])
    if value is None:
        return "" if column["type"] == "string" else None
    if column["type"] == "date":
        return _age(value)
    return str(value) if column["type"] == "string" else value


def at_path(value: Any, path: str) -> Any:
    """A value by the simple JSONPath of a column: names, indexes, and `[?(@.type=="Ready")]`."""
    for part in re.findall(r"\[\?\(.*?\)\]|\[[^\]]*\]|[^.\[\]]+(?:\\\.[^.\[\]]+)*", path):
        if value is None:
            return None
        value = _step(value, part)
    return value


def _step(value: Any, part: str) -> Any:
    condition = re.fullmatch(r"""\[\?\(@\.(\w+)\s*==\s*["'](.*)["']\)\]""", part)
    if condition:
        items = value if isinstance(value, list) else []
        return next((item for item in items if str(item.get(condition[1])) == condition[2]), None)
    name = part.strip("[]").strip("'\"").replace("\\.", ".")
    if isinstance(value, list):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
    return value.get(name) if isinstance(value, dict) else None


def _age(timestamp: str) -> str:
    then = datetime.strptime(timestamp, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    seconds = max(0, int((datetime.now(timezone.utc) - then).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
