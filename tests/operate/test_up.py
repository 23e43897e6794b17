"""What `make up` refuses and says before Ray's own launcher runs; the launcher itself is in test_ray_launcher."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import UserError
from scripts.operate import up
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.instances import RayInstance
from scripts.operate.ray_launcher import Way
from scripts.operate.up import ray_up
from tests.operate.conftest import BY_RAY, BY_RAY_OUTPUTS, autoscaling_environment

WAY = Way(over_ssm=False, bastion=None, key=None)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs of Ray's launcher, which ends with 0; every program is there."""
    found: list[str] = []

    def run_ray(verb: str, *_: Any) -> int:
        found.append(verb)
        return 0

    monkeypatch.setattr(up, "run_ray", run_ray)
    monkeypatch.setattr(up, "require_launcher_programs", lambda _: None)
    return found


def started(tmp_path: Path, *states: str, text: str = BY_RAY) -> int:
    """Exit status of `make up` where there are heads in these states."""
    environment = autoscaling_environment(tmp_path, text)
    heads = [RayInstance(f"i-{at}", "head", "head", state, "10.0.0.5", "") for at, state in enumerate(states)]
    cluster: Cluster = cluster_of(environment, BY_RAY_OUTPUTS, heads)
    session: Any = SimpleNamespace()
    return ray_up(environment, cluster, session, BY_RAY_OUTPUTS, WAY)


@pytest.mark.parametrize("states", [[], ["running"], ["pending"]])
def test_ray_makes_a_head_or_updates_the_one_there_is(
    tmp_path: Path, runs: list[str], states: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert started(tmp_path, *states) == 0
    assert runs == ["up"]
    assert capsys.readouterr().out == "the head is up: make status ENV=production\n"


@pytest.mark.parametrize("states", [["stopped"], ["running", "running"]])
def test_ray_is_not_let_make_another_head(tmp_path: Path, runs: list[str], states: list[str]) -> None:
    with pytest.raises(UserError, match=r"run: make down ENV=production && make up ENV=production$"):
        started(tmp_path, *states)
    assert runs == []
