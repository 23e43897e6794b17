"""The boot scripts: golden files, shellcheck, size, contents. UPDATE_GOLDEN=1 accepts a change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from config.errors import UserError
from config.nodes import HeadConfig, WorkerGroupConfig
from config.ports import ray_start_port_flags
from config.ray import RayConfig
from scripts.rendering.bootstrap import USER_DATA_BYTES, ClusterFacts, EfsMount, HeadStore, render_bootstrap
from scripts.rendering.templates import template_environment
from scripts.rendering.terraform_text import escape_interpolation

GOLDEN = Path(__file__).parent / "golden"


def facts(**settings: Any) -> ClusterFacts:
    given: dict[str, Any] = {
        "cluster": "ray-test",
        "region": "us-west-2",
        "head_address": "head.test.ray.internal",
        "token_secret": "ray-test-ray-token",
        "log_group": "/ray/test/nodes",
        "metrics_namespace": "Rayform/ray-test",
        "efs": EfsMount("fs-0123456789abcdef0", "fsap-0123456789abcdef0", "/mnt/efs"),
        "head_store": HeadStore("gcs.example.com", "ray-test-gcs", "ray-test-memorydb-password", "ray-test"),
        **settings,
    }
    return ClusterFacts(**given)


def head(**settings: Any) -> str:
    return render_bootstrap(
        "head", node_name="head-node", node=HeadConfig(), ray=RayConfig(), facts=facts(**settings), group="head"
    )


def worker(**settings: Any) -> str:
    node = WorkerGroupConfig(resources={"CPU": 4, "custom": 5}, labels={"accelerator": "l4"})
    ray = RayConfig(packages=["numpy==2.3.4"], extras=["data"], object_store_memory_gib=2)
    return render_bootstrap(
        "worker", node_name="worker-gpu-0", node=node, ray=ray, facts=facts(**settings), group="gpu"
    )


SCRIPTS = {"head": head, "worker": worker, "bare-head": lambda: head(efs=None, head_store=None)}


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_that_of_the_golden_file(name: str) -> None:
    file, script = GOLDEN / f"{name}.sh", SCRIPTS[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(script, encoding="utf-8")
    assert script == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_and_what_they_write_are_shellcheck_clean(name: str, tmp_path: Path) -> None:
    shellcheck = Path(sys.executable).with_name("shellcheck")
    assert shellcheck.exists() or shutil.which("shellcheck")
    script = SCRIPTS[name]()
    inner = script.split("start-ray\" <<'RAYFORM_EOF'\n")[1].split("\nRAYFORM_EOF")[0]
    for part, text in (("bootstrap.sh", script), ("start-ray.sh", inner)):
        file = tmp_path / part
        file.write_text(text + "\n", encoding="utf-8")
        result = subprocess.run([shellcheck, file], capture_output=True, text=True, check=False)
        assert result.stdout == ""


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_leaves_half_of_the_user_data_free(name: str) -> None:
    assert len(SCRIPTS[name]().encode()) < USER_DATA_BYTES / 2


def test_script_that_ec2_would_refuse_is_one_line() -> None:
    ray = RayConfig(packages=[f"a-package-with-a-long-name-{number}==1.0.0" for number in range(400)])
    with pytest.raises(UserError, match=r"the boot script of head-node has [0-9]+ bytes, EC2 takes 16384"):
        render_bootstrap("head", node_name="head-node", node=HeadConfig(), ray=ray, facts=facts(), group="head")


def test_every_port_is_pinned_on_both_tiers() -> None:
    for flag in ray_start_port_flags("head"):
        assert flag in head()
    for flag in ray_start_port_flags("worker"):
        assert flag in worker()
    assert "--dashboard-port" not in worker()


def test_token_authentication_is_on() -> None:
    for script in (head(), worker()):
        assert "RAY_AUTH_MODE=token" in script
        assert "ray-test-ray-token" in script


def test_only_the_head_knows_the_store() -> None:
    assert "RAY_REDIS_ADDRESS=rediss://gcs.example.com:6379" in head()
    assert "memorydb-password" not in worker()
    assert "REDIS" not in head(head_store=None)


def test_resources_and_labels_become_flags() -> None:
    script = worker()
    assert "--num-cpus=4" in script
    assert '--resources={"custom": 5}' in script
    assert "--labels=accelerator=l4,rayform/group=gpu" in script
    assert f"--object-store-memory={2 * 1024**3}" in script


def test_versions_are_pinned() -> None:
    assert "'ray[default]==2.60.0'" in head()
    assert "'ray[data,default]==2.60.0'" in worker()
    assert "numpy==2.3.4" in worker()


def test_a_missing_variable_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        template_environment().from_string("{{ nothing }}").render()


def test_interpolation_is_escaped_but_for_tokens() -> None:
    assert (
        escape_interpolation("${HOME} %{if} $HOME ${TfToken[TOKEN.1]}") == "$${HOME} %%{if} $HOME ${TfToken[TOKEN.1]}"
    )
