"""Who may take on the cloud's roles, tried out: what the control plane, others and EC2 would be told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.audit.anyscale.rights import Answer, Asked
from scripts.audit.iam_effect.evaluate import Delegation, Permissions, Request
from scripts.audit.iam_effect.principals import Principal, identifiers
from scripts.audit.iam_effect.statements import Statement, listed
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.iam_effect.variables import Context

ASSUME_ROLE = "sts:AssumeRole"
EC2 = "ec2.amazonaws.com"
STRANGER = "000000000000"
"""An account that nobody has, in the place of every account that no statement names."""
ANYBODY = "whoever-asks"
"""A role that no statement names."""
EVERYBODY = "every account"
_EXTERNAL_ID = "sts:externalid"
_ACCOUNT = re.compile(r"\b[0-9]{12}\b")


def control_plane_asks(config: AnyscaleCloudConfig, role_arn: str, trust: tuple[Statement, ...]) -> Answer:
    """What Anyscale's control plane is told when it asks with the external id."""
    who = Principal(config.place.partition, config.anyscale.control_plane_account_id, ANYBODY)
    return _asks(who, role_arn, trust, (config.anyscale.external_id,))


def others_let_in(config: AnyscaleCloudConfig, role_arn: str, trust: tuple[Statement, ...]) -> Iterator[str]:
    """Who may take on the role beside the control plane with the external id and principals of the own account."""
    found = dict.fromkeys(way for who in _principals(config, trust) for way in _ways_in(config, who, role_arn, trust))
    if any(way.startswith(EVERYBODY) for way in found):
        yield EVERYBODY
    else:
        yield from found
    for statement in trust:
        if statement.allows and statement.for_action(ASSUME_ROLE):
            yield from (f"{kind} {identifier}" for kind, identifier in identifiers(statement) if kind != "AWS")


def _ways_in(config: AnyscaleCloudConfig, who: Principal, role_arn: str, trust: tuple[Statement, ...]) -> Iterator[str]:
    wanted = config.anyscale.external_id
    if who.account_id != config.anyscale.control_plane_account_id:
        if any(_may(_asks(who, role_arn, trust, given)) for given in ((wanted,), ())):
            yield EVERYBODY if who.account_id == STRANGER else _shown(who)
        return
    if _may(_asks(who, role_arn, trust, ())):
        yield f"{_shown(who)} without an external id"
        return
    others = (each for each in (*_external_ids(trust), *_guesses(config)) if each != wanted)
    let_in = next((other for other in others if _may(_asks(who, role_arn, trust, (other,)))), None)
    if let_in is not None:
        yield f"{_shown(who)} with external id {let_in}"


def service_may_assume(service: str, trust: tuple[Statement, ...]) -> Truth:
    """Whether a service that roles are passed to, such as EC2, may take on a role."""
    speaking = [
        (statement, statement.under({_EXTERNAL_ID: (), "aws:securetransport": ("true",)}))
        for statement in trust
        if statement.for_action(ASSUME_ROLE) and _names_service(statement, service)
    ]
    allowed = max((holds for statement, holds in speaking if statement.allows), default=Truth.NO)
    denied = max((holds for statement, holds in speaking if not statement.allows), default=Truth.NO)
    return min(allowed, ~denied)


def _names_service(statement: Statement, service: str) -> bool:
    named = set(identifiers(statement))
    return ("Service", service) in named or (not statement.allows and ("AWS", "*") in named)


def _asks(who: Principal, role_arn: str, trust: tuple[Statement, ...], external_id: tuple[str, ...]) -> Answer:
    """Somebody of an account whose own policies let them do everything."""
    everything = Statement("its own account", "#1", True, {"Effect": "Allow", "Action": "*", "Resource": "*"})
    known: Context = {
        _EXTERNAL_ID: external_id,
        "aws:principalaccount": (who.account_id,),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("false",),
    }
    asked = Asked(Request(ASSUME_ROLE, role_arn, known), trust, Delegation.ASKED)
    return asked.of(Permissions(who, (everything,)))


def _may(answer: Answer) -> bool:
    """A condition that nobody can tell from here keeps nobody out for sure."""
    return answer.goes is not Truth.NO


def _external_ids(trust: tuple[Statement, ...]) -> Iterator[str]:
    """External ids that the policy names, a wildcard filled with something."""
    for statement in trust:
        for tests in statement.condition.values():
            for key, values in tests.items():
                if key.lower() == _EXTERNAL_ID:
                    yield from (value.replace("*", "0").replace("?", "0") for value in listed(values))


def _guesses(config: AnyscaleCloudConfig) -> tuple[str, ...]:
    """Ids that another customer, or another cloud of the organization, might have."""
    return (f"{config.anyscale.organization_id}-another", "org_another-0", config.anyscale.external_id[:-1])


def _principals(config: AnyscaleCloudConfig, trust: tuple[Statement, ...]) -> Iterator[Principal]:
    """Somebody of the control plane's account, a stranger, and whoever the policy names of another account."""
    partition, own = config.place.partition, config.account_id
    yield Principal(partition, config.anyscale.control_plane_account_id, ANYBODY)
    yield Principal(partition, STRANGER, ANYBODY)
    for statement in trust:
        for kind, identifier in identifiers(statement):
            account = _ACCOUNT.search(identifier)
            if statement.allows and kind == "AWS" and account is not None and account.group() != own:
                yield Principal(partition, account.group(), identifier.partition(":role/")[2] or ANYBODY)


def _shown(who: Principal) -> str:
    role = "" if who.role == ANYBODY else f"role {who.role} of "
    return f"{role}account {who.account_id}"
