"""Keys that a request has, lacks, or has several values of; nothing here needs an emulator."""

from __future__ import annotations

from typing import Any

import pytest

from tests.iam_gate.checks import Check, UntranslatableError, as_tags, context, request_tags, resource_tags
from tests.iam_gate.judge import judge
from tests.iam_gate.policies import allow, document
from tests.iam_gate.principals import Principal, StatementId

CHECK = Check(
    "ec2:CreateTags",
    "arn:aws:ec2:us-west-2:123456789012:instance/*",
    context({"ec2:InstanceType": "m7i.large", "ec2:Encrypted": True, "ec2:VolumeSize": 50})
    | request_tags({"Team": "red", "Cost": "1"})
    | resource_tags({"ray-cluster-name": "mine"}, "ec2:"),
)

CONDITIONS: list[tuple[bool, str, str, Any]] = [
    (True, "StringEquals", "ec2:InstanceType", ["m7i.large", "m8g.large"]),
    (False, "StringEquals", "ec2:InstanceType", "m8g.large"),
    (True, "StringLike", "ec2:instancetype", "m7i.*"),
    # Keys that the request lacks.
    (False, "StringEquals", "ec2:Tenancy", "default"),
    (True, "StringEqualsIfExists", "ec2:Tenancy", "default"),
    (True, "StringNotEquals", "ec2:Tenancy", "default"),
    (False, "Bool", "ec2:Public", "false"),
    (True, "BoolIfExists", "ec2:Public", "false"),
    (False, "ArnLike", "ec2:Subnet", "*"),
    (False, "NumericLessThan", "ec2:VolumeIops", "1000"),
    (True, "Null", "ec2:CreateAction", "true"),
    (False, "Null", "ec2:CreateAction", "false"),
    (True, "ForAllValues:StringEquals", "ec2:Nothing", ["a"]),
    (False, "ForAnyValue:StringEquals", "ec2:Nothing", ["a"]),
    (False, "StringEquals", "ec2:Tenancy", "${aws:PrincipalTag/nothing}"),
    # Keys with values.
    (True, "Bool", "ec2:Encrypted", "true"),
    (True, "NumericLessThanEquals", "ec2:VolumeSize", "50"),
    (True, "Null", "aws:RequestTag/Team", "false"),
    (True, "ForAllValues:StringEquals", "aws:TagKeys", ["Team", "Cost", "Name"]),
    (False, "ForAllValues:StringEquals", "aws:TagKeys", ["Team"]),
    (True, "ForAnyValue:StringEquals", "aws:TagKeys", ["Team"]),
    (True, "StringEquals", "aws:ResourceTag/Ray-Cluster-Name", "mine"),
    (True, "StringEquals", "ec2:ResourceTag/ray-cluster-name", "${aws:PrincipalTag/cluster}"),
    (True, "ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/app/*"),
    (False, "ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/other"),
    (True, "ArnEquals", "ec2:SourceInstanceARN", "arn:aws:ec2:us-west-2:123456789012:instance/i-1"),
    (False, "AnOperatorThatNobodyKnows", "ec2:InstanceType", "m7i.large"),
]


def principal(*statements: dict[str, Any], **more: Any) -> Principal:
    source = {"ec2:SourceInstanceARN": "arn:aws:ec2:us-west-2:123456789012:instance/i-1"}
    return Principal("app/head", {"p": document(*statements)}, tags={"cluster": "mine"}, context=source, **more)


@pytest.mark.parametrize(("wanted", "operator", "key", "values"), CONDITIONS)
def test_a_condition(wanted: bool, operator: str, key: str, values: Any) -> None:
    assert judge(principal(allow("A", "ec2:*", **{operator: {key: values}})), CHECK).allowed is wanted


def test_a_deny_that_may_hold_is_a_deny() -> None:
    deny = {**allow("D", "ec2:*", AnOperatorThatNobodyKnows={"ec2:InstanceType": "x"}), "Effect": "Deny"}
    assert not judge(principal(allow("A", "ec2:*"), deny), CHECK).allowed
    assert judge(principal(allow("A", "ec2:*"), {**deny, "Action": "s3:*"}), CHECK).allowed


def test_a_deny_says_so() -> None:
    deny = {**allow("Never", "ec2:*", StringEquals={"ec2:InstanceType": "m7i.large"}), "Effect": "Deny"}
    assert judge(principal(allow("A", "ec2:*"), deny), CHECK).reason == "denied by statement Never of p"


@pytest.mark.parametrize(
    ("resource", "wanted"),
    [
        ("*", True),
        ("arn:aws:ec2:us-west-2:123456789012:instance/*", True),
        ("arn:aws:ec2:*:*:*/*", True),
        ("arn:aws:ec2:us-west-2:123456789012:instance/i-*", False),
        ("arn:aws:ec2:us-west-2:123456789012:instance/i-1", False),
        ("arn:aws:ec2:eu-west-1:123456789012:instance/*", False),
    ],
)
def test_a_new_resource_is_allowed_as_a_whole_or_not(resource: str, wanted: bool) -> None:
    assert judge(principal(allow("A", "ec2:CreateTags", resource)), CHECK).allowed is wanted


@pytest.mark.parametrize(("resource", "wanted"), [("instance/i-1", True), ("instance/*", False), ("*", False)])
def test_a_deny_of_one_instance_is_none_of_a_launch(resource: str, wanted: bool) -> None:
    deny = {**allow("D", "ec2:*", f"arn:aws:ec2:us-west-2:123456789012:{resource}"), "Effect": "Deny"}
    assert judge(principal(allow("A", "ec2:*"), deny), CHECK).allowed is wanted


def test_every_statement_that_allows_is_named() -> None:
    unnamed = {key: value for key, value in allow("", "*").items() if key != "Sid"}
    found = judge(principal(allow("A", "ec2:CreateTags"), allow("B", "s3:*"), unnamed), CHECK)
    assert found.statements == (StatementId("app/head", "p", "A"), StatementId("app/head", "p", "#3"))


def test_nothing_allows_nothing() -> None:
    assert not judge(principal(), CHECK).allowed
    assert not judge(Principal("head", {}), CHECK).allowed


def test_a_boundary_bounds() -> None:
    assert not judge(principal(allow("A", "*"), boundary=document(allow("B", "s3:*"))), CHECK).allowed
    assert judge(principal(allow("A", "*"), boundary=document(allow("B", "ec2:*"))), CHECK).allowed


def test_a_statement_taken_away_leaves_the_others_their_names() -> None:
    unnamed = {key: value for key, value in allow("", "ec2:*").items() if key != "Sid"}
    whole = principal(allow("A", "s3:*"), unnamed)
    assert [each.sid for each in whole.statement_ids] == ["A", "#2"]
    assert judge(whole.without("A"), CHECK).statements == (StatementId("app/head", "p", "#2"),)
    assert not judge(whole.without("#2"), CHECK).allowed
    with pytest.raises(KeyError):
        whole.without("B")


def test_a_principal_goes_through_a_file() -> None:
    whole = principal(allow("A", "ec2:*"), boundary=document(allow("B", "*")))
    assert Principal(**whole.to_dict()) == whole


def test_a_policy_that_nobody_can_read_is_refused() -> None:
    with pytest.raises(ValueError, match="policy p"):
        Principal("head", {"p": {"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}})


def test_tags_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(UntranslatableError):
        request_tags({"Team": "a", "team": "b"})
    with pytest.raises(UntranslatableError):
        as_tags([{"Key": "Team", "Value": "a"}, {"Key": "Team", "Value": "b"}])
