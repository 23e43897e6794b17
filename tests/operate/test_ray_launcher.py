"""How Ray's own launcher is run; a script that notes its arguments stands in for it, real OpenSSH carries its login."""

from __future__ import annotations

import getpass
import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.errors import UserError
from scripts.cluster_yaml import render
from scripts.cluster_yaml.by_ray_up import NO_KEY
from scripts.operate import ray_launcher
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.down import _is_for_ray
from scripts.operate.instances import RayInstance
from scripts.operate.launcher import CALLERS
from scripts.operate.ray_launcher import Way, require_launcher_programs, run_ray, way_to_new_head
from tests.operate.conftest import BY_RAY, BY_RAY_OUTPUTS, autoscaling_environment

SHELLCHECK = Path(sys.executable).with_name("shellcheck")
BASTION = {"instance_id": "i-head", "private_ip": "10.0.9.9", "public_ip": "203.0.113.7"}
OVER_SSM = Way(over_ssm=True, bastion=None, key=None)
STRAIGHT = Way(over_ssm=False, bastion=None, key=None)

CLIENT = f"""#!{sys.executable}
import json, os, shutil, sys
named = {{name: os.environ.get(name) for name in ("RAY_USAGE_STATS_ENABLED", "AWS_PROFILE")}}
with open(os.environ["NOTED"], "w") as file:
    json.dump([sys.argv[1:], named, shutil.which("ssh"), open(sys.argv[3]).read()], file)
sys.exit(int(os.environ.get("EXIT", 0)))
"""


@pytest.fixture
def environment(tmp_path: Path) -> AutoscalingEc2Config:
    return autoscaling_environment(tmp_path, BY_RAY)


@pytest.fixture
def new_cluster(environment: AutoscalingEc2Config) -> Cluster:
    return cluster_of(environment, {**BY_RAY_OUTPUTS, "bastion": BASTION})


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ray's client notes here how it was called; its cluster.yaml is that of what was applied."""
    client = tmp_path / "client"
    client.write_text(CLIENT)
    client.chmod(0o755)
    monkeypatch.setattr(ray_launcher, "CLIENT", str(client))
    applied = {
        "cluster_name": "ray-production",
        "head_node_type": "head",
        "available_node_types": {"head": {"node_config": {"UserData": "x"}, "resources": {}}},
    }
    monkeypatch.setattr(render, "load_applied", lambda _: applied)
    monkeypatch.setenv("NOTED", str(tmp_path / "noted"))
    return tmp_path / "noted"


@pytest.mark.parametrize(("verb", "options"), [("up", ["-y", "--no-config-cache"]), ("down", ["-y"])])
def test_rays_own_command_is_run(
    environment: AutoscalingEc2Config,
    new_cluster: Cluster,
    noted: Path,
    verb: str,
    options: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variables = {**os.environ, "AWS_PROFILE": "ada"}
    assert run_ray(verb, environment, new_cluster, variables, STRAIGHT) == 0  # type: ignore[arg-type]
    (version, command, file, *given), named, ssh, text = json.loads(noted.read_text())
    assert (version, command, given) == (environment.ray.version, verb, options)
    assert named == {"RAY_USAGE_STATS_ENABLED": "0", "AWS_PROFILE": "ada"}
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    assert Path(ssh) == Path(file).parent / "bin/ssh"
    monkeypatch.setenv("EXIT", "7")
    assert run_ray(verb, environment, new_cluster, dict(os.environ), STRAIGHT) == 7  # type: ignore[arg-type]
    # Whoever runs it, from wherever: Ray hashes `auth`, and replaces the head when it differs.
    auth = yaml.safe_load(text)["auth"]
    assert auth == {"ssh_user": "ubuntu", "ssh_private_key": str(Path(file).parent / "no_key")}
    assert Path(auth["ssh_private_key"]).read_text() == NO_KEY


def wrapped(
    environment: AutoscalingEc2Config,
    cluster: Cluster,
    way: Way,
    noted: Path,
    *arguments: str,
    remote: Sequence[str] = ("echo arrived",),
) -> str:
    """What a login prints that goes the way that Ray's does."""
    assert run_ray("up", environment, cluster, dict(os.environ), way) == 0
    ssh = json.loads(noted.read_text())[2]
    options = ["-i", str(Path(ssh).parents[1] / "no_key"), "-o", "StrictHostKeyChecking=no",
               "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentitiesOnly=yes"]  # fmt: skip
    command = [ssh, *options, *arguments, "127.0.0.1", *remote]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60).stdout


