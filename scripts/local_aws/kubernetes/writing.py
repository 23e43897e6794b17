"""Create, replace, patch and apply objects."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scripts.local_aws.kubernetes import defaults, ownership, refusals, typed, validation
from scripts.local_aws.kubernetes.claims import CLAIMS, check_growth
from scripts.local_aws.kubernetes.custom import definition_causes, established
from scripts.local_aws.kubernetes.deletion import settle
from scripts.local_aws.kubernetes.immutable import immutable_causes
from scripts.local_aws.kubernetes.metadata import completed, timestamp, with_generation, with_status, without_nulls
from scripts.local_aws.kubernetes.ownership import Manager, Owners
from scripts.local_aws.kubernetes.patches import json_patch, merge_patch, strategic_merge
from scripts.local_aws.kubernetes.refusals import Cause, Document, Refusal
from scripts.local_aws.kubernetes.resources import CRDS, Resource
from scripts.local_aws.kubernetes.store import Store


@dataclass(frozen=True)
class Options:
    """What a write's query says."""

    manager: str
    force: bool = False
    dry_run: bool = False
    strict: bool = False
    """fieldValidation=Strict: unknown fields are refused, else they are dropped."""
    subresource: str = ""


@dataclass(frozen=True)
class Target:
    """The object that a path names."""

    resource: Resource
    namespace: str
    name: str


