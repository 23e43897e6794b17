"""Nothing in the policies is there for nothing: without any part some work is denied, or some misuse passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.anyscale_roles.calls import Call
from tests.anyscale_roles.misuses import OF_CLOUDS, OF_NOBODY, Pair
from tests.anyscale_roles.misuses_of_the_account import OF_NODES, OF_THE_ACCOUNT
from tests.anyscale_roles.roles import CLOUD, cluster_node, control_plane, denied
from tests.anyscale_roles.work import CLUSTER_NODE, CONTROL_PLANE
from tests.autoscaler.parts import own_sids, without_conditions, without_values
from tests.iam_gate import Principal

UNREGISTERED = "control plane before the registration"
ROLES: Mapping[str, tuple[Principal, Mapping[str, Call], Mapping[str, Pair]]] = {
    "control plane": (control_plane(), CONTROL_PLANE, {**OF_CLOUDS, **OF_NOBODY, **OF_THE_ACCOUNT}),
    UNREGISTERED: (control_plane(None), CONTROL_PLANE, {**OF_NOBODY, **OF_THE_ACCOUNT}),
    "node": (cluster_node(), CLUSTER_NODE, OF_NODES),
}
POLICIES = [(role, policy) for role, (principal, _, _) in ROLES.items() for policy in principal.policies]
each_policy = pytest.mark.parametrize(("role", "policy"), POLICIES)


def _works(principal: Principal, work: Iterable[Call]) -> bool:
    return not any(denied(principal, calls) for calls in work)


@each_policy
def test_every_statement_is_needed(role: str, policy: str) -> None:
    principal, work, _ = ROLES[role]
    spare = [sid for sid in own_sids(principal, policy) if _works(principal.without(sid), work.values())]
    assert spare == []


@each_policy
def test_every_value_is_needed(role: str, policy: str) -> None:
    principal, work, _ = ROLES[role]
    spare = [name for name, less in without_values(principal, policy) if _works(less, work.values())]
    assert spare == []


@each_policy
def test_every_condition_is_needed(role: str, policy: str) -> None:
    principal, _, misuses = ROLES[role]
    spare = [
        name
        for name, open_ in without_conditions(principal, policy)
        if all(denied(open_, wrong) for wrong, _ in misuses.values())
    ]
    assert spare == []


def test_the_forms_differ() -> None:
    """So that the tables are not tried on the same policies twice."""
    assert control_plane(CLOUD).policies["instances"] != control_plane(None).policies["instances"]
    assert control_plane(CLOUD).policies["services"] != control_plane(None).policies["services"]
