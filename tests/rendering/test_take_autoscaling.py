"""The head takes over a configuration only when Ray does; Ray is a stand-in here, and the real one elsewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.rendering.user_data import USER_DATA_BYTES
from tests.rendering.autoscaling import rendered
from tests.rendering.scripts import SCRIPTS, written

RAY = """
class AutoscalingConfig:
    def __init__(self, config, skip_content_hash):
        if config["cluster_name"] == "refused":
            raise ValueError("Ray says no\\nat length")

    def get_node_type_configs(self):
        pass
"""
Take = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """What the autoscaler reads."""
    return tmp_path / "etc" / "autoscaling.yaml"


@pytest.fixture
def take(tmp_path: Path, target: Path) -> Take:
    """Run the head's script on a configuration, or on any text."""
    package = tmp_path / "lib" / "ray" / "autoscaler" / "v2" / "instance_manager"
    package.mkdir(parents=True)
    (package / "config.py").write_text(RAY)
    script = tmp_path / "take-autoscaling"
    script.write_text(written(SCRIPTS["ray-up-head"]())["take-autoscaling"].replace("/etc/rayform", str(target.parent)))

    def run(given: dict[str, Any] | str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "given"
        file.write_text(given if isinstance(given, str) else json.dumps(given))
        command = [sys.executable, str(script), str(file)]
        variables = {"PYTHONPATH": str(tmp_path / "lib")}
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)

    return run


def config(**settings: Any) -> dict[str, Any]:
    """A configuration with one type of workers."""
    return {**rendered(workers={"cpu": {}}), **settings}


def test_what_ray_takes_is_taken(take: Take, target: Path) -> None:
    assert take(config()).stdout == "rayform: the autoscaler has a new configuration\n"
    assert json.loads(target.read_text()) == config()
    assert [path.name for path in target.parent.iterdir()] == ["autoscaling.yaml"]


def test_the_same_again_changes_nothing(take: Take, target: Path) -> None:
    take(config())
    before = target.stat().st_mtime_ns
    result = take(config())
    assert (result.returncode, result.stdout, target.stat().st_mtime_ns) == (0, "", before)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (config(cluster_name="refused"), "ValueError: Ray says no\n"),
        (config(available_node_types={}), "ValueError: it has no node type\n"),
        ('{"cluster_name": ', "ParserError: "),
        ("", "TypeError: "),
    ],
    ids=["refused", "no-types", "cut-off", "empty"],
)
def test_what_is_broken_does_not_replace_what_is_good(
    take: Take, target: Path, broken: dict[str, Any] | str, reason: str
) -> None:
    take(config())
    result = take(broken)
    assert result.returncode == 1
    assert result.stderr.startswith(f"rayform: refused a configuration of the autoscaler: {reason}")
    assert len(result.stderr.splitlines()) == 1
    assert json.loads(target.read_text()) == config()


def test_settings_that_ray_reads_once_are_named(take: Take) -> None:
    take(config())
    provider = {**config()["provider"], "cache_stopped_nodes": True}
    assert "takes effect when Ray starts again: systemctl restart ray-head" in take(config(provider=provider)).stdout
    assert "starts again" not in take(config(provider=provider, max_workers=1)).stdout


def test_no_key_is_taken_over(take: Take, target: Path) -> None:
    take(config(auth={"ssh_user": "ubuntu", "ssh_private_key": "~/ray_bootstrap_key.pem"}))
    assert json.loads(target.read_text())["auth"] == {"ssh_user": "ubuntu"}


def test_scripts_that_ec2_would_refuse_are_packed(take: Take, target: Path) -> None:
    given = config()
    script = "#!/bin/bash\n" + "# a line of a long script\n" * 1000
    given["available_node_types"]["cpu"]["node_config"]["UserData"] = script
    take(given)
    packed = json.loads(target.read_text())["available_node_types"]["cpu"]["node_config"]["UserData"]
    assert len(packed) < USER_DATA_BYTES < len(script)
    assert "| gunzip >/opt/rayform/bootstrap\n" in packed
    assert take(given).stdout == ""
