"""Makes JSON Schema of the schema of a custom resource definition.

What the server does before it validates is done here: fields with a default are not required, and unknown fields are
errors, as `kubectl apply` has them with strict field validation. Source:
https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.manifests.check.structural import CEL, MAP_KEYS

_KEPT = frozenset({
    "type", "enum", "pattern", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
    "uniqueItems", "minProperties", "maxProperties",
})  # fmt: skip


def packed_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a structural schema."""
    packed = {key: value for key, value in schema.items() if key in _KEPT}
    if schema.get("x-kubernetes-int-or-string"):
        packed["anyOf"] = [{"type": "integer"}, {"type": "string"}]
        packed.pop("type", None)
    if schema.get("nullable") and "type" in packed:
        packed["type"] = [packed["type"], "null"]
    if "items" in schema:
        packed["items"] = packed_schema(schema["items"])
    _add_list_rules(schema, packed)
    _add_properties(schema, packed)
    if rules := schema.get("x-kubernetes-validations"):
        packed[CEL] = [[rule["rule"], rule.get("message", rule["rule"])] for rule in rules]
    return packed


def _add_list_rules(schema: Mapping[str, Any], packed: dict[str, Any]) -> None:
    if schema.get("x-kubernetes-list-type") == "set":
        packed["uniqueItems"] = True
    if schema.get("x-kubernetes-list-type") == "map":
        properties = schema.get("items", {}).get("properties", {})
        keys = schema.get("x-kubernetes-list-map-keys", [])
        packed[MAP_KEYS] = [[key, properties.get(key, {}).get("default")] for key in keys]


def _add_properties(schema: Mapping[str, Any], packed: dict[str, Any]) -> None:
    properties: Mapping[str, Any] = schema.get("properties", {})
    if properties:
        packed["properties"] = {name: _property(name, inner) for name, inner in properties.items()}
    if required := [name for name in schema.get("required", []) if "default" not in properties.get(name, {})]:
        packed["required"] = required
    extra = schema.get("additionalProperties")
    if isinstance(extra, Mapping):
        packed["additionalProperties"] = packed_schema(extra)
    elif schema.get("type") == "object" and not schema.get("x-kubernetes-preserve-unknown-fields") and extra is None:
        packed["additionalProperties"] = False


def _property(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The server knows the fields of metadata where the definition names none."""
    return {"type": "object"} if name == "metadata" and not schema.get("properties") else packed_schema(schema)
