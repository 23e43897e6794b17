"""From the vendor's module to this flavour, by the page's own environment and import blocks: nothing is replaced."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.workspace import SHOW_PLAN, Workspace
from tests.register.move import IMPORTS, MOVE, filled
from tests.register.vendor import make_cloud

pytestmark = pytest.mark.integration

NAME = "moved"


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """Ids and names of what was made, filled by `workspace`."""
    return {}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory, found: dict[str, str]) -> Iterator[Workspace]:
    """A workspace in whose account the vendor's module was."""
    workspace = Workspace(tmp_path_factory.mktemp("move"))
    workspace.environments.mkdir()
    workspace.local_aws("up").succeeded()
    found |= make_cloud(workspace.client)
    (workspace.environments / f"{NAME}.yaml").write_text(filled(MOVE / "environment.yaml", found))
    (workspace.environments / f"{NAME}.imports.tf").write_text(filled(IMPORTS, found))
    yield workspace
    workspace.local_aws("reset")


def test_everything_is_imported_and_nothing_destroyed(workspace: Workspace) -> None:
    workspace.terraform("plan", NAME).succeeded()
    plan: dict[str, Any] = json.loads(workspace.python("-c", SHOW_PLAN, NAME).succeeded().output)
    destroyed = [each["address"] for each in plan["resource_changes"] if "delete" in each["change"]["actions"]]
    assert destroyed == []
    imported = [each["address"] for each in plan["resource_changes"] if "importing" in each["change"]]
    text = IMPORTS.read_text(encoding="utf-8")
    assert sorted(imported) == sorted(re.findall(r"^  to = (\S+)$", text, re.MULTILINE))


def test_after_the_apply_there_is_nothing_to_do(workspace: Workspace, found: dict[str, str]) -> None:
    workspace.terraform("apply", NAME).succeeded()
    outputs = workspace.outputs(NAME)
    assert outputs["vpc_id"] == found["vpc"]
    assert outputs["efs_id"] == found["efs"]
    assert outputs["memorydb_name"] == found["memorydb"]
    assert workspace.changes(NAME) == []


def test_it_is_registered_as_it_was(workspace: Workspace, found: dict[str, str]) -> None:
    done = workspace.python("-m", "scripts.register", "--env", NAME).succeeded()
    for name in ("vpc", "private-a", "private-b", "sg", "control-plane-role", "node-role", "bucket", "efs", "memorydb"):
        assert found[name] in done.output, name
    assert f"is registered as {found['cloud-id']}" in done.errors
