"""Node groups that are there, and cannot be relied on: answers of EKS that the embedded one never gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from config.errors import UserError
from scripts.inventory.session import Session
from scripts.kubernetes import node_groups
from tests.kubernetes.conftest import GROUPS, environment_of


class Answers:
    """A session whose EKS gives these answers in turn."""

    def __init__(self, *groups: dict[str, Any]) -> None:
        self._client: Any = botocore.session.Session().create_client(
            "eks", region_name="us-west-2", aws_access_key_id="a", aws_secret_access_key="b"
        )
        stubber = Stubber(self._client)
        for group in groups:
            stubber.add_response("describe_nodegroup", {"nodegroup": group})
        stubber.activate()

    def client(self, _: str) -> Any:
        return self._client


def test_only_groups_that_have_or_get_nodes_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = environment_of(tmp_path)
    assert tuple(environment.node_group_names) == GROUPS
    monkeypatch.setattr(node_groups, "_AT_ONCE", 1)  # so that each gets its answer

    def ask(*groups: dict[str, Any]) -> None:
        session: Session = Answers(*groups)  # type: ignore[assignment]
        node_groups.require_node_groups(environment, session)

    active, updating = {"status": "ACTIVE"}, {"status": "UPDATING"}
    ask(active, updating, active)
    issues = [{"code": "AutoScalingGroupNotFound", "message": "gone"}]
    with pytest.raises(UserError) as raised:
        ask({"status": "DELETING"}, active, {"status": "DEGRADED", "health": {"issues": issues}})
    assert raised.value.lines == (
        "lab has no node for what would run: node group system is DELETING, node group cpu is DEGRADED "
        "(AutoScalingGroupNotFound); run: make plan ENV=lab TARGET=local && make apply ENV=lab TARGET=local",
    )
