"""Answers one request to the API of one cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.local_aws.kubernetes import discovery, openapi, refusals, reviews, rights
from scripts.local_aws.kubernetes.deletion import delete
from scripts.local_aws.kubernetes.reading import Query, Watch, listing, representation
from scripts.local_aws.kubernetes.refusals import Document
from scripts.local_aws.kubernetes.requests import ObjectPath, Request, object_path
from scripts.local_aws.kubernetes.resources import Resource, find_resource, resources
from scripts.local_aws.kubernetes.rights import Caller, Wish
from scripts.local_aws.kubernetes.store import Store
from scripts.local_aws.kubernetes.writing import Options, Target, Writer

FIRST_NAMESPACES = ("default", "kube-node-lease", "kube-public", "kube-system")
_NEEDS_PODS = ("attach", "exec", "log", "portforward", "proxy", "eviction", "ephemeralcontainers", "resize", "binding")
_HEALTH = ("/healthz", "/livez", "/readyz")
_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}


@dataclass(frozen=True)
class Answer:
    """A document, or a text; `lines` is what a watch goes on to say."""

    code: int
    body: Document | str
    lines: Iterator[bytes] | None = None
    content_type: str = "application/json"


class Api:
    """The API of one cluster of a Kubernetes version."""

    def __init__(self, store: Store, version: str) -> None:
        self._store = store
        self._version = version
        self._writer = Writer(store, version)
        for name in FIRST_NAMESPACES:
            self._make_namespace(name)

    def _make_namespace(self, name: str) -> None:
        resource = find_resource(self._store, "", "v1", "namespaces")
        if resource and self._store.find("", "namespaces", "", name) is None:
            self._writer.create(Target(resource, "", name), {"metadata": {"name": name}}, Options("kube-apiserver"))

    def answer(self, request: Request, caller: Caller) -> Answer:
        """Serve one request, or raise a Refusal."""
        if request.path in _HEALTH:
            return Answer(200, "ok", content_type="text/plain")
        if request.path == "/version":
            return Answer(200, discovery.version_info(self._version))
        if request.path.startswith("/openapi/"):
            return self._openapi(request)
        path = object_path(request.path)
        if path is None:
            return self._discovery(request)
        resource = find_resource(self._store, path.group, path.version, path.plural)
        if resource is None or (path.namespace and not resource.namespaced):
            raise refusals.no_resource()
        rights.check(self._store, caller, _wish(request, path))
        if resource.create_only:
            return Answer(201, reviews.answer(self._store, caller, request.mapping()))
        return self._objects(request, path, resource)

    def _openapi(self, request: Request) -> Answer:
        served = resources(self._store)
        if request.path == "/openapi/v3":
            return Answer(200, openapi.index(served))
        if request.path.startswith("/openapi/v3/"):
            place = request.path.removeprefix("/openapi/v3/")
            return Answer(200, openapi.document(place, served, self._version))
        if request.path != "/openapi/v2":
            raise refusals.no_resource()
        if openapi.OLD_PROTOBUF in request.accepts:
            return Answer(200, "", content_type=openapi.OLD_PROTOBUF_ANSWER)
        return Answer(200, openapi.NO_SCHEMAS)

    def _discovery(self, request: Request) -> Answer:
        root = request.path.rstrip("/")
        if root not in ("/api", "/apis") and not root.startswith(("/api/", "/apis/")):
            raise refusals.no_resource()
        served = resources(self._store)
        wanted = discovery.AGGREGATED_TYPE in (each.replace(" ", "") for each in request.accepts)
        if wanted and root in ("/api", "/apis"):
            return Answer(200, discovery.aggregated(root, served), content_type=discovery.AGGREGATED_TYPE)
        return Answer(200, discovery.legacy(root, served))

    def _objects(self, request: Request, path: ObjectPath, resource: Resource) -> Answer:
        if path.subresource.partition("/")[0] in _NEEDS_PODS:
            raise refusals.runs_nothing(path.subresource.partition("/")[0])
        if path.subresource not in ("", "status", "finalize"):
            raise refusals.no_resource()
        if request.method in ("GET", "HEAD"):
            return self._read(request, path, resource)
        if request.method == "DELETE":
            return self._delete(request, path, resource)
        return self._write(request, path, resource)

    def _read(self, request: Request, path: ObjectPath, resource: Resource) -> Answer:
        query = Query.of(resource, path, request)
        if request.is_true("watch"):
            return Answer(200, {}, lines=Watch(self._store, query, request).lines())
        if not path.name:
            return Answer(200, listing(self._store, query, request))
        found = self._writer.need(Target(resource, path.namespace, path.name))
        return Answer(200, representation(request, query, self._store.revision)(found))

    def _write(self, request: Request, path: ObjectPath, resource: Resource) -> Answer:
        target = Target(resource, path.namespace, path.name)
        options = _options(request, path)
        if resource.namespaced and not path.namespace:
            raise refusals.bad_request("an empty namespace may not be set during creation")
        if request.method == "POST":
            made = self._writer.create(target, request.mapping(), options)
            return Answer(201, made)
        if not path.name:
            raise refusals.Refusal(405, "MethodNotAllowed", "the server does not allow this method on the resource")
        if request.method == "PUT":
            return Answer(200, self._writer.replace(target, request.mapping(), options))
        existed = self._store.find(resource.group, resource.plural, path.namespace, path.name) is not None
        patch: Any = request.document() if request.content_type.startswith("application/json-p") else request.mapping()
        return Answer(200 if existed else 201, self._writer.patch(target, request.content_type, patch, options))

    def _delete(self, request: Request, path: ObjectPath, resource: Resource) -> Answer:
        options = {**request.query, **request.mapping()}
        if path.name:
            target = Target(resource, path.namespace, path.name)
            return self._delete_one(target, self._writer.need(target), options)
        query = Query.of(resource, path, request)
        found = query.found(self._store)
        for document in found:
            metadata = document["metadata"]
            live = self._store.find(resource.group, resource.plural, metadata.get("namespace", ""), metadata["name"])
            if live is not None:
                delete(self._store, resource, live, options)
        return Answer(200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"})

    def _delete_one(self, target: Target, live: Document, options: Document) -> Answer:
        resource = target.resource
        if not delete(self._store, resource, live, options):
            return Answer(200, self._writer.need(target))
        details = {
            "name": target.name,
            "group": resource.group,
            "kind": resource.plural,
            "uid": live["metadata"]["uid"],
        }
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"}
        return Answer(200, {**status, "details": {name: value for name, value in details.items() if value}})


def _wish(request: Request, path: ObjectPath) -> Wish:
    verb = _VERBS.get(request.method) or ("get" if path.name else "list")
    if request.is_true("watch"):
        verb = "watch"
    if verb == "delete" and not path.name:
        verb = "deletecollection"
    namespace = path.name if path.plural == "namespaces" else path.namespace
    return Wish(verb, path.group, path.plural, path.subresource, namespace, path.name)


def _options(request: Request, path: ObjectPath) -> Options:
    query = request.query
    agent = request.headers.get("User-Agent", "unknown").partition("/")[0]
    applies = request.content_type == "application/apply-patch+yaml"
    return Options(
        manager=query.get("fieldManager") or ("" if applies else agent),
        force=request.is_true("force"),
        dry_run=bool(query.get("dryRun")),
        strict=query.get("fieldValidation") == "Strict",
        subresource=path.subresource,
    )
