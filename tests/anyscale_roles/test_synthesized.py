"""Terraform is given the statements that are judged here, and the size that was judged before the synth is theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from config.anyscale_arns import expected_arns
from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_permissions import Policies, cluster_node_policies, control_plane_policies
from config.load import load_environment
from config.policy_document import policy_characters, policy_document
from tests.modules.policy_documents import document
from tests.synthesis import example

MOST, MOST_INLINE = 6_144, 10_240
"""Characters of a policy, and of all inline policies of a role."""


def _policies(name: str) -> Mapping[str, Policies]:
    """By construct id of the role."""
    config = load_environment(name)
    assert isinstance(config, AnyscaleCloudConfig)
    arns = expected_arns(config)
    return {"control_plane": control_plane_policies(config, arns), "cluster_node": cluster_node_policies(config, arns)}


@pytest.mark.parametrize("name", ["anyscale", "anyscale-public"])
def test_the_roles_have_these_policies(name: str) -> None:
    stack = example(name)
    for role, policies in _policies(name).items():
        found = {each for each in stack.of("aws_iam_role_policy") if each.startswith(f"{role}_")}
        assert found == {f"{role}_policy_{policy}" for policy in policies}
        for policy, statements in policies.items():
            synthesized = document(stack, f"{role}_document_{policy}")
            assert synthesized == policy_document(statements)
            assert len(json.dumps(synthesized, separators=(",", ":"))) == policy_characters(statements)


@pytest.mark.parametrize("name", ["anyscale", "anyscale-public"])
def test_the_policies_fit(name: str) -> None:
    for policies in _policies(name).values():
        sizes = [policy_characters(statements) for statements in policies.values()]
        assert max(sizes) <= MOST
        assert sum(sizes) <= MOST_INLINE
