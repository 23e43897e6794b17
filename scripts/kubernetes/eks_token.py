"""Make a token for the Kubernetes API of an EKS cluster: the exec plugin of the kubeconfig files that we write.

Usage: eks_token.py CLUSTER REGION [--embedded]
A token is a presigned URL of STS, by which EKS learns who asks; it is made here, without a call to AWS:
https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster
Runs for every kubectl and helm: nothing of this project is imported, and of botocore no client. `make` hands down a
credential that it has made before, so that a command that starts many of them loads botocore once.
"""

from __future__ import annotations

import base64
import datetime
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from botocore.credentials import Credentials

HANDED_DOWN = "RAYFORM_EKS_CREDENTIAL"
"""Variable with a cluster's name, the time until which a credential is taken, and the credential."""
_URL_SECONDS = 60
_TOKEN_MINUTES = 14
"""EKS takes a token for 15 minutes after its URL was signed."""
_MARGIN = datetime.timedelta(minutes=1)
_SHAPE = "{:%Y-%m-%dT%H:%M:%SZ}"
_CLI_CACHE = Path("~/.aws/cli/cache")
"""Where the AWS CLI keeps the credentials of roles that it has assumed: whoever gave it a code of MFA gave it to us."""


def token(cluster: str, region: str, credentials: Credentials) -> str:
    """The token."""
    from botocore.auth import SigV4QueryAuth
    from botocore.awsrequest import AWSRequest

    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    query = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
    request = AWSRequest("GET", f"https://sts.{region}.{suffix}/?{query}", headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(credentials, "sts", region, expires=_URL_SECONDS).add_auth(request)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(str(request.url).encode()).decode().rstrip("=")


def exec_credential(token: str, now: datetime.datetime) -> str:
    """What kubectl reads: https://kubernetes.io/docs/reference/config-api/client-authentication.v1/"""
    status = {"token": token, "expirationTimestamp": _expiry(now)}
    return json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status})


def hand_down(cluster: str, region: str, *, embedded: bool) -> dict[str, str]:
    """Variables by which this plugin need not make a credential; none where it cannot be made: the plugin says why."""
    from botocore.exceptions import BotoCoreError

    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        credentials = _credentials(embedded=embedded)
        made = None if credentials is None else exec_credential(token(cluster, region, credentials), now)
    except BotoCoreError:
        return {}
    return {} if made is None else {HANDED_DOWN: f"{cluster} {_expiry(now)} {made}"}


def handed_down(cluster: str, now: datetime.datetime) -> str | None:
    """The credential that was handed down for a cluster, while it is taken for at least another minute."""
    name, expiry, credential = ([*os.environ.get(HANDED_DOWN, "").split(" ", 2), "", ""])[:3]
    # Times of one form are in the order of their letters.
    return credential if name == cluster and _SHAPE.format(now + _MARGIN) < expiry else None


def _expiry(now: datetime.datetime) -> str:
    return _SHAPE.format(now + datetime.timedelta(minutes=_TOKEN_MINUTES))


def _credentials(*, embedded: bool) -> Credentials | None:
    from botocore.credentials import Credentials
    from botocore.session import Session
    from botocore.utils import JSONFileCache

    if embedded:  # whoever runs kubectl may have credentials of the real AWS: they are not for the embedded one
        return Credentials("test", "test")
    session = Session(profile=os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE") or None)
    resolver = session.get_component("credential_provider")
    cache = JSONFileCache(str(_CLI_CACHE.expanduser()))
    for provider in resolver.providers:
        if provider.METHOD in ("assume-role", "assume-role-with-web-identity", "sso"):
            provider.cache = cache
    found: Credentials | None = session.get_credentials()
    return found


def main() -> int:
    """Print the credential."""
    cluster, region = sys.argv[1:3]
    now = datetime.datetime.now(datetime.timezone.utc)
    if given := handed_down(cluster, now):
        print(given)
        return 0
    from botocore.exceptions import BotoCoreError

    try:
        credentials = _credentials(embedded="--embedded" in sys.argv[3:])
        if credentials is None:
            print("error: no AWS credentials: set AWS_PROFILE, or log in with: aws sso login", file=sys.stderr)
            return 2
        made = token(cluster, region, credentials)
    except BotoCoreError as error:
        print(f"error: no token for {cluster}: {error}", file=sys.stderr)
        return 2
    print(exec_credential(made, now))
    return 0


if __name__ == "__main__":
    sys.exit(main())
