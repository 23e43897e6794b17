"""Calls of the services whose operation stands in method and path: S3 (path style) and Route 53.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html
https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

from tests.iam_gate.checks import UntranslatableError

Read = tuple[str, dict[str, Any]]
Reader = Callable[[str, str, Mapping[str, str], bytes], Read]

_LISTING = {
    "list-type",
    "prefix",
    "delimiter",
    "max-keys",
    "continuation-token",
    "start-after",
    "encoding-type",
    "marker",
}
_UPLOAD = {"partNumber", "uploadId"}
_HARMLESS = {"x-id"}
"""Names the operation once more."""
_PERMISSION_HEADERS = ("x-amz-acl", "x-amz-grant-", "x-amz-tagging", "x-amz-object-lock-", "x-amz-copy-source")
"""Ask for more than PutObject."""

_BUCKET: Mapping[tuple[str, frozenset[str]], str] = {
    ("HEAD", frozenset()): "ListBucket",
    ("GET", frozenset()): "ListBucket",
    ("GET", frozenset({"location"})): "GetBucketLocation",
}
_OBJECT: Mapping[tuple[str, frozenset[str]], str] = {
    ("GET", frozenset()): "GetObject",
    ("HEAD", frozenset()): "GetObject",
    ("GET", frozenset({"versionId"})): "GetObjectVersion",
    ("PUT", frozenset()): "PutObject",
    ("POST", frozenset({"uploads"})): "PutObject",
    ("PUT", frozenset(_UPLOAD)): "PutObject",
    ("POST", frozenset({"uploadId"})): "PutObject",
    ("DELETE", frozenset({"uploadId"})): "AbortMultipartUpload",
    ("DELETE", frozenset()): "DeleteObject",
}
_ZONES: list[tuple[str, str, str]] = [
    ("GET", r"/hostedzone", "ListHostedZones"),
    ("GET", r"/hostedzonesbyname", "ListHostedZonesByName"),
    ("GET", r"/hostedzone/([A-Z0-9]+)", "GetHostedZone"),
    ("GET", r"/hostedzone/([A-Z0-9]+)/rrset", "ListResourceRecordSets"),
    ("POST", r"/hostedzone/([A-Z0-9]+)/rrset/?", "ChangeResourceRecordSets"),
    ("GET", r"/change/([A-Z0-9]+)", "GetChange"),
]


def read_s3(method: str, target: str, headers: Mapping[str, str], _body: bytes) -> Read:
    """An operation on a bucket or an object."""
    path, _, query = target.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    given = frozenset(options) - _HARMLESS
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    if not bucket and method == "GET":
        return "ListAllMyBuckets", {}
    if key:
        operation = _OBJECT.get((method, given))
    else:
        operation = _BUCKET.get((method, given - _LISTING if method == "GET" else given))
    risky = any(name.startswith(_PERMISSION_HEADERS) for name in headers)
    if operation is None or risky:
        raise UntranslatableError(f"s3 {method} {target}")
    return operation, {"Bucket": bucket, "Key": key, **options}


def read_route53(method: str, target: str, _headers: Mapping[str, str], body: bytes) -> Read:
    """An operation on hosted zones."""
    path = unquote(target.partition("?")[0]).removeprefix("/2013-04-01")
    for wanted, pattern, operation in _ZONES:
        found = re.fullmatch(pattern, path)
        if found and method == wanted:
            id_ = found.group(1) if found.groups() else None
            changes = _changes(body) if operation == "ChangeResourceRecordSets" else []
            return operation, {"Id": id_, "Changes": changes}
    raise UntranslatableError(f"route53 {method} {target}")


def _changes(body: bytes) -> list[dict[str, str]]:
    space = "{https://route53.amazonaws.com/doc/2013-04-01/}"
    found = [
        {
            "Action": change.findtext(f"{space}Action") or "",
            "Name": change.findtext(f"{space}ResourceRecordSet/{space}Name") or "",
            "Type": change.findtext(f"{space}ResourceRecordSet/{space}Type") or "",
        }
        for change in ElementTree.fromstring(body).iter(f"{space}Change")
    ]
    if not found or not all(all(change.values()) for change in found):
        raise UntranslatableError("a change of records without name, type or action")
    return found


READERS: Mapping[str, Reader] = {"s3": read_s3, "route53": read_route53}
