from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.load import check_environment
from config.static_ec2 import StaticEc2Config
from config.yaml_file import read_yaml
from scripts.operate import place
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.ssh import Ssh
from scripts.operate.ssh_config import write_ssh_config
from scripts.operate.ssm import Ssm

PROGRAMS = Path(__file__).parent / "programs"

ENVIRONMENT = """\
flavour: static-ec2
region: us-west-2
account_id: "123456789012"
head: {ami: ubuntu-24.04}
workers: {cpu: {count: 2}, gpu-l4: {count: 1, ami: ubuntu-22.04}}
"""

OUTPUTS: dict[str, Any] = {
    "head": {"instance_id": "i-head", "private_ip": "10.0.0.5", "public_ip": ""},
    "workers": {
        "worker-gpu-l4-0": {"instance_id": "i-gpu0", "private_ip": "10.0.0.8", "public_ip": ""},
        "worker-cpu-10": {"instance_id": "i-cpu10", "private_ip": "10.0.0.7", "public_ip": ""},
        "worker-cpu-2": {"instance_id": "i-cpu2", "private_ip": "10.0.0.6", "public_ip": ""},
    },
    "ray_token_secret_arn": "arn:aws:secretsmanager:us-west-2:123456789012:secret:ray-production-ray-token",
}


AUTOSCALING = """\
flavour: autoscaling-ec2
region: us-west-2
account_id: "123456789012"
head: {ami: ubuntu-24.04, instance_type: m7i.large}
workers:
  cpu: {instance_type: m7i.large}
  arm: {instance_type: m8g.large, ami: ubuntu-24.04}
"""
BY_RAY = AUTOSCALING.replace("head: {", "head: {managed_by: ray-up, ") + "access: {bastion: ssm, key_pair_name: ada}\n"
BY_RAY_OUTPUTS: dict[str, Any] = {"cluster": "ray-production", "role_arns": {}}


def autoscaling_environment(directory: Path, text: str = AUTOSCALING, *, target: str = "aws") -> AutoscalingEc2Config:
    """An environment of Ray's autoscaler called `production`."""
    file = directory / "production.yaml"
    file.write_text(text, encoding="utf-8")
    environment = check_environment(read_yaml(file), name="production", target=target)
    assert isinstance(environment, AutoscalingEc2Config)
    return environment


def environment_of(directory: Path, text: str = ENVIRONMENT, *, target: str = "aws") -> StaticEc2Config:
    """An environment called `production`."""
    file = directory / "production.yaml"
    file.write_text(text, encoding="utf-8")
    environment = check_environment(read_yaml(file), name="production", target=target)
    assert isinstance(environment, StaticEc2Config)
    return environment


def public(outputs: dict[str, Any]) -> dict[str, Any]:
    """The same nodes with public addresses."""
    workers = {
        name: facts | {"public_ip": f"203.0.113.{at}"} for at, (name, facts) in enumerate(outputs["workers"].items())
    }
    return outputs | {"head": outputs["head"] | {"public_ip": "203.0.113.99"}, "workers": workers}


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written to the checkout, and nothing of the user's is read."""
    monkeypatch.setattr(place, "_DIRECTORY", tmp_path / "build" / "operate")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    (tmp_path / "home").mkdir()


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return cluster_of(environment_of(tmp_path), OUTPUTS)


@pytest.fixture
def node_files(tmp_path: Path) -> Path:
    """What a node has under /opt and /var; `ray-cli` repeats its arguments, and fails at `fail`."""
    node = tmp_path / "node"
    logs = node / "var/lib/ray/tmp/session_latest/logs"
    logs.mkdir(parents=True)
    (logs / "raylet.out").write_text("raylet says\n")
    (logs / "raylet.err").write_text("")
    (logs / "worker-1.out").write_text("a worker process says\n")
    boot = node / "var/log/rayform-bootstrap.log"
    boot.parent.mkdir(parents=True)
    boot.write_text("".join(f"boot line {number}\n" for number in range(200)))
    (node / "var/log/rayform-ray.log").write_text("a unit says\n")
    ray = node / "opt/rayform/bin/ray-cli"
    ray.parent.mkdir(parents=True)
    ray.write_text('#!/bin/sh\necho "ray $*"\n[ ! -e "$STAND_IN_NODE/fail" ] || exit 7\n')
    ray.chmod(0o755)
    return node


@pytest.fixture
def programs(tmp_path: Path, node_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for AWS and for the programs of a node, first on the PATH; returns the record of calls to AWS."""
    calls = tmp_path / "calls"
    monkeypatch.setenv("PATH", f"{PROGRAMS}:{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN_CALLS", str(calls))
    monkeypatch.setenv("STAND_IN_NODE", str(node_files))
    return calls


@pytest.fixture
def ssm(programs: Path) -> Ssm:
    return Ssm("us-west-2")


@pytest.fixture
def sshd(tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A real sshd on loopback, in which nobody can log in yet; returns its port."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "this test needs sshd: apt install openssh-server"
    directory = tmp_path / "sshd"
    directory.mkdir(mode=0o700)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", directory / "host_key"], check=True)
    keys = directory / "authorized_keys"
    keys.touch(mode=0o600)
    variables = f"PATH={os.environ['PATH']} STAND_IN_NODE={os.environ['STAND_IN_NODE']}"
    (directory / "config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {directory}/host_key\nAuthorizedKeysFile {keys}\n"
        f"PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nSetEnv {variables}\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    monkeypatch.setenv("STAND_IN_AUTHORIZED_KEYS", str(keys))
    monkeypatch.setenv("STAND_IN_SSH_PORT", str(port))
    with (directory / "log").open("w") as log:
        process = subprocess.Popen([program, "-D", "-e", "-f", directory / "config"], stderr=log)
    try:
        _wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key of mine"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


def ssh_to(cluster: Cluster, port: int, *, key: Path, bastion: str | None = None) -> Ssh:
    """SSH with the file that we write, and what only the test's sshd needs added: its port, the user who runs it."""
    head = replace(cluster.head, user=getpass.getuser(), private_ip="127.0.0.1", public_ip="")
    nodes = (head, *cluster.nodes[1:])
    path = write_ssh_config(replace(cluster, nodes=nodes), bastion=bastion, key=str(key))
    known = path.with_name("known_hosts_of_the_bastion")
    added = f"\nHost *\n  Port {port}\n  StrictHostKeyChecking accept-new\n  UserKnownHostsFile {known}\n"
    path.write_text(path.read_text() + added)
    return Ssh(path)


def authorize(key: Path) -> None:
    """Let a key in, for good."""
    public_half = key.with_name(f"{key.name}.pub").read_text()
    with Path(os.environ["STAND_IN_AUTHORIZED_KEYS"]).open("a") as keys:
        keys.write(public_half)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "sshd does not start"
            time.sleep(0.05)
