"""Why a request is refused, in words."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.audit.anyscale.rights import Asked
from scripts.audit.iam_effect.evaluate import Permissions, Request
from scripts.audit.iam_effect.principals import Principal
from scripts.audit.iam_effect.statements import statements_of
from scripts.audit.iam_effect.truth import Truth
from tests.verify.bending import allow, deny, policy

WHO = Principal("aws", "123456789012", "node")
GET = Request("s3:GetObject", "arn:aws:s3:::cloud/*", {"aws:sourcevpce": ("vpce-1",)})
PART = "arn:aws:s3:::cloud/a*"
READ = allow("s3:Get*")
FROM_OTHERS = {"Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}
AGENT = {"Condition": {"StringLike": {"aws:UserAgent": "*ray*"}}}


def about(role: str, statement: Any, sid: str = "Them") -> Any:
    """A statement of the bucket's policy."""
    return {**statement, "Sid": sid, "Principal": {"AWS": f"arn:aws:iam::123456789012:role/{role}"}}


@pytest.mark.parametrize(
    ("own", "bucket", "goes", "why"),
    [
        ([READ], [], Truth.YES, ""),
        ([], [about("node", READ)], Truth.YES, ""),
        ([READ, deny("s3:*", **FROM_OTHERS)], [], Truth.YES, ""),
        ([{**READ, **AGENT}], [], Truth.MAYBE, "StringLike aws:UserAgent *ray*"),
        ([], [about("other", READ)], Truth.NO, "nothing allows it"),
        ([allow("s3:Get*", on=PART)], [], Truth.NO, "nothing allows it"),
        ([READ, deny("s3:*")], [], Truth.NO, "denied by statement No of own"),
        ([READ, deny("s3:*", on=PART)], [], Truth.NO, "denied by statement No of own"),
        ([READ], [about("other", deny("*")), about("node", deny("*"), "Us")], Truth.NO, "denied by statement Us of it"),
    ],
)
def test_what_a_role_is_told(own: list[Any], bucket: list[Any], goes: Truth, why: str) -> None:
    permissions = Permissions(WHO, statements_of("own", policy(*own)))
    answer = Asked(GET, statements_of("it", policy(*bucket))).of(permissions)
    assert (answer.goes, answer.why) == (goes, why)


def test_a_boundary_is_named() -> None:
    bound = statements_of("the boundary", policy(allow("ec2:*")))
    answer = Asked(GET).of(Permissions(WHO, statements_of("own", policy(READ)), bound))
    assert answer.why == "the permissions boundary does not allow it"
