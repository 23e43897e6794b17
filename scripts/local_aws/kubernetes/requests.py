"""What a request asks for, read off its path and query."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import yaml

from scripts.local_aws.kubernetes.protobuf import decode
from scripts.local_aws.kubernetes.refusals import Document, bad_request

_OBJECTS = re.compile(
    r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/[^/]+))?"
    r"/(?P<plural>[^/]+)(?:/(?P<name>[^/]+)(?:/(?P<subresource>.+))?)?"
)
_NAMESPACE_SUBRESOURCES = ("status", "finalize")


@dataclass(frozen=True)
class Request:
    """One request, with its body as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Read a request line."""
        parts = urlsplit(url)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return cls(method, unquote(parts.path), query, headers, body)

    def is_true(self, name: str) -> bool:
        """A flag of the query."""
        return self.query.get(name, "") in ("true", "1")

    @property
    def content_type(self) -> str:
        """Without parameters."""
        return self.headers.get("Content-Type", "application/json").partition(";")[0].strip()

    @property
    def accepts(self) -> list[str]:
        """Media types in the client's order."""
        return [each.strip() for each in self.headers.get("Accept", "application/json").split(",")]

    def document(self) -> Any:
        """The body: protobuf, JSON, or YAML, which contains JSON."""
        if self.content_type == "application/vnd.kubernetes.protobuf" and self.body:
            return decode(self.body)
        try:
            return json.loads(self.body) if self.body else {}
        except ValueError:
            pass
        try:
            return yaml.safe_load(self.body)
        except (yaml.YAMLError, UnicodeDecodeError):
            raise bad_request("the body of the request is neither JSON nor YAML") from None

    def mapping(self) -> Document:
        """A body that must be an object."""
        found = self.document()
        if not isinstance(found, dict) or not isinstance(found.get("metadata", {}) or {}, dict):
            raise bad_request("the body of the request is not an object")
        return found


@dataclass(frozen=True)
class ObjectPath:
    """A path below `/api/v1` or `/apis/<group>/<version>`."""

    group: str
    version: str
    plural: str
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def object_path(path: str) -> ObjectPath | None:
    """Read a path; None for every other one."""
    found = _OBJECTS.fullmatch(path)
    if found is None:
        return None
    parts = {name: value or "" for name, value in found.groupdict().items()}
    version = parts.pop("core") or parts.pop("version")
    parts.pop("version", None)
    if parts["plural"] in _NAMESPACE_SUBRESOURCES and parts["namespace"] and not parts["name"]:
        # `/api/v1/namespaces/ray/status` is a part of the namespace itself.
        return ObjectPath("", "v1", "namespaces", "", parts["namespace"], parts["plural"])
    return ObjectPath(version=version, **parts)
