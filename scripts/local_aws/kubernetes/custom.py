"""What the API server does with a CustomResourceDefinition: judge it, and say that it is in force."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.local_aws.kubernetes.refusals import Cause, Document


def definition_causes(crd: Document) -> Iterator[Cause]:
    """The rules that a definition breaks."""
    spec = crd["spec"]
    names, name = spec["names"], crd["metadata"]["name"]
    wanted = f"{names['plural']}.{spec['group']}"
    if name != wanted:
        why = f'Invalid value: "{name}": must be spec.names.plural+"."+spec.group'
        yield Cause("metadata.name", "FieldValueInvalid", why)
    if spec["scope"] not in ("Cluster", "Namespaced"):
        why = f'Unsupported value: "{spec["scope"]}": supported values: "Cluster", "Namespaced"'
        yield Cause("spec.scope", "FieldValueNotSupported", why)
    if sum(bool(version.get("storage")) for version in spec["versions"]) != 1:
        why = "Invalid value: must have exactly one version marked as storage version"
        yield Cause("spec.versions", "FieldValueInvalid", why)
    for index, version in enumerate(spec["versions"]):
        path = f"spec.versions[{index}].schema.openAPIV3Schema"
        schema = (version.get("schema") or {}).get("openAPIV3Schema")
        if not schema:
            yield Cause(path, "FieldValueRequired", "Required value: schemas are required")
        else:
            yield from _structural_causes(schema, path)


def _structural_causes(schema: Any, path: str) -> Iterator[Cause]:
    """https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema"""
    free = schema.get("x-kubernetes-int-or-string") or schema.get("x-kubernetes-preserve-unknown-fields")
    if "type" not in schema and not free:
        yield Cause(
            f"{path}.type", "FieldValueRequired", "Required value: must not be empty for specified object fields"
        )
    if schema.get("additionalProperties") is False:
        why = "Forbidden: must not be used if set to false"
        yield Cause(f"{path}.additionalProperties", "FieldValueForbidden", why)
    for name, child in (schema.get("properties") or {}).items():
        yield from _structural_causes(child, f"{path}.properties[{name}]")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from _structural_causes(schema[name], f"{path}.{name}")


def established(crd: Document, now: str) -> Document:
    """The definition with the status that the API server gives it."""
    names = {"singular": crd["spec"]["names"]["kind"].lower(), "listKind": f"{crd['spec']['names']['kind']}List"}
    names |= crd["spec"]["names"]
    spec = {"conversion": {"strategy": "None"}, **crd["spec"], "names": names}
    stored = [version["name"] for version in spec["versions"] if version.get("storage")]
    before = {each["type"]: each for each in (crd.get("status") or {}).get("conditions", [])}
    conditions = [
        before.get(kind)
        or {"type": kind, "status": "True", "reason": reason, "message": message, "lastTransitionTime": now}
        for kind, reason, message in (
            ("NamesAccepted", "NoConflicts", "no conflicts found"),
            ("Established", "InitialNamesAccepted", "the initial names have been accepted"),
        )
    ]
    status = {"acceptedNames": names, "conditions": conditions, "storedVersions": stored}
    return {**crd, "spec": spec, "status": status}