def test_the_login_of_ray_goes_over_ssm_by_address(
    environment: AutoscalingEc2Config, new_cluster: Cluster, noted: Path, sshd: int, key: Path, programs: Path
) -> None:
    way = replace(OVER_SSM, key=str(key))
    assert wrapped(environment, new_cluster, way, noted, "-p", str(sshd)) == "arrived\n"
    looked_up, pushed, session = programs.read_text().splitlines()
    assert "Name=private-ip-address,Values=127.0.0.1 Name=tag:ray-cluster-name,Values=ray-production" in looked_up
    assert "Name=tag:rayform:cluster,Values=ray-production" in looked_up
    assert f"--instance-id i-head --instance-os-user {getpass.getuser()} " in pushed
    assert "--target i-head --document-name AWS-StartSSHSession" in session


def test_rays_copying_waits_for_rsync_on_the_node(
    environment: AutoscalingEc2Config, new_cluster: Cluster, noted: Path, sshd: int, key: Path, programs: Path
) -> None:
    way = replace(OVER_SSM, key=str(key))
    # A function of the remote shell is found by `command -v` as the program would be.
    remote = ["rsync() { echo copied $*; };", "rsync", "--server", "."]
    assert wrapped(environment, new_cluster, way, noted, "-p", str(sshd), remote=remote) == "copied --server .\n"


def test_sessions_are_the_callers_own(
    environment: AutoscalingEc2Config,
    new_cluster: Cluster,
    noted: Path,
    sshd: int,
    key: Path,
    programs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-launcher")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-launcher")
    monkeypatch.setenv(f"{CALLERS}USED", "1")
    monkeypatch.setenv(f"{CALLERS}AWS_PROFILE", "ada")
    monkeypatch.setenv("STAND_IN_NOTES_CREDENTIALS", "1")
    way = replace(OVER_SSM, key=str(key))
    assert wrapped(environment, new_cluster, way, noted, "-p", str(sshd)) == "arrived\n"
    scripts = sorted((ray_launcher.directory_of(environment) / "ray-up/bin").iterdir())
    assert [script.name for script in scripts] == ["ssh", "ssm_by_address"]
    subprocess.run([SHELLCHECK, *scripts], check=True)
    for line in programs.read_text().splitlines():
        assert line.startswith("[profile ada key - token -] ")


def test_the_login_of_ray_goes_through_a_bastion(
    environment: AutoscalingEc2Config, new_cluster: Cluster, noted: Path, sshd: int, key: Path
) -> None:
    way = Way(over_ssm=False, bastion=f"{getpass.getuser()}@127.0.0.1:{sshd}", key=str(key))
    assert run_ray("up", environment, new_cluster, dict(os.environ), way) == 0
    ssh = json.loads(noted.read_text())[2]
    found = subprocess.run(
        [ssh, "-G", "-i", "x", "-o", "IdentitiesOnly=yes", "10.0.0.5"], capture_output=True, text=True, check=True
    ).stdout
    assert f"proxyjump {getpass.getuser()}@127.0.0.1:{sshd}\n" in found.replace("[", "").replace("]", "")
    assert f"identityfile {key}\n" in found
    assert "identitiesonly no\n" in found


@pytest.mark.parametrize(
    ("kind", "via", "bastion", "want"),
    [
        ("ssm", None, None, OVER_SSM),
        ("ssm", "ssh", None, STRAIGHT),
        ("ssm", None, "a@b", Way(over_ssm=False, bastion="a@b", key=None)),
        ("ssh", None, None, Way(over_ssm=False, bastion="ray-production-bastion", key=None)),
        ("ssh", "ssm", None, OVER_SSM),
        ("ssh", None, "a@b", Way(over_ssm=False, bastion="a@b", key=None)),
    ],
)
def test_the_way_is_that_of_other_commands(
    tmp_path: Path, kind: str, via: str | None, bastion: str | None, want: Way
) -> None:
    access = "access: {bastion: ssm,"
    text = BY_RAY.replace(access, f"access: {{bastion: {kind}, ssh_cidrs: [198.51.100.0/24],")
    cluster = cluster_of(autoscaling_environment(tmp_path, text), {**BY_RAY_OUTPUTS, "bastion": BASTION})
    assert way_to_new_head(cluster, via=via, bastion=bastion, key=None) == want


def test_a_program_that_is_missing_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh").symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"^there is no rsync on the PATH, and this needs it: https://"):
        require_launcher_programs(STRAIGHT)


def test_only_ray_up_is_taken_down_by_ray(
    environment: AutoscalingEc2Config,
) -> None:
    head = RayInstance("i-head", "head", "head", "running", "10.0.0.5", "")
    assert _is_for_ray(environment, BY_RAY_OUTPUTS, cluster_of(environment, BY_RAY_OUTPUTS, [head]))
    assert not _is_for_ray(environment, BY_RAY_OUTPUTS, cluster_of(environment, BY_RAY_OUTPUTS))
    outputs = {**BY_RAY_OUTPUTS, "head": BASTION}
    assert not _is_for_ray(environment, outputs, cluster_of(environment, outputs, [head]))
