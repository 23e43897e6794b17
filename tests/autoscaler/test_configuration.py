"""Our cluster.yaml as Ray and as our own linter read it, and what Ray's autoscaler does without our help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.autoscaler import head
from tests.autoscaler.by_ray import PROGRAMS, RayError
from tests.autoscaler.conftest import Lives
from tests.autoscaler.lives import HEAD, INTEL, LAUNCHER, Stage

pytestmark = pytest.mark.autoscaler


@pytest.mark.parametrize("name", ["by-terraform", "by-ray-up", "cached"])
def test_ray_takes_the_file_and_adds_nothing_to_it(stages: dict[str, Stage], name: str) -> None:
    stage = stages[name]
    caller = stage.caller(LAUNCHER if "launcher" in stage.deployed.roles else HEAD)
    said = caller.python(PROGRAMS / "take.py", stage.cluster_yaml())
    assert json.loads(said.strip().splitlines()[-1]) == {"changed": []}


@pytest.mark.parametrize(("name", "traps"), [("by-ray-up", []), ("cached", ["stopped-nodes-kept"])])
def test_the_linter_finds_no_trap_but_what_was_asked_for(stages: dict[str, Stage], name: str, traps: list[str]) -> None:
    stage = stages[name]
    said = stage.deployed.workspace.python("-m", "scripts.cluster_yaml.lint", "--json", "--", str(stage.cluster_yaml()))
    assert [trap["id"] for trap in json.loads(said.output)["traps"]] == traps


def test_ray_alone_asks_again_and_again_for_spot_that_there_is_not(life: Lives, stages: dict[str, Stage]) -> None:
    """What autoscaler-monitor.py is for. Once Ray does it by itself, this fails and that file may go."""
    life("by-terraform")
    stage = stages["by-terraform"]
    caller = stage.caller(HEAD)
    file: Path = head.config_from_secret(caller, stage.deployed)
    with caller.autoscale(file, INTEL, no_capacity=["spot"]) as autoscaling, pytest.raises(RayError):
        autoscaling.grow()
    assert {error["type"] for error in autoscaling.errors} == {"cpu"}
    assert len(autoscaling.errors) >= 4
    assert stage.deployed.nodes(ray_node_type="worker") == []
