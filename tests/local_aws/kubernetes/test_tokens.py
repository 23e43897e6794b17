"""Which tokens are good; nobody else's are."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Callable

import botocore.auth
import pytest

from scripts.local_aws.kubernetes.tokens import PREFIX, caller_of
from tests.local_aws.kubernetes.cluster import CLUSTER, token


def _encoded(url: str) -> str:
    return PREFIX + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


def _url(bearer: str) -> str:
    text = bearer.removeprefix(PREFIX)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def test_good_token() -> None:
    assert caller_of(token(), CLUSTER) == "arn:aws:sts::123456789012:user/moto"


BAD: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "no call": lambda: _encoded("nothing"),
    "no prefix": lambda: token().removeprefix(PREFIX),
    "of another cluster": lambda: token(name="another-cluster"),
    "wrong secret": lambda: token(secret="wrong"),
    "unknown key": lambda: token(key="AKIAUNKNOWN"),
    "cut off": lambda: _encoded(_url(token())[:-4]),
    "another operation": lambda: _encoded(_url(token()).replace("GetCallerIdentity", "GetSessionToken")),
    "another host": lambda: _encoded(_url(token()).replace("sts.us-west-2.amazonaws.com", "sts.example.com")),
    "unsigned name": lambda: _encoded(_url(token()).replace("x-k8s-aws-id", "x-other")),
    "another parameter": lambda: _encoded(_url(token()) + "&Policy=x"),
}


@pytest.mark.parametrize("bearer", BAD.values(), ids=BAD)
def test_bad_token(bearer: Callable[[], str]) -> None:
    assert caller_of(bearer(), CLUSTER) is None


@pytest.mark.parametrize(("minutes", "good"), [(14, True), (16, False), (-16, False)])
def test_token_is_good_for_15_minutes(minutes: int, good: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: signed)
    assert (caller_of(token(), CLUSTER) is not None) is good
