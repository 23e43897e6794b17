"""S3: configurations of a bucket that moto loses parts of come back as they were put."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from scripts.local_aws.extensions.plumbing import table, wrap
from scripts.local_aws.extensions.policies import statements

KEPT = ("lifecycle", "logging")
"""Sub-resources answered from the document that was put.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
"""

SIZE_HEADER = "x-amz-transition-default-minimum-object-size"
LOG_DELIVERY = "logging.s3.amazonaws.com"
XML = {"content-type": "application/xml"}


def _kept(querystring: dict[str, Any]) -> str | None:
    return next((name for name in KEPT if name in querystring), None)


def _documents(self: Any, bucket_name: str) -> dict[str, tuple[str, dict[str, str]]]:
    return table(self.backend.get_bucket(bucket_name), "documents")


@wrap(S3Response, "_bucket_response_put")
def put(original: Callable[..., Any], self: Any, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """Let moto check the document, then keep it."""
    result = original(self, request, bucket_name, querystring)
    name = _kept(querystring)
    if name is None:
        return result
    size = request.headers.get(SIZE_HEADER)
    headers = {SIZE_HEADER: size} if size else {}
    body = self.body if isinstance(self.body, str) else self.body.decode()
    _documents(self, bucket_name)[name] = body, headers
    return 200, headers, ""


@wrap(S3Response, "_bucket_response_get")
def get(original: Callable[..., Any], self: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """Answer with the document that was put."""
    name = _kept(querystring)
    kept = _documents(self, bucket_name).get(name) if name else None
    if kept is None:
        return original(self, bucket_name, querystring)
    body, headers = kept
    return 200, {**XML, **headers}, body


@wrap(S3Response, "_bucket_response_delete")
def delete(original: Callable[..., Any], self: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
    """Forget the document."""
    name = _kept(querystring)
    if name:
        _documents(self, bucket_name).pop(name, None)
    return original(self, bucket_name, querystring)


@wrap(FakeBucket, "get_permission")
def get_permission(original: Callable[..., Any], self: Any, action: str, resource: str) -> Any:
    """Leave conditional statements out of moto's check.

    It applies a Deny with a Condition as if there were none, so a TLS-only bucket policy would lock everybody out.
    """
    if self.policy is None:
        return original(self, action, resource)
    plain = copy.copy(self)
    plain.policy = _without_conditions(json.loads(self.policy))
    return original(plain, action, resource)


@wrap(FakeBucket, "_log_permissions_enabled_policy")
def may_deliver_logs(_original: Callable[..., bool], _self: Any, target_bucket: Any, **_given: Any) -> bool:
    """moto trips over a principal that is no map, such as that of a TLS-only statement.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html#grant-log-delivery-permissions-general
    """
    policy = target_bucket.policy
    return policy is not None and any(_delivers_logs(statement) for statement in statements(policy.decode()))


def _delivers_logs(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    service = principal.get("Service", []) if isinstance(principal, dict) else []
    return (
        statement.get("Effect") == "Allow"
        and LOG_DELIVERY in ([service] if isinstance(service, str) else service)
        and "s3:PutObject" in statement.get("Action", [])
    )


def _without_conditions(document: dict[str, Any]) -> bytes:
    plain = [statement for statement in statements(json.dumps(document)) if "Condition" not in statement]
    return json.dumps({**document, "Statement": plain}).encode()
