"""The boot scripts: golden files, shellcheck, size, contents. UPDATE_GOLDEN=1 accepts a change."""

from __future__ import annotations

import ast
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from config.errors import UserError
from config.hooks import HOOK_END
from config.ports import port_table
from config.ray import RayConfig
from config.ray_ports import RayPortsConfig
from scripts.rendering.bootstrap import user_data_function
from scripts.rendering.cluster_facts import StateVolume
from scripts.rendering.templates import template_environment
from scripts.rendering.terraform_text import escape_interpolation
from scripts.rendering.user_data import USER_DATA_BYTES
from tests.rendering.scripts import HOOK, SCRIPTS, head, worker, written

GOLDEN = Path(__file__).parent / "golden"
SHELLCHECK = Path(sys.executable).with_name("shellcheck")
TABLE = port_table(RayPortsConfig())
scripts = pytest.mark.parametrize("name", SCRIPTS)


@scripts
def test_script_is_that_of_the_golden_file(name: str) -> None:
    file, script = GOLDEN / f"{name}.sh", SCRIPTS[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(script, encoding="utf-8")
    assert script == file.read_text(encoding="utf-8")


@scripts
def test_scripts_and_what_they_write_are_clean(name: str, tmp_path: Path) -> None:
    script = SCRIPTS[name]()
    texts = {"bootstrap": script, **written(script)}
    assert {"start-ray", "ray-cli", "prepare-storage"} < texts.keys()
    for part, text in texts.items():
        if text.startswith("#!/bin/bash"):
            file = tmp_path / part
            file.write_text(text, encoding="utf-8")
            result = subprocess.run([SHELLCHECK, file], capture_output=True, text=True, check=False)
            assert (part, result.stdout) == (part, "")
        elif not part.endswith((".service", ".timer")):
            ast.parse(text, part)


@scripts
def test_user_data_has_room_left(name: str) -> None:
    assert len(gzip.compress(SCRIPTS[name]().encode())) < USER_DATA_BYTES / 2


def test_user_data_is_plain_while_ec2_takes_it() -> None:
    assert {user_data_function(head()), user_data_function(worker())} == {"base64encode"}


def test_user_data_is_compressed_when_ec2_would_refuse_it_plain() -> None:
    script = head(hook=HOOK + "\n# a line of a long hook" * 400)
    assert len(script) > USER_DATA_BYTES
    assert user_data_function(script) == "base64gzip"


def test_script_that_ec2_would_refuse_is_one_line() -> None:
    packages = [f"package-{number**7:x}-{number**9:x}==1.{number}.{number**3}" for number in range(1200)]
    wanted = r"the boot script of head-node has [0-9]+ bytes compressed, EC2 takes 16384 less 512 for ids: name fewer"
    with pytest.raises(UserError, match=wanted):
        head(ray=RayConfig(packages=packages))


def test_every_port_is_pinned_on_both_tiers() -> None:
    for pin in (*TABLE.ray_start_flags("head"), *TABLE.ray_variables("head")):
        assert pin in head()
    for flag in TABLE.ray_start_flags("worker"):
        assert flag in worker()
    assert "--dashboard-port" not in worker()
    assert "METRIC_PORT" not in worker()


def test_ports_are_those_of_the_environment() -> None:
    ray = RayConfig(ports=RayPortsConfig(gcs=7379, dashboard=9265, workers="30000-30999"))
    assert "--port=7379" in head(ray=ray)
    assert "RAY_API_SERVER_ADDRESS=http://head.test.ray.internal:9265" in head(ray=ray)
    assert "--address=head.test.ray.internal:7379" in worker(ray=ray)
    assert "--max-worker-port=30999" in worker(ray=ray)


def test_token_authentication_is_on() -> None:
    for script in (head(), worker()):
        assert "Environment=RAY_AUTH_MODE=token" in script
        assert '/opt/rayform/bin/read-secret ray-test-ray-token >"${RAY_AUTH_TOKEN_PATH}"' in script


def test_token_authentication_is_off_when_there_is_no_token() -> None:
    script = head(token_secret=None, head_store=None)
    assert "Environment=RAY_AUTH_MODE=disabled" in script
    assert "read-secret" not in script
    assert "TOKEN_PATH" not in script


def test_only_the_head_knows_the_store() -> None:
    assert "RAY_REDIS_ADDRESS=rediss://gcs.example.com:6379" in head()
    assert "memorydb-password" not in worker()
    assert "REDIS" not in head(head_store=None)


@scripts
def test_no_command_is_given_a_password(name: str) -> None:
    shell = [line for line in SCRIPTS[name]().splitlines() if "password" in line]
    in_shell = [line for line in shell if "read-secret" in line]
    in_python = written(SCRIPTS[name]()).get("ray-with-redis", "")
    assert all(line in in_shell or line in in_python for line in shell)


def test_rocksdb_is_on_the_volume() -> None:
    script = head(head_store=StateVolume("vol-0123456789abcdef0"))
    assert "Environment=RAY_gcs_storage=rocksdb" in script
    assert "Environment=RAY_gcs_storage_path=/var/lib/ray-state/gcs" in script
    assert "id=vol-0123456789abcdef0" in written(script)["prepare-storage"]
    assert "vol-" not in worker(head_store=StateVolume("vol-0123456789abcdef0"))


def test_only_spot_workers_watch_for_interruption() -> None:
    assert "rayform-spot.service" in written(worker(spot=True))
    assert "ConditionPathExists=!/run/rayform/draining" in written(worker(spot=True))["ray-worker.service"]
    for script in (worker(), head()):
        assert "draining" not in script


def test_units_are_started_in_order() -> None:
    assert "systemctl enable --now ray-worker.service rayform-spot.service\n" in worker(spot=True)


def test_offline_nodes_ask_no_index() -> None:
    script = SCRIPTS["offline-spot-worker"]()
    assert "aws s3 cp --recursive --only-show-errors --region" in script
    assert 'FROM=(--no-index --find-links "${HOME_DIR}/wheels")' in script
    assert "--no-index" not in worker()


def test_hook_runs_before_ray_starts() -> None:
    script = head(hook=HOOK)
    assert f"{HOOK}\n{HOOK_END}\n" in script
    assert script.index("echo hooked") < script.index("systemctl enable --now ray-head")
    assert HOOK_END not in head()


def test_agent_runs_when_there_is_a_log_group() -> None:
    assert '"log_group_name": "/ray/test/nodes"' in head()
    assert "cloudwatch" not in head(log_group=None)


def test_resources_and_labels_become_flags() -> None:
    script = worker()
    assert "--num-cpus=4" in script
    assert '--resources={"custom": 5}' in script
    assert "--labels=accelerator=l4,rayform/group=gpu" in script
    assert f"--object-store-memory={2 * 1024**3}" in script
    assert f"wanted={2 * 1024**3 * 11 // 10}" in script


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


def test_no_outgoing_connection_takes_a_port_of_ray() -> None:
    assert f"net.ipv4.ip_local_reserved_ports = {','.join(port.shown for port in TABLE)}\n" in worker()


def test_disks_are_ready_before_every_start() -> None:
    assert "ExecStartPre=+/opt/rayform/bin/prepare-storage\n" in written(head())["ray-head.service"]


def test_a_volume_is_formatted_only_when_nothing_is_on_it() -> None:
    storage = written(SCRIPTS["rocksdb-head"]())["prepare-storage"]
    assert 'if [ "${found}" -eq 2 ]; then mkfs.ext4 -q "${device}"; fi' in storage
    assert 'chown -R ray:ray "${state}/gcs"' in storage


def test_the_script_is_tried_until_it_has_worked() -> None:
    lines = head().splitlines()
    assert lines.index("systemctl disable rayform-bootstrap.service") == len(lines) - 2
    assert "Restart=on-failure" in lines


def test_every_node_has_the_same_python() -> None:
    assert "PYTHON=(--python 3.12 --python-preference only-managed)" in head()
    assert "Environment=RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL=minor" in head()
