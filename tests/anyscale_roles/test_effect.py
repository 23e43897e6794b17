"""The roles do their work, and a thief of their credentials does no more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.anyscale_roles.calls import Call
from tests.anyscale_roles.misuses import OF_CLOUDS, OF_NOBODY, Pair
from tests.anyscale_roles.misuses_of_the_account import OF_NODES, OF_THE_ACCOUNT
from tests.anyscale_roles.roles import CLOUD, cluster_node, control_plane, denied
from tests.anyscale_roles.work import CLUSTER_NODE, CONTROL_PLANE

ALL: Mapping[str, Pair] = {**OF_CLOUDS, **OF_NOBODY, **OF_THE_ACCOUNT}


@pytest.mark.parametrize("cloud_id", [CLOUD, None])
@pytest.mark.parametrize("work", CONTROL_PLANE)
def test_the_control_plane_does_its_work(work: str, cloud_id: str | None) -> None:
    assert denied(control_plane(cloud_id), CONTROL_PLANE[work]) == []


@pytest.mark.parametrize("work", CLUSTER_NODE)
def test_nodes_do_their_work(work: str) -> None:
    assert denied(cluster_node(), CLUSTER_NODE[work]) == []


@pytest.mark.parametrize("misuse", ALL)
def test_a_thief_of_the_control_plane_is_denied(misuse: str) -> None:
    wrong, right = ALL[misuse]
    assert denied(control_plane(), wrong)
    assert right is None or denied(control_plane(), right) == []


@pytest.mark.parametrize("misuse", {**OF_NOBODY, **OF_THE_ACCOUNT})
def test_before_the_registration_a_thief_is_denied_as_well(misuse: str) -> None:
    wrong, right = ALL[misuse]
    assert denied(control_plane(None), wrong)
    assert right is None or denied(control_plane(None), right) == []


@pytest.mark.parametrize("misuse", OF_NODES)
def test_a_thief_of_a_node_is_denied(misuse: str) -> None:
    assert denied(cluster_node(), OF_NODES[misuse][0])


def test_before_the_registration_nothing_tells_clouds_apart() -> None:
    """What is tagged with an id that nobody knows yet must run all the same: so may what another cloud has."""
    refused = [misuse for misuse, (wrong, _) in OF_CLOUDS.items() if denied(control_plane(None), wrong)]
    assert refused == []


def test_there_are_many_misuses() -> None:
    assert len(OF_CLOUDS) >= 25
    assert len(OF_NOBODY) >= 30
    assert len(OF_THE_ACCOUNT) >= 40


@pytest.mark.parametrize("table", [OF_CLOUDS, OF_NOBODY, OF_THE_ACCOUNT], ids=["clouds", "nobody", "account"])
def test_a_misuse_is_not_what_it_is_held_against(table: Mapping[str, Pair]) -> None:
    same: list[Call] = [wrong for wrong, right in table.values() if wrong == right]
    assert same == []
