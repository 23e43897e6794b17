"""From an HTTP request to a call, after botocore's models of the services.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.model import ListShape, OperationNotFoundError, ServiceModel, Shape, StructureShape

from tests.iam_gate import rest
from tests.iam_gate.checks import Call, UntranslatableError

_CREDENTIAL = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
_TARGETS = {"secretsmanager": "secretsmanager", "ssm": "AmazonSSM", "kms": "TrentService"}
"""Services that speak JSON, and how they begin X-Amz-Target."""

Tree = dict[str, Any]


@dataclass(frozen=True)
class HttpRequest:
    """What came in."""

    method: str
    target: str
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def scope(self) -> tuple[str, str, str] | None:
        """Access key id, region and service of the signature; None for an unsigned request."""
        found = _CREDENTIAL.match(self.headers.get("authorization", ""))
        return (found[1], found[2], found[3]) if found else None


def read_call(request: HttpRequest, account_id: str) -> Call:
    """What is called, with which parameters. Raises UntranslatableError."""
    if request.scope is None:
        raise UntranslatableError("not signed")
    key_id, region, service = request.scope
    if service in _TARGETS:
        operation, parameters = _json(request, _TARGETS[service])
    elif service in ("ec2", "iam", "sts"):
        operation, parameters = _query(request, service)
    elif service in rest.READERS:
        operation, parameters = rest.READERS[service](request.method, request.target, request.headers, request.body)
    else:
        raise UntranslatableError(f"service {service}")
    return Call(key_id, service, region, operation, parameters, account_id)


def _json(request: HttpRequest, wanted: str) -> tuple[str, Tree]:
    prefix, _, operation = request.headers.get("x-amz-target", "").partition(".")
    if prefix != wanted or not operation or request.target != "/":
        raise UntranslatableError(f"X-Amz-Target {prefix} at {request.target}, signed for {wanted}")
    return operation, json.loads(request.body or b"{}", object_pairs_hook=_once)


def _query(request: HttpRequest, service: str) -> tuple[str, Tree]:
    path, _, query = request.target.partition("?")
    if path != "/" or "x-amz-target" in request.headers:
        raise UntranslatableError(f"two ways to name an operation at {path}")
    fields = _once(
        parse_qsl(query, keep_blank_values=True)
        + parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=bool(request.body))
    )
    operation, _ = fields.pop("Action", ""), fields.pop("Version", "")
    try:
        shape = _model(service).operation_model(operation).input_shape
    except OperationNotFoundError:
        raise UntranslatableError(f"{service}:{operation}") from None
    parameters = _Reader(service == "ec2").read(shape, _tree(fields)) if shape is not None else {}
    return operation, parameters


def _once(pairs: list[tuple[str, Any]]) -> Tree:
    """Readers differ about what a name means that comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UntranslatableError("a parameter comes twice")
    return found


@lru_cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _tree(fields: Mapping[str, str]) -> Tree:
    """`{"Filter.1.Name": "x"}` as `{"Filter": {"1": {"Name": "x"}}}`."""
    root: Tree = {}
    for name, value in fields.items():
        *path, last = name.split(".")
        place = root
        for part in path:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise UntranslatableError(f"parameter {name}")
        if last in place:
            raise UntranslatableError(f"parameter {name}")
        place[last] = value
    return root


@dataclass(frozen=True)
class _Reader:
    """Undoes the serializer of the EC2 or of the Query protocol; what it would not write is refused."""

    ec2: bool

    def read(self, shape: Shape, found: Any) -> Any:
        """A parameter in the shape that boto3 takes."""
        if isinstance(shape, StructureShape):
            return self._structure(shape, _branch(shape, found))
        if isinstance(shape, ListShape):
            return self._list(shape, found)
        if not isinstance(found, str):
            raise UntranslatableError(f"parameter of shape {shape.name}")
        return found

    def _structure(self, shape: StructureShape, found: Tree) -> Tree:
        left = dict(found)
        names = {self._name(member, name): name for name, member in shape.members.items()}
        unknown = left.keys() - names.keys()
        if unknown:
            raise UntranslatableError(f"parameters {sorted(unknown)}")
        return {names[wire]: self.read(shape.members[names[wire]], value) for wire, value in left.items()}

    def _list(self, shape: ListShape, found: Any) -> list[Any]:
        if found == "":
            return []
        items = _branch(shape, found)
        if not self.ec2 and not shape.serialization.get("flattened"):
            items = _branch(shape, items.get(shape.member.serialization.get("name", "member")))
        if not all(index.isdecimal() for index in items):
            raise UntranslatableError(f"list {shape.name}")
        return [self.read(shape.member, items[index]) for index in sorted(items, key=int)]

    def _name(self, member: Shape, name: str) -> str:
        written: str = member.serialization.get("name", name)
        if not self.ec2:
            return written
        query: str = member.serialization.get("queryName", written[:1].upper() + written[1:])
        return query


def _branch(shape: Shape, found: Any) -> Tree:
    if not isinstance(found, dict):
        raise UntranslatableError(f"parameter of shape {shape.name}")
    return found
