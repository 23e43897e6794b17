"""Bodies in Kubernetes' protobuf encoding, of the few kinds that kubectl and helm send so.

helm keeps its releases in Secrets, `kubectl create namespace`, `kubectl auth` and helm's deletions send the others.
https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
Numbers of fields: https://github.com/kubernetes/api (generated.proto of each group)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document, Refusal

_MAGIC = b"k8s\x00"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class _Field:
    name: str
    read: Callable[[Any], Any]
    repeated: bool = False
    is_map: bool = False


_Message = Mapping[int, _Field]


def _text(value: bytes) -> str:
    return value.decode()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _time(value: bytes) -> str | None:
    parts = dict(_parts(value))
    if not parts:
        return None
    return datetime.fromtimestamp(parts.get(1, 0), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fields_v1(value: bytes) -> Any:
    return json.loads(dict(_parts(value))[1])


def _message(fields: _Message) -> Callable[[bytes], Document]:
    return lambda value: _read(value, fields)


def _strings(name: str) -> _Field:
    return _Field(name, _text, repeated=True)


def _map(name: str, read: Callable[[bytes], Any] = _text) -> _Field:
    return _Field(name, read, is_map=True)


def _texts(*names: str, start: int = 1) -> dict[int, _Field]:
    return {number: _Field(name, _text) for number, name in enumerate(names, start)}


_OWNER: _Message = {
    1: _Field("kind", _text),
    **_texts("name", "uid", "apiVersion", start=3),
    6: _Field("controller", bool),
    7: _Field("blockOwnerDeletion", bool),
}
_MANAGED: _Message = {
    **_texts("manager", "operation", "apiVersion"),
    4: _Field("time", _time),
    6: _Field("fieldsType", _text),
    7: _Field("fieldsV1", _fields_v1),
    8: _Field("subresource", _text),
}
_METADATA: _Message = {
    **_texts("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion"),
    7: _Field("generation", int),
    8: _Field("creationTimestamp", _time),
    9: _Field("deletionTimestamp", _time),
    10: _Field("deletionGracePeriodSeconds", int),
    11: _map("labels"),
    12: _map("annotations"),
    13: _Field("ownerReferences", _message(_OWNER), repeated=True),
    14: _strings("finalizers"),
    17: _Field("managedFields", _message(_MANAGED), repeated=True),
}
_META = _Field("metadata", _message(_METADATA))
_RESOURCE = _texts("namespace", "verb", "group", "version", "resource", "subresource", "name")
_REVIEW = {1: _Field("resourceAttributes", _message(_RESOURCE))}

_KINDS: dict[str, _Message] = {
    "v1/ConfigMap": {1: _META, 2: _map("data"), 3: _map("binaryData", _base64), 4: _Field("immutable", bool)},
    "v1/Namespace": {1: _META, 2: _Field("spec", _message({1: _strings("finalizers")}))},
    "v1/Secret": {
        1: _META,
        2: _map("data", _base64),
        3: _Field("type", _text),
        4: _map("stringData"),
        5: _Field("immutable", bool),
    },
    "authentication.k8s.io/v1/SelfSubjectReview": {1: _META},
    "authorization.k8s.io/v1/SelfSubjectAccessReview": {1: _META, 2: _Field("spec", _message(_REVIEW))},
}
_DELETE_OPTIONS: _Message = {
    1: _Field("gracePeriodSeconds", int),
    2: _Field("preconditions", _message(_texts("uid", "resourceVersion"))),
    3: _Field("orphanDependents", bool),
    4: _Field("propagationPolicy", _text),
    5: _strings("dryRun"),
}


def decode(body: bytes) -> Document:
    """The object of a request; 415 for a kind that is not known here."""
    if not body.startswith(_MAGIC):
        raise Refusal(400, "BadRequest", "provided data does not appear to be a protobuf message")
    envelope = dict(_parts(body[len(_MAGIC) :]))
    kind = _read(envelope[1], _texts("apiVersion", "kind"))
    name = f"{kind.get('apiVersion')}/{kind.get('kind')}"
    fields = _DELETE_OPTIONS if kind.get("kind") == "DeleteOptions" else _KINDS.get(name)
    if fields is None:
        why = f"the embedded AWS does not read {name} as protobuf: write the object down, and kubectl apply -f it"
        raise Refusal(415, "UnsupportedMediaType", why)
    return {**kind, **_read(envelope.get(2, b""), fields)}


def _read(value: bytes, fields: _Message) -> Document:
    """A message as JSON has it: what is empty is not there."""
    found: Document = {}
    for number, part in _parts(value):
        field = fields.get(number)
        if field is None:
            continue
        if field.is_map:
            entry = dict(_parts(part))
            found.setdefault(field.name, {})[_text(entry.get(1, b""))] = field.read(entry.get(2, b""))
        elif field.repeated:
            found.setdefault(field.name, []).append(field.read(part))
        else:
            read = field.read(part)
            if read not in ("", None, {}) and not (read == 0 and field.read is int):
                found[field.name] = read
    return found


def _parts(value: bytes) -> Iterator[tuple[int, Any]]:
    """Number and raw content of each field: https://protobuf.dev/programming-guides/encoding/"""
    place = 0
    while place < len(value):
        tag, place = _varint(value, place)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            content, place = _varint(value, place)
            yield number, content
            continue
        size, place = _varint(value, place) if wire == _BYTES else ({_FIXED64: 8, _FIXED32: 4}[wire], place)
        yield number, value[place : place + size]
        place += size


def _varint(value: bytes, place: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = value[place]
        result |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return result, place
