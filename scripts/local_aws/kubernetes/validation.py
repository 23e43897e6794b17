"""Rules that an object must keep before it is stored: those of its schema, and of every name and label.

The words are those of https://github.com/kubernetes/kubernetes/tree/master/staging/src/k8s.io/apimachinery/pkg/util/validation
and of the OpenAPI validator of custom resources. Rules in CEL (`x-kubernetes-validations`) are not evaluated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scripts.local_aws.kubernetes.refusals import Cause, Document
from scripts.local_aws.kubernetes.schema import Node
from scripts.local_aws.kubernetes.typed import is_scalar

_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PATH_SEGMENT = re.compile(r"(?!\.{1,2}$)[^/%]+")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and"
    " end with an alphanumeric character (e.g. 'example.com', regex used for validation is"
    r" '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL_RULE = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and"
    " end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is"
    " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
)
_FREE_NAMES = "rbac.authorization.k8s.io"
"""Names of this group are path segments: `system:node`."""


def metadata_causes(document: Document, group: str) -> Iterator[Cause]:
    """What is wrong with the name and the labels."""
    metadata = document["metadata"]
    name = metadata["name"]
    pattern = _PATH_SEGMENT if group == _FREE_NAMES else _SUBDOMAIN
    if not pattern.fullmatch(name):
        yield _invalid_value("metadata.name", name, _SUBDOMAIN_RULE)
    elif len(name) > 253:
        yield _invalid_value("metadata.name", name, "must be no more than 253 bytes")
    for value in (metadata.get("labels") or {}).values():
        if len(value) > 63:
            yield _invalid_value("metadata.labels", value, "must be no more than 63 bytes")
        if not _LABEL_VALUE.fullmatch(value):
            yield _invalid_value("metadata.labels", value, _LABEL_RULE)


def selector_causes(document: Document) -> Iterator[Cause]:
    """The pods of a workload must be those that it selects."""
    spec = document.get("spec") or {}
    selector = spec.get("selector")
    if not isinstance(selector, Mapping) or "template" not in spec:
        return
    labels = spec["template"].get("metadata", {}).get("labels") or {}
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        why = "`selector` does not match template `labels`"
        yield _invalid_value("spec.template.metadata.labels", labels, why)


def schema_causes(value: Any, node: Node, path: str = "") -> Iterator[Cause]:
    """What is wrong with a value by its schema."""
    if value is None:
        return
    if not _has_type(value, node):
        why = f"{path} in body must be of type {node.type}: {json.dumps(_type_name(value))}"
        yield Cause(path, "FieldValueTypeInvalid", f"Invalid value: {json.dumps(_type_name(value))}: {why}")
        return
    yield from _own_causes(value, node, path)
    if isinstance(value, dict):
        for name, child in value.items():
            schema = node.field(name)
            if schema is not None:
                yield from schema_causes(child, schema, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and node.shape == "list":
        for index, item in enumerate(value):
            yield from schema_causes(item, node.item, f"{path}[{index}]")


def _has_type(value: Any, node: Node) -> bool:
    if node.shape == "object":
        return isinstance(value, dict)
    if node.shape == "list":
        return isinstance(value, list)
    return node.shape == "any" or is_scalar(value, node.type)


def _type_name(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}
    return names.get(type(value), "null")


def _own_causes(value: Any, node: Node, path: str) -> Iterator[Cause]:
    if isinstance(value, dict):
        for name in node.required:
            if value.get(name) is None:
                yield Cause(f"{path}.{name}" if path else name, "FieldValueRequired", "Required value")
    supported = node.raw.get("enum")
    if supported and value not in supported:
        words = ", ".join(json.dumps(word) for word in supported)
        why = f"Unsupported value: {json.dumps(value)}: supported values: {words}"
        yield Cause(path, "FieldValueNotSupported", why)
    for rule, (broken, words) in _RULES.items():
        limit = node.raw.get(rule)
        if limit is not None and not isinstance(value, bool) and broken(value, limit):
            yield _invalid_value(path, value, f"{path} in body {words.format(limit)}")


def _of(*types: type) -> Callable[[Callable[[Any, Any], bool]], Callable[[Any, Any], bool]]:
    return lambda broken: lambda value, limit: isinstance(value, types) and broken(value, limit)


_RULES: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "minimum": (_of(int, float)(lambda value, limit: value < limit), "should be greater than or equal to {}"),
    "maximum": (_of(int, float)(lambda value, limit: value > limit), "should be less than or equal to {}"),
    "minLength": (_of(str)(lambda value, limit: len(value) < limit), "should be at least {} chars long"),
    "maxLength": (_of(str)(lambda value, limit: len(value) > limit), "should be at most {} chars long"),
    "minItems": (_of(list)(lambda value, limit: len(value) < limit), "should have at least {} items"),
    "maxItems": (_of(list)(lambda value, limit: len(value) > limit), "should have at most {} items"),
    "pattern": (_of(str)(lambda value, limit: re.search(limit, value) is None), "should match '{}'"),
}


def _invalid_value(path: str, value: Any, why: str) -> Cause:
    return Cause(path, "FieldValueInvalid", f"Invalid value: {json.dumps(value)}: {why}")
