"""OpenAPI documents: enough for kubectl and helm, which look here whether a write can be tried and validated by the
server, and for the schemas of kinds.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document, no_resource
from scripts.local_aws.kubernetes.resources import Resource
from scripts.local_aws.kubernetes.schema import OBJECT_META, definitions_of, with_metadata

_PATCHES = (
    "application/apply-patch+yaml",
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
)
_PARAMETERS = ("dryRun", "fieldManager", "fieldValidation", "force")
_COMPONENTS = "#/components/schemas/"


NO_SCHEMAS = {"swagger": "2.0", "info": {"title": "Kubernetes"}, "paths": {}, "definitions": {}}
"""`/openapi/v2`, where kubectl looks for kinds that version 3 does not have. As protobuf, that is 0 bytes."""

OLD_PROTOBUF = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
OLD_PROTOBUF_ANSWER = OLD_PROTOBUF.replace("@", ".")
"""Clients take no `@` in an answer's type."""


def index(resources: Sequence[Resource]) -> Document:
    """`/openapi/v3`: one document for each version of a group."""
    paths = {_place(each) for each in resources}
    return {"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}?hash={_hash(place)}"} for place in paths}}


def _hash(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:16].upper()


def _place(resource: Resource) -> str:
    return f"apis/{resource.api_version}" if resource.group else f"api/{resource.version}"


def document(place: str, resources: Sequence[Resource], version: str) -> Document:
    """`/openapi/v3/apis/<group>/<version>`."""
    found = [each for each in resources if _place(each) == place]
    if not found:
        raise no_resource()
    paths = {path: operations for each in found for path, operations in _paths(each)}
    schemas = _schemas(found, version)
    info = {"title": "Kubernetes", "version": f"v{version}"}
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _paths(resource: Resource) -> Iterator[tuple[str, Document]]:
    middle = "/namespaces/{namespace}" if resource.namespaced else ""
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in _PARAMETERS]
    operation = {"x-kubernetes-group-version-kind": kind, "parameters": parameters, "responses": {}}
    body = {"content": {patch: {"schema": {"type": "object"}} for patch in _PATCHES}}
    one = {
        "get": {**operation, "x-kubernetes-action": "get", "parameters": []},
        "put": {**operation, "x-kubernetes-action": "put"},
        "patch": {**operation, "x-kubernetes-action": "patch", "requestBody": body},
        "delete": {**operation, "x-kubernetes-action": "delete"},
    }
    yield f"/{_place(resource)}{middle}/{resource.plural}", {"post": {**operation, "x-kubernetes-action": "post"}}
    yield f"/{_place(resource)}{middle}/{resource.plural}/{{name}}", one


def _schemas(resources: Sequence[Resource], version: str) -> Document:
    definitions = definitions_of(version)
    found: Document = {}
    for resource in resources:
        if resource.custom:
            found[_custom_name(resource)] = _custom_schema(resource)
            _add(OBJECT_META, definitions, found)
        elif resource.definition not in found:
            _add(resource.definition, definitions, found)
    return found


def _custom_name(resource: Resource) -> str:
    return ".".join([*reversed(resource.group.split(".")), resource.version, resource.kind])


def _custom_schema(resource: Resource) -> Document:
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    text = json.dumps(with_metadata(resource.schema)).replace('"#/$defs/', f'"{_COMPONENTS}')
    return {**_plain(json.loads(text)), "x-kubernetes-group-version-kind": [kind]}


def _add(name: str, definitions: Mapping[str, Any], found: Document) -> None:
    """Copy a definition and what it refers to."""
    text = json.dumps(definitions[name]).replace('"#/$defs/', f'"{_COMPONENTS}')
    found[name] = _plain(json.loads(text))
    for part in text.split(f'"{_COMPONENTS}')[1:]:
        other = part.partition('"')[0]
        if other not in found:
            _add(other, definitions, found)


def _plain(value: Any) -> Any:
    """OpenAPI's spelling of what the definitions spell as JSON schema: one type, and no null."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _plain(child) for name, child in value.items()}
    types = plain.get("type")
    if isinstance(types, list) and all(isinstance(each, str) for each in types):
        plain["type"] = next(each for each in types if each != "null")
    if "$ref" in plain and len(plain) > 1:
        return {"allOf": [{"$ref": plain.pop("$ref")}], **plain}
    return plain
