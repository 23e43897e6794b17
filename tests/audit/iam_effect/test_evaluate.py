"""Cases after AWS's documentation, and what its words leave open.

Most are from https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and the pages on
its elements, operators and variables.
"""

from __future__ import annotations

from typing import Any

import pytest

from scripts.audit.iam_effect.conditions import holds
from scripts.audit.iam_effect.evaluate import Delegation, Permissions, Request, grants
from scripts.audit.iam_effect.glob import covers, matches, overlap
from scripts.audit.iam_effect.principals import Principal
from scripts.audit.iam_effect.statements import statements_of
from scripts.audit.iam_effect.truth import Truth

NODE = Principal("aws", "123456789012", "app/node")
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
OBJECTS = f"{BUCKET}/*"

Statement = dict[str, Any]


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Statement:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def unless_action(*actions: str, **more: Any) -> Statement:
    return {"Effect": "Allow", "NotAction": list(actions), "Resource": "*", **more}


def for_(principal: Any, statement: Statement) -> Statement:
    return {**statement, "Principal": principal}


def when(operator: str, key: str, *values: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def verdict(
    *identity: Statement,
    action: str = "s3:GetObject",
    resource: str = f"{BUCKET}/a",
    resource_policy: tuple[Statement, ...] = (),
    boundary: tuple[Statement, ...] | None = None,
    context: dict[str, tuple[str, ...]] | None = None,
    delegation: Delegation = Delegation.OPEN,
    version: str = "2012-10-17",
) -> str:
    """`yes`, `no`, or `maybe` when it depends on what nobody can tell."""

    def statements(name: str, found: tuple[Statement, ...]) -> Any:
        return statements_of(name, {"Version": version, "Statement": list(found)})

    permissions = Permissions(
        NODE,
        statements("identity", identity),
        None if boundary is None else statements("boundary", boundary),
        context or {},
    )
    found = grants(
        permissions,
        Request(action, resource),
        resource_policy=statements("resource", resource_policy),
        delegation=delegation,
    )
    if not found:
        return "no"
    return "maybe" if found[0].conditions else "yes"


ROLE = {"AWS": NODE.arn}
ROOT = {"AWS": NODE.account_arn}
SESSION = {"AWS": "arn:aws:sts::123456789012:assumed-role/node/i-1"}
EVERYBODY = {"AWS": "*"}
VPC = ("StringEquals", "aws:SourceVpc", "vpc-1")

CASES: dict[str, tuple[str, tuple[Statement, ...], dict[str, Any]]] = {
    # The order of evaluation.
    "nothing allows: implicit deny": ("no", (), {}),
    "an identity policy allows": ("yes", (allow(),), {}),
    "an explicit deny wins": ("no", (allow(), deny()), {}),
    "a deny wins wherever it stands": ("no", (allow(),), {"resource_policy": (for_(EVERYBODY, deny()),)}),
    "a deny of something else does not matter": ("yes", (allow(), deny("s3:PutObject")), {}),
    "a deny on something else does not matter": ("yes", (allow(), deny(resource=f"{BUCKET}/b")), {}),
    "a single statement may stand alone": ("yes", (allow(),), {}),
    # Actions.
    "actions ignore case": ("yes", (allow("S3:getobject"),), {}),
    "a star in an action": ("yes", (allow("s3:Get*"),), {}),
    "a star for a service": ("yes", (allow("*:GetObject"),), {}),
    "a question mark in an action": ("yes", (allow("s3:?etObject"),), {}),
    "another action": ("no", (allow("s3:GetObjectVersion"),), {}),
    "a prefix is no pattern": ("no", (allow("s3:Get"),), {}),
    "one of several actions": ("yes", (allow(["s3:PutObject", "s3:GetObject"]),), {}),
    "NotAction allows the rest": ("yes", (unless_action("iam:*"),), {}),
    "NotAction leaves its own out": ("no", (unless_action("s3:*"),), {}),
    "Deny with NotAction": ("no", (allow(), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}), {}),
    # Resources.
    "a star in a resource": ("yes", (allow(resource=OBJECTS),), {}),
    "the bucket is not its objects": ("no", (allow(resource=BUCKET),), {}),
    "resources know case": ("no", (allow(resource=f"{BUCKET}/A"),), {}),
    "a question mark is one character": ("yes", (allow(resource=f"{BUCKET}/?"),), {}),
    "a question mark is not two": ("no", (allow(resource=f"{BUCKET}/??"),), {}),
    "NotResource allows the rest": (
        "yes",
        ({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::other/*"},),
        {},
    ),
    "NotResource leaves its own out": ("no", ({"Effect": "Allow", "Action": "s3:*", "NotResource": OBJECTS},), {}),
    "Deny with NotResource": (
        "no",
        (allow(), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::o/*"}),
        {},
    ),
    "Deny with NotResource spares its own": (
        "yes",
        (allow(), {"Effect": "Deny", "Action": "*", "NotResource": OBJECTS}),
        {},
    ),
    # Asked for a pattern: what matters is whether any of it is allowed.
    "part of a pattern": ("yes", (allow(resource=f"{BUCKET}/team/*"),), {"resource": OBJECTS}),
    "nothing of a pattern": ("no", (allow(resource="arn:aws:s3:::other/*"),), {"resource": OBJECTS}),
    "a deny of the whole pattern": ("no", (allow(), deny(resource=OBJECTS)), {"resource": OBJECTS}),
    "a deny of a part leaves the rest": ("yes", (allow(), deny(resource=f"{BUCKET}/x*")), {"resource": OBJECTS}),
    # Conditions.
    "a condition that holds": ("yes", (allow(**when(*VPC)),), {"context": {"aws:sourcevpc": ("vpc-1",)}}),
    "a condition that does not": ("no", (allow(**when(*VPC)),), {"context": {"aws:sourcevpc": ("vpc-2",)}}),
    "a condition on an absent key": ("no", (allow(**when(*VPC)),), {"context": {"aws:sourcevpc": ()}}),
    "a condition on an unknown key": ("maybe", (allow(**when(*VPC)),), {}),
    "without a condition beside one with": ("yes", (allow(**when(*VPC)), allow()), {}),
    "a deny under an unknown key": ("maybe", (allow(), deny(**when(*VPC))), {}),
    "a deny that does not hold": ("yes", (allow(), deny(**when(*VPC))), {"context": {"aws:sourcevpc": ("vpc-2",)}}),
    "an operator that came later": (
        "maybe",
        (allow(**when("QuantumEquals", "aws:x", "1")),),
        {"context": {"aws:x": ("1",)}},
    ),
    # Variables.
    "a variable that is known": (
        "yes",
        (allow(resource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*"),),
        {"resource": f"{BUCKET}/red/a", "context": {"aws:principaltag/team": ("red",)}},
    ),
    "a variable of another value": (
        "no",
        (allow(resource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*"),),
        {"resource": f"{BUCKET}/red/a", "context": {"aws:principaltag/team": ("blue",)}},
    ),
    "a variable that is unknown": (
        "maybe",
        (allow(resource=f"{BUCKET}/${{aws:username}}/*"),),
        {"resource": f"{BUCKET}/red/a"},
    ),
    "a variable that is absent": (
        "no",
        (allow(resource=f"{BUCKET}/${{aws:username}}*"),),
        {"context": {"aws:username": ()}},
    ),
    "a variable with a default": (
        "yes",
        (allow(resource=f"{BUCKET}/${{aws:PrincipalTag/team, 'all'}}/*"),),
        {"resource": f"{BUCKET}/all/a", "context": {"aws:principaltag/team": ()}},
    ),
    "a variable in the old language is text": (
        "no",
        (allow(resource=f"{BUCKET}/${{aws:username}}*"),),
        {"version": "2008-10-17"},
    ),
    "a star that is a star": ("no", (allow(resource=f"{BUCKET}/${{*}}"),), {}),
    # Permissions boundary: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    "a boundary that allows it, too": ("yes", (allow(),), {"boundary": (allow("s3:*"),)}),
    "a boundary that does not": ("no", (allow(),), {"boundary": (allow("ec2:*"),)}),
    "a boundary grants nothing": ("no", (), {"boundary": (allow("*"),)}),
    "a deny in the boundary": ("no", (allow(),), {"boundary": (allow("*"), deny())}),
    "a boundary on a part": (
        "yes",
        (allow(),),
        {"boundary": (allow(resource=f"{BUCKET}/team/*"),), "resource": OBJECTS},
    ),
    "a boundary under a condition": ("maybe", (allow(),), {"boundary": (allow(**when(*VPC)),)}),
    # Policies of resources in the same account.
    "a resource's policy is enough": ("yes", (), {"resource_policy": (for_(ROLE, allow()),)}),
    "a resource's policy for another role": (
        "no",
        (),
        {"resource_policy": (for_({"AWS": "arn:aws:iam::123456789012:role/other"}, allow()),)},
    ),
    "a resource's policy for the account grants nothing": ("no", (), {"resource_policy": (for_(ROOT, allow()),)}),
    "a resource's policy for everybody": ("yes", (), {"resource_policy": (for_("*", allow()),)}),
    "a resource's policy for a service": (
        "no",
        (),
        {"resource_policy": (for_({"Service": "ec2.amazonaws.com"}, allow()),)},
    ),
    "a boundary bounds a grant to the role": (
        "no",
        (),
        {"resource_policy": (for_(ROLE, allow()),), "boundary": (allow("ec2:*"),)},
    ),
    "a boundary does not bound a grant to the session": (
        "yes",
        (),
        {"resource_policy": (for_(SESSION, allow()),), "boundary": (allow("ec2:*"),)},
    ),
    "a deny for the account is one for the role": ("no", (allow(),), {"resource_policy": (for_(ROOT, deny()),)}),
    "a deny for another is none": (
        "yes",
        (allow(),),
        {"resource_policy": (for_({"AWS": "arn:aws:iam::123456789012:role/other"}, deny()),)},
    ),
    "a deny for all but another": (
        "no",
        (allow(),),
        {"resource_policy": ({**deny(), "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/other"}},)},
    ),
    "a deny for all but this role": (
        "yes",
        (allow(),),
        {"resource_policy": ({**deny(), "NotPrincipal": {"AWS": [NODE.arn, NODE.account_arn]}},)},
    ),
    # A key's policy must speak: https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
    "a key's policy is silent": ("no", (allow(),), {"delegation": Delegation.ASKED}),
    "a key's policy hands on to the account": (
        "yes",
        (allow(),),
        {"delegation": Delegation.ASKED, "resource_policy": (for_(ROOT, allow("s3:*")),)},
    ),
    "a key's policy names the role": (
        "yes",
        (),
        {"delegation": Delegation.ASKED, "resource_policy": (for_(ROLE, allow()),)},
    ),
    "a key's policy hands on, the role asks for nothing": (
        "no",
        (),
        {"delegation": Delegation.ASKED, "resource_policy": (for_(ROOT, allow()),)},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_documentation(name: str) -> None:
    wanted, identity, more = CASES[name]
    assert verdict(*identity, **more) == wanted


Y, N, M = Truth.YES, Truth.NO, Truth.MAYBE
CONTEXT = {
    "aws:sourcevpc": ("vpc-1",),
    "aws:sourceip": ("203.0.113.7",),
    "aws:principalarn": ("arn:aws:iam::123456789012:role/app/node",),
    "aws:securetransport": ("false",),
    "aws:currenttime": ("2026-11-21T14:00:00Z",),
    "s3:max-keys": ("10",),
    "aws:tagkeys": ("Team", "Cost"),
    "aws:absent": (),
    "aws:username": ("ann",),
}

CONDITIONS: list[tuple[Truth, str, str, Any]] = [
    (Y, "StringEquals", "aws:SourceVpc", "vpc-1"),
    (N, "StringEquals", "aws:SourceVpc", "VPC-1"),
    (Y, "StringEqualsIgnoreCase", "AWS:sourcevpc", "VPC-1"),
    (Y, "StringEquals", "aws:SourceVpc", ["vpc-2", "vpc-1"]),
    (N, "StringNotEquals", "aws:SourceVpc", ["vpc-2", "vpc-1"]),
    (Y, "StringNotEquals", "aws:SourceVpc", "vpc-2"),
    (Y, "StringNotEquals", "aws:Absent", "x"),
    (N, "StringEquals", "aws:Absent", "x"),
    (Y, "StringEqualsIfExists", "aws:Absent", "x"),
    (N, "StringEqualsIfExists", "aws:SourceVpc", "vpc-2"),
    (M, "StringEquals", "aws:Unknown", "x"),
    (M, "StringNotEqualsIfExists", "aws:Unknown", "x"),
    (Y, "StringLike", "aws:SourceVpc", "vpc-*"),
    (N, "StringLike", "aws:SourceVpc", "vpc-?2"),
    (N, "StringNotLike", "aws:SourceVpc", "vpc-*"),
    (N, "StringEquals", "aws:SourceVpc", "vpc-*"),
    (Y, "StringEquals", "aws:UserName", "${aws:username}"),
    (M, "StringEquals", "aws:UserName", "${aws:PrincipalTag/name}"),
    (Y, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app/*"),
    (Y, "ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"),
    (N, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*"),
    (N, "ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/app/*"),
    (Y, "Bool", "aws:SecureTransport", "false"),
    (Y, "Bool", "aws:SecureTransport", False),
    (N, "Bool", "aws:SecureTransport", "true"),
    (N, "Bool", "aws:Absent", "false"),
    (Y, "BoolIfExists", "aws:Absent", "true"),
    (Y, "IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    (N, "IpAddress", "aws:SourceIp", ["192.0.2.0/24", "2001:db8::/32"]),
    (N, "NotIpAddress", "aws:SourceIp", "203.0.113.7"),
    (Y, "Null", "aws:Absent", "true"),
    (N, "Null", "aws:SourceVpc", "true"),
    (Y, "Null", "aws:SourceVpc", "false"),
    (M, "Null", "aws:Unknown", "true"),
    (Y, "NumericLessThanEquals", "s3:max-keys", "10"),
    (N, "NumericLessThan", "s3:max-keys", 10),
    (Y, "NumericGreaterThan", "s3:max-keys", "9"),
    (N, "NumericEquals", "s3:max-keys", "many"),
    (Y, "DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
    (N, "DateLessThan", "aws:CurrentTime", "2026-01-01"),
    (Y, "DateLessThan", "aws:CurrentTime", "4102444800"),
    (Y, "ForAllValues:StringEquals", "aws:TagKeys", ["Team", "Cost", "Name"]),
    (N, "ForAllValues:StringEquals", "aws:TagKeys", ["Team"]),
    (Y, "ForAllValues:StringEquals", "aws:Absent", ["Team"]),
    (Y, "ForAnyValue:StringEquals", "aws:TagKeys", ["Team"]),
    (N, "ForAnyValue:StringEquals", "aws:TagKeys", ["Name"]),
    (N, "ForAnyValue:StringEquals", "aws:Absent", ["Team"]),
    (Y, "ForAnyValue:StringNotEquals", "aws:TagKeys", ["Team"]),
    (Y, "ForAllValues:StringEqualsIfExists", "aws:Absent", ["Team"]),
]


@pytest.mark.parametrize(("wanted", "operator", "key", "values"), CONDITIONS)
def test_an_operator(wanted: Truth, operator: str, key: str, values: Any) -> None:
    assert holds({operator: {key: values}}, CONTEXT) is wanted


def test_every_test_of_a_condition_must_hold() -> None:
    both = {"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:UserName": "bob"}, "Bool": {"aws:SecureTransport": "false"}}
    assert holds(both, CONTEXT) is Truth.NO
    assert holds({**both, "StringEquals": {"aws:SourceVpc": "vpc-1"}}, CONTEXT) is Truth.YES
    assert holds({}, CONTEXT) is Truth.YES


@pytest.mark.parametrize(
    ("pattern", "other", "wanted"),
    [
        ("*", "anything", True),
        ("a*", "a*", True),
        ("a*", "ab*", True),
        ("ab*", "a*", False),
        ("a?", "a*", False),
        ("a*", "a?", True),
        ("a?", "a?", True),
        ("arn:aws:*:*:*:*", "arn:aws:iam::1:role/*", True),
    ],
)
def test_covers(pattern: str, other: str, wanted: bool) -> None:
    assert covers(pattern, other) is wanted


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ("role/*", "role/a", "role/a"),
        ("role/a", "role/*", "role/a"),
        ("role/a*", "*b", "*b"),
        ("role/a*", "role/b*", None),
        ("a?c", "ab*", "ab*"),
        ("a", "b", None),
        ("*x*", "*y*", "*y*"),
    ],
)
def test_overlap(one: str, other: str, wanted: str | None) -> None:
    assert overlap(one, other) == wanted


def test_dots_and_brackets_of_a_pattern_are_text() -> None:
    assert not matches("a.c", "abc")
    assert matches("a[b]*", "a[b]c")


def test_a_grant_says_what_lets_it_through() -> None:
    permissions = Permissions(NODE, statements_of("policy mine", {"Statement": allow(Sid="Read", **when(*VPC))}))
    (grant,) = grants(permissions, Request("s3:GetObject", f"{BUCKET}/a"))
    assert str(grant) == f"on {BUCKET}/a by statement Read of policy mine, only if StringEquals aws:SourceVpc vpc-1"


def test_a_statement_without_a_name_has_its_number() -> None:
    names = [statement.name for statement in statements_of("p", {"Statement": [allow(), allow(Sid="Named")]})]
    assert names == ["#1", "Named"]
