"""Who may take on the control plane's role: tried out on trust policies alone."""

from __future__ import annotations

from typing import Any

import pytest

from config.anyscale_cloud import AnyscaleCloudConfig
from config.load import check_environment
from config.yaml_file import read_yaml
from scripts.audit.anyscale.trust import control_plane_asks, others_let_in, service_may_assume
from scripts.audit.iam_effect.statements import statements_of
from scripts.audit.iam_effect.truth import Truth
from tests.verify.bending import policy
from tests.verify.bends_roles import ANYSCALE, EXTERNAL_ID, by_service, let_in
from tests.verify.conftest import FILE, NAME

ROLE = "arn:aws:iam::123456789012:role/ray-verified-control-plane"


def config() -> AnyscaleCloudConfig:
    found = check_environment(read_yaml(FILE), name=NAME)
    assert isinstance(found, AnyscaleCloudConfig)
    return found


def others(*statements: Any) -> list[str]:
    return list(others_let_in(config(), ROLE, statements_of("the trust", policy(*statements))))


@pytest.mark.parametrize(
    ("statement", "let_in_"),
    [
        (let_in(), Truth.YES),
        (let_in([ANYSCALE, "arn:aws:iam::111111111111:root"]), Truth.YES),
        (let_in(Action="sts:*"), Truth.YES),
        (let_in(by="StringEqualsIgnoreCase", id_=EXTERNAL_ID.upper()), Truth.YES),
        (let_in(by="StringNotEquals"), Truth.NO),
        (let_in(id_=EXTERNAL_ID.upper()), Truth.NO),
        (let_in(Action="sts:TagSession"), Truth.NO),
        (let_in("arn:aws:iam::525325868955:role/one-of-theirs"), Truth.NO),
        (let_in({"Service": "ec2.amazonaws.com"}), Truth.NO),
        (let_in(id_=None, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), Truth.MAYBE),
    ],
)
def test_the_control_plane_asks(statement: Any, let_in_: Truth) -> None:
    assert control_plane_asks(config(), ROLE, statements_of("the trust", policy(statement))).goes is let_in_


def test_a_condition_that_nobody_can_tell_keeps_nobody_out() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    assert others(let_in(id_=None, Condition=condition)) == ["account 525325868955 without an external id"]


def test_each_way_in_is_named_once() -> None:
    statement = let_in(["111111111111", "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:role/ci"])
    assert others(let_in(), statement) == ["account 111111111111", "role ci of account 222222222222"]


def test_a_deny_closes_what_an_allow_opens() -> None:
    closed = let_in(
        "*", id_=None, Effect="Deny", Condition={"StringNotEquals": {"aws:PrincipalAccount": "525325868955"}}
    )
    assert others(let_in("*"), closed) == []


@pytest.mark.parametrize(
    ("statements", "may"),
    [
        ([by_service("ec2.amazonaws.com")], Truth.YES),
        ([let_in({"Service": ["ecs.amazonaws.com", "ec2.amazonaws.com"]}, id_=None)], Truth.YES),
        ([by_service("ec2.amazonaws.com"), let_in("*", id_=None, Effect="Deny")], Truth.NO),
        ([by_service("ec2.amazonaws.com", Condition={"StringEquals": {"sts:ExternalId": "x"}})], Truth.NO),
        ([by_service("ec2.amazonaws.com", Condition={"StringEquals": {"aws:Unheard": "x"}})], Truth.MAYBE),
        ([let_in("*", id_=None)], Truth.NO),
    ],
)
def test_ec2_asks(statements: list[Any], may: Truth) -> None:
    assert service_may_assume("ec2.amazonaws.com", statements_of("the trust", policy(*statements))) is may
