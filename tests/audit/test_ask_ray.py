"""Asking Ray: what it prints becomes nodes, and whatever else comes is no answer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from config.paths import ROOT
from scripts.audit.ask_ray import ask_ray, view_of
from scripts.inventory.ray_nodes import RayNode
from scripts.inventory.reading import Unreadable
from tests.audit.environments import load


def printed(**changes: object) -> dict[str, object]:
    return {"node_id": "ab", "node_ip": "10.0.0.4", "is_head_node": True, "state": "ALIVE", **changes}


def test_nodes_that_are_alive_are_known() -> None:
    nodes = [printed(), printed(node_id="cd", node_ip="10.0.0.5", is_head_node=False), printed(state="DEAD")]
    text = f"[2026-11-21 08:00:00,000 WARNING] something of Ray's log\n{json.dumps(nodes, indent=4)}\n"
    assert view_of(text).nodes == (RayNode("ab", "10.0.0.4", True), RayNode("cd", "10.0.0.5", False))


def test_no_node_is_an_answer() -> None:
    assert view_of("[]\n").nodes == ()


@pytest.mark.parametrize("text", ["", "Ray is not running", '[{"node_id": "ab"}]', "[{broken"])
def test_what_nobody_understands_is_no_answer(text: str) -> None:
    assert str(view_of(text).nodes) == "ray:ListNodes gave an answer of unknown shape"


def test_why_the_head_was_not_asked_is_said() -> None:
    # Refused before anything is called: the embedded AWS has no node to ask.
    found = ask_ray(load("autoscaling-small").model_copy(update={"name": "demo"})).nodes
    assert isinstance(found, Unreadable)
    assert found.code


def test_ray_is_asked_only_where_it_makes_nodes() -> None:
    command = [sys.executable, "-m", "scripts.audit", "--env", "demo", "--target", "local", "--ask-ray"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "ASK_RAY: demo has flavour static-ec2, it is for autoscaling-ec2" in done.stderr
