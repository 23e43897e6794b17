"""Who sends a request: EKS's bearer token is a presigned call of STS GetCallerIdentity, made for one cluster.

https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go (Verify)
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from scripts.local_aws.identity import ACCOUNT_ID

PREFIX = "k8s-aws-v1."
CLUSTER_HEADER = "x-k8s-aws-id"
LIFETIME = timedelta(minutes=15)
"""A token is good for so long after it was signed, whatever X-Amz-Expires says."""

OWN_KEY = {"test": "test"}
"""Access key and secret that `client.environment_variables` gives to every program."""

_HOST = re.compile(r"sts(\.[a-z0-9-]+)?\.amazonaws\.com|127\.0\.0\.1|localhost")
_NAMES = {
    "Action",
    "Version",
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
}


def caller_of(token: str, cluster_name: str) -> str | None:
    """The ARN of the IAM user or session whose token this is; None when it is no good for this cluster."""
    try:
        url = urlsplit(_decoded(token))
        query = dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=True))
        if not (_is_identity_call(url.scheme, url.hostname or "", url.path, query) and _is_fresh(query)):
            return None
        key = query["X-Amz-Credential"].split("/")[0]
        secret = _secret(key)
        signed = secret is not None and hmac.compare_digest(
            _signature(url.netloc, query, cluster_name, key, secret), query["X-Amz-Signature"]
        )
        return _arn(key, query["X-Amz-Credential"].split("/")[2]) if signed else None
    except (ValueError, KeyError, IndexError):
        return None


def _decoded(token: str) -> str:
    if not token.startswith(PREFIX):
        raise ValueError("not a token of EKS")
    text = token.removeprefix(PREFIX)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def _is_identity_call(scheme: str, host: str, path: str, query: Mapping[str, str]) -> bool:
    return (
        scheme in ("https", "http")
        and bool(_HOST.fullmatch(host))
        and path in ("", "/")
        and set(query) <= _NAMES
        and query["Action"] == "GetCallerIdentity"
        and query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
        and CLUSTER_HEADER in query["X-Amz-SignedHeaders"].split(";")
    )


def _is_fresh(query: Mapping[str, str]) -> bool:
    signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    age = datetime.now(timezone.utc) - signed
    return -LIFETIME < age < LIFETIME


def _signature(netloc: str, query: Mapping[str, str], cluster_name: str, key: str, secret: str) -> str:
    """What the signature must be, for a call that carries this cluster's name."""
    _, _, region, service, _ = query["X-Amz-Credential"].split("/")
    unsigned = urlencode(sorted((name, value) for name, value in query.items() if name != "X-Amz-Signature"))
    request: Any = AWSRequest(
        method="GET", url=f"https://{netloc}/?{unsigned}", headers={"host": netloc, CLUSTER_HEADER: cluster_name}
    )
    request.context["timestamp"] = query["X-Amz-Date"]
    signer: Any = SigV4QueryAuth(Credentials(key, secret), service, region)
    return str(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))


def _secret(key: str) -> str | None:
    if key in OWN_KEY:
        return OWN_KEY[key]
    role = sts_backends[ACCOUNT_ID]["aws"].get_assumed_role_from_access_key(key)
    if role is not None:
        return str(role.secret_access_key)
    users = iam_backends[ACCOUNT_ID]["aws"].users.values()
    keys = (entry for user in users for entry in user.access_keys)
    return next((str(entry.secret_access_key) for entry in keys if entry.access_key_id == key), None)


def _arn(key: str, region: str) -> str:
    return str(sts_backends[ACCOUNT_ID]["aws"].get_caller_identity(key, region)[1])