class Writer:
    """Writes to one cluster's store."""

    def __init__(self, store: Store, version: str) -> None:
        self._store = store
        self._version = version

    def create(self, target: Target, body: Document, options: Options) -> Document:
        """POST."""
        resource = target.resource
        metadata = dict(body.get("metadata") or {})
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + secrets.token_hex(3)[:5]
        if not metadata.get("name"):
            why = "Required value: name or generateName is required"
            cause = Cause("metadata.name", "FieldValueRequired", why)
            raise refusals.invalid(resource.kind, resource.group, "", [cause])
        target = Target(resource, target.namespace, str(metadata["name"]))
        document = self._decoded(target, {**body, "metadata": metadata}, options)
        if self._store.find(resource.group, resource.plural, target.namespace, target.name):
            raise refusals.already_exists(resource.plural, resource.group, target.name)
        self._need_namespace(target)
        return self._write(target, None, document, self._owned_by_update(target, None, options), options)

    def replace(self, target: Target, body: Document, options: Options) -> Document:
        """PUT."""
        live = self.need(target)
        return self._update(target, live, self._decoded(target, body, options), options)

    def patch(self, target: Target, content_type: str, body: Any, options: Options) -> Document:
        """PATCH; apply makes an object that is not there."""
        if content_type == "application/apply-patch+yaml":
            return self._apply(target, body, options)
        live = self.need(target)
        node = target.resource.node(self._version)
        patched: Document
        if content_type == "application/json-patch+json":
            patched = json_patch(live, body)
        elif content_type == "application/merge-patch+json":
            patched = merge_patch(live, body)
        elif content_type == "application/strategic-merge-patch+json" and not target.resource.custom:
            patched = strategic_merge(live, body, node)
        else:
            raise _unsupported_patch()
        return self._update(target, live, self._decoded(target, patched, options), options)

    def need(self, target: Target) -> Document:
        """The object, or 404."""
        resource = target.resource
        found = self._store.find(resource.group, resource.plural, target.namespace, target.name)
        if found is None:
            raise absent(target)
        return found

    def _update(self, target: Target, live: Document, new: Document, options: Options) -> Document:
        resource = target.resource
        version = new["metadata"].get("resourceVersion")
        if version and version != live["metadata"]["resourceVersion"]:
            why = "the object has been modified; please apply your changes to the latest version and try again"
            raise refusals.modified(resource.plural, resource.group, target.name, why)
        if options.subresource == "status":
            new = {**live, "status": new.get("status") or {}}
        elif resource.has_status:
            new = with_status(new, live.get("status"))
        return self._write(target, live, new, self._owned_by_update(target, live, options), options)

    def _owned_by_update(self, target: Target, live: Document | None, options: Options) -> Callable[[Document], Owners]:
        manager = Manager(options.manager, "Update", target.resource.api_version, options.subresource)
        before = live or _blank(target)
        node = target.resource.node(self._version)
        return lambda document: ownership.update(before, document, manager, node)

    def _apply(self, target: Target, body: Document, options: Options) -> Document:
        resource = target.resource
        wanted = without_nulls(body)
        self._check_apply(target, wanted, options)
        live = self._store.find(resource.group, resource.plural, target.namespace, target.name)
        if live is None:
            self._need_namespace(target)
        if resource.has_status and options.subresource != "status":
            wanted = with_status(wanted, None)
        wanted["metadata"] = {"name": target.name, **wanted["metadata"]}
        manager = Manager(options.manager, "Apply", resource.api_version, options.subresource)
        node = resource.node(self._version)
        merged, owners = ownership.apply(live or _blank(target), wanted, manager, node, force=options.force)
        return self._write(target, live, merged, lambda _document: owners, options)

    def _check_apply(self, target: Target, wanted: Document, options: Options) -> None:
        resource = target.resource
        if not options.manager:
            cause = Cause("fieldManager", "FieldValueRequired", "Required value: is required for apply patch")
            raise refusals.invalid("PatchOptions", "meta.k8s.io", "", [cause])
        self._check_identity(target, wanted)
        if wanted["metadata"].get("managedFields"):
            raise refusals.bad_request("metadata.managedFields must be nil")
        errors = list(typed.apply_errors(wanted, resource.node(self._version)))
        if errors:
            place = f"{target.namespace}/{target.name}; {resource.api_version}, Kind={resource.kind}"
            words = errors[0] if len(errors) == 1 else "errors:\n" + "\n".join(f"  {error}" for error in errors)
            raise Refusal(500, "", f"failed to create typed patch object ({place}): {words}")

    def _decoded(self, target: Target, body: Document, options: Options) -> Document:
        """What the decoder makes of a body: of the right kind, and without unknown fields."""
        document = {"apiVersion": target.resource.api_version, "kind": target.resource.kind, **body}
        document["metadata"] = dict(document.get("metadata") or {})
        self._check_identity(target, document)
        kind, version = target.resource.kind, target.resource.version
        begin = f'{kind} in version "{version}" cannot be handled as a {kind}: '
        node = target.resource.node(self._version)
        unknown = [f'unknown field "{path}"' for path in typed.unknown_fields(document, node)]
        if unknown and options.strict:
            raise refusals.bad_request(begin + "strict decoding error: " + ", ".join(unknown))
        errors = [] if target.resource.custom else list(typed.apply_errors(typed.prune(document, node), node))
        if errors:
            raise refusals.bad_request(begin + errors[0].removeprefix("."))
        return document

    def _check_identity(self, target: Target, document: Document) -> None:
        resource = target.resource
        given = (document.get("apiVersion"), document.get("kind"))
        if given != (resource.api_version, resource.kind):
            why = f"{given[1]} of {given[0]}, wanted {resource.kind} of {resource.api_version}"
            raise refusals.bad_request(f"the object's kind does not match the request: {why}")
        metadata = document["metadata"]
        for field, wanted in (("name", target.name), ("namespace", target.namespace)):
            found = metadata.get(field)
            if found and found != wanted:
                why = f"the {field} of the object ({found}) does not match the {field} on the URL ({wanted})"
                raise refusals.bad_request(why)

    def _need_namespace(self, target: Target) -> None:
        if not target.namespace:
            return
        namespace = self._store.find("", "namespaces", "", target.namespace)
        if namespace is None:
            raise refusals.not_found("namespaces", "", target.namespace)
        if "deletionTimestamp" in namespace["metadata"]:
            resource = target.resource
            why = f"unable to create new content in namespace {target.namespace} because it is being terminated"
            message = f'{refusals.qualified(resource.plural, resource.group)} "{target.name}" is forbidden: {why}'
            raise refusals.forbidden(message, resource.plural, resource.group, target.name)

    def _write(
        self,
        target: Target,
        live: Document | None,
        document: Document,
        owners: Callable[[Document], Owners],
        options: Options,
    ) -> Document:
        """Fill in, judge and store; an object that stays the same keeps its version."""
        now = timestamp()
        complete = self._completed(target, live, document, now)
        entries = ownership.entries(owners(complete), live or {}, now)
        complete["metadata"]["managedFields"] = entries
        if complete == live or options.dry_run:
            return complete
        resource = target.resource
        stored = self._store.put(resource.group, resource.plural, complete)
        return settle(self._store, resource, stored)

    def _completed(self, target: Target, live: Document | None, document: Document, now: str) -> Document:
        resource = target.resource
        node = resource.node(self._version)
        complete: Document = typed.prune(document, node)
        complete["metadata"] = completed(target.name, target.namespace, live, complete["metadata"], now)
        complete["metadata"].pop("managedFields", None)
        if live is None and resource.has_status:
            complete = with_status(complete, None)
        if resource.custom:
            complete = defaults.with_schema_defaults(complete, node)
        else:
            complete = defaults.with_own_defaults(complete)
        if live is not None and resource.plural == CLAIMS:
            check_growth(live, complete, lambda name: self._store.find("storage.k8s.io", "storageclasses", "", name))
        causes = [*validation.metadata_causes(complete, resource.group), *validation.schema_causes(complete, node)]
        if not causes and not resource.custom:
            causes = list(validation.selector_causes(complete))
            causes += immutable_causes(resource.plural, live, complete) if live else []
        if not causes and resource.plural == CRDS:
            causes = list(definition_causes(complete))
            complete = complete if causes else established(complete, now)
        if causes:
            raise refusals.invalid(resource.kind, resource.group, target.name, causes)
        return with_generation(complete, live, has_spec="spec" in node.properties)


def absent(target: Target) -> Refusal:
    """404 for an object; of pods with the reason."""
    resource = target.resource
    because = ": the embedded AWS runs no pods" if resource.plural == "pods" else ""
    return refusals.not_found(resource.plural, resource.group, target.name, because)


def _blank(target: Target) -> Document:
    resource = target.resource
    return {"apiVersion": resource.api_version, "kind": resource.kind, "metadata": {"name": target.name}}


def _unsupported_patch() -> Refusal:
    accepted = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
    why = f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    return Refusal(415, "UnsupportedMediaType", why)
