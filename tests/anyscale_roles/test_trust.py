"""Who may take on the control plane's role: Anyscale, and only with the id that was agreed on."""

from __future__ import annotations

import pytest

from config.anyscale_permissions import control_plane_trust
from config.policy_document import policy_document
from scripts.audit.iam_effect.evaluate import Delegation, Request, grants
from scripts.audit.iam_effect.statements import read_statements
from scripts.audit.iam_effect.trust import is_open, lacks_external_id, trusted
from scripts.inventory.reading import Unreadable
from tests.anyscale_roles.roles import CLOUD, cloud
from tests.iam_gate import Principal

ANYSCALE, MINE = "525325868955", "org_a1-mine"
ROLE = "arn:aws:iam::123456789012:role/ray-test-control-plane"
DOCUMENT = policy_document(control_plane_trust(cloud(None)))
CALLERS = {
    "Anyscale": ((ANYSCALE, (MINE,)), True),
    "Anyscale without an id": ((ANYSCALE, ()), False),
    "Anyscale for another organization": ((ANYSCALE, ("org_b2-mine",)), False),
    "Anyscale for whoever knows the organization": ((ANYSCALE, ("org_a1",)), False),
    "Anyscale with the id in other letters": ((ANYSCALE, (MINE.upper(),)), False),
    "another account that knows the id": (("999999999999", (MINE,)), False),
    "a role of the own account": (("123456789012", (MINE,)), False),
}


def _assumes(account_id: str, external_id: tuple[str, ...], action: str = "sts:AssumeRole") -> bool:
    """Whether a role of an account may, to which its own account allows everything."""
    trust = read_statements("trust", DOCUMENT)
    assert not isinstance(trust, Unreadable)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    caller = Principal("service", {"all": everything}, account_id=account_id)
    request = Request(action, ROLE, {"sts:externalid": external_id})
    found = grants(caller.permissions, request, resource_policy=trust, delegation=Delegation.ASKED)
    return any(not grant.conditions for grant in found)


@pytest.mark.parametrize("caller", CALLERS)
def test_who_takes_on_the_role(caller: str) -> None:
    (account_id, external_id), wanted = CALLERS[caller]
    assert _assumes(account_id, external_id) is wanted


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity", "sts:AssumeRoleWithWebIdentity"])
def test_nothing_but_to_take_it_on(action: str) -> None:
    assert not _assumes(ANYSCALE, (MINE,), action)


def test_anyscales_own_verification_can_read_it() -> None:
    """It wants the action as text, the root of its account, and the id in StringEquals of every statement."""
    assert DOCUMENT["Statement"] == [
        {
            "Sid": "Assume",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{ANYSCALE}:root"},
            "Condition": {"StringEquals": {"sts:ExternalId": MINE}},
        }
    ]


def test_the_audit_has_nothing_against_it() -> None:
    (who,) = trusted("control-plane", DOCUMENT)
    assert not is_open(who)
    assert not lacks_external_id(who, "123456789012")


def test_registering_changes_nothing_of_it() -> None:
    assert control_plane_trust(cloud(CLOUD)) == control_plane_trust(cloud(None))
