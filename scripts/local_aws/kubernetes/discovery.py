"""What the API serves, as clients find it out.

https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document, no_resource
from scripts.local_aws.kubernetes.resources import VERBS, Resource

AGGREGATED = "apidiscovery.k8s.io"
AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def version_info(version: str) -> Document:
    """`/version` of a cluster of EKS."""
    major, minor = version.split(".")[:2]
    name = f"v{major}.{minor}.0-eks-rayform"
    return {
        "major": major,
        "minor": minor,
        "gitVersion": name,
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "",
        "goVersion": "",
        "compiler": "",
        "platform": "linux/amd64",
    }


def legacy(path: str, resources: Sequence[Resource]) -> Document:
    """`/api`, `/apis` and one version of a group, each a document of its own."""
    parts = path.strip("/").split("/")
    if parts == ["api"]:
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if parts == ["apis"]:
        groups = [_group(name, of_group) for name, of_group in _by_group(resources) if name]
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}
    group, version = ("", parts[1]) if parts[0] == "api" else (parts[1], parts[2] if len(parts) > 2 else "")
    found = [each for each in resources if each.group == group and version in ("", each.version)]
    if not found:
        raise no_resource()
    if not version:
        return {"kind": "APIGroup", "apiVersion": "v1", **_group(group, found)}
    listed = [entry for each in found for entry in _entries(each)]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": found[0].api_version,
        "resources": listed,
    }


def _by_group(resources: Sequence[Resource]) -> list[tuple[str, list[Resource]]]:
    ordered = sorted(resources, key=lambda each: each.group)
    return [(name, list(found)) for name, found in groupby(ordered, key=lambda each: each.group)]


def _group(name: str, resources: Sequence[Resource]) -> Document:
    versions = [
        {"groupVersion": f"{name}/{version}", "version": version}
        for version in dict.fromkeys(each.version for each in resources)
    ]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _entries(resource: Resource) -> list[Document]:
    entry: Document = {
        "name": resource.plural,
        "singularName": resource.kind.lower(),
        "namespaced": resource.namespaced,
        "kind": resource.kind,
        "verbs": ["create"] if resource.create_only else list(VERBS),
    }
    if resource.short_names:
        entry["shortNames"] = list(resource.short_names)
    if resource.categories:
        entry["categories"] = list(resource.categories)
    if not resource.has_status:
        return [entry]
    status = {"name": f"{resource.plural}/status", "singularName": "", "namespaced": resource.namespaced}
    return [entry, {**status, "kind": resource.kind, "verbs": ["get", "patch", "update"]}]


def aggregated(path: str, resources: Sequence[Resource]) -> Document:
    """Everything below `/api` or `/apis` in one document."""
    core = path.strip("/") == "api"
    groups = [_discovered(name, found) for name, found in _by_group(resources) if (name == "") is core]
    return {"kind": "APIGroupDiscoveryList", "apiVersion": f"{AGGREGATED}/v2", "metadata": {}, "items": groups}


def _discovered(name: str, resources: Sequence[Resource]) -> Document:
    versions = []
    for version in dict.fromkeys(each.version for each in resources):
        found = [_discovered_resource(each) for each in resources if each.version == version]
        versions.append({"version": version, "resources": found, "freshness": "Current"})
    return {"metadata": {"name": name, "creationTimestamp": None}, "versions": versions}


def _discovered_resource(resource: Resource) -> Document:
    entry, *status = _entries(resource)
    kind = {"group": resource.group, "version": resource.version, "kind": resource.kind}
    found: dict[str, Any] = {
        "resource": entry["name"],
        "responseKind": kind,
        "scope": "Namespaced" if resource.namespaced else "Cluster",
        "singularResource": entry["singularName"],
        "verbs": entry["verbs"],
    }
    found |= {name: entry[name] for name in ("shortNames", "categories") if name in entry}
    if status:
        found["subresources"] = [{"subresource": "status", "responseKind": kind, "verbs": status[0]["verbs"]}]
    return found
