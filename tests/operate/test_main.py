"""The commands as make starts them: what they refuse, and what works on the embedded AWS too."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config import load
from config.ec2_cluster import Ec2ClusterConfig
from scripts import state
from scripts.inventory import session
from scripts.operate import __main__ as operate
from tests.operate.conftest import (
    AUTOSCALING,
    BY_RAY,
    BY_RAY_OUTPUTS,
    ENVIRONMENT,
    OUTPUTS,
    autoscaling_environment,
    environment_of,
)


class Secrets:
    """Secrets Manager with one secret."""

    def get_secret_value(self, *, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        if SecretId != OUTPUTS["ray_token_secret_arn"]:
            raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetSecretValue")
        return {"SecretString": "the-token"}


class NoInstances:
    """EC2 without an instance of the cluster."""

    def get_paginator(self, _: str) -> NoInstances:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{"Reservations": []}]


class Commands:
    """Runs commands on one environment, whose state is a file."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._directory, self._monkeypatch, self._capsys = directory, monkeypatch, capsys
        self.environment: Ec2ClusterConfig
        self.use()

    def use(self, text: str = "", *, target: str = "local", outputs: dict[str, Any] = OUTPUTS) -> None:
        self._use(environment_of(self._directory, ENVIRONMENT + text, target=target), outputs)

    def use_autoscaling(self, text: str, *, target: str = "aws", outputs: dict[str, Any]) -> None:
        self._use(autoscaling_environment(self._directory, text, target=target), outputs)

    def _use(self, environment: Ec2ClusterConfig, outputs: dict[str, Any]) -> None:
        self.environment = environment
        document = {"outputs": {name: {"value": value} for name, value in outputs.items()}, "resources": []}
        content = json.dumps(document)
        self._monkeypatch.setattr(load, "load_environment", lambda *_, **__: self.environment)
        for name in ("_local_text", "_remote_text"):
            self._monkeypatch.setattr(state, name, lambda *_: content)
        found = SimpleNamespace(client={"secretsmanager": Secrets(), "ec2": NoInstances()}.__getitem__)
        self._monkeypatch.setattr(session, "open_session", lambda _: found)

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit status, stdout and stderr of a command."""
        self._monkeypatch.setattr(sys, "argv", ["operate", *words, "--env", "production"])
        code = operate.main()
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(tmp_path, monkeypatch, capsys)


def test_the_token_stands_alone_on_stdout(commands: Commands) -> None:
    assert commands.run("ray-token") == (0, "the-token\n", "")


def test_no_token_is_one_line(commands: Commands) -> None:
    commands.use("access: {allow_unauthenticated: true}")
    line = "error: production has no token: its file says access.allow_unauthenticated: true\n"
    assert commands.run("ray-token") == (2, "", line)
    commands.use(outputs={"head": OUTPUTS["head"]})
    code, out, err = commands.run("ray-token")
    assert (code, out) == (2, "")
    assert err.startswith("error: production has no token deployed, and its file wants one: make plan ENV=production")
    assert err.count("\n") == 1


def test_a_token_that_may_not_be_read_is_one_line(commands: Commands) -> None:
    commands.use(outputs=OUTPUTS | {"ray_token_secret_arn": "arn:another"})
    code, out, err = commands.run("ray-token")
    assert (code, out) == (2, "")
    assert err == (
        "error: the token arn:another cannot be read (AccessDeniedException): "
        "you need secretsmanager:GetSecretValue on it, and kms:Decrypt on its key\n"
    )


def test_ssh_config_works_on_the_embedded_aws(commands: Commands, key: Path) -> None:
    code, out, _ = commands.run("ssh-config", "--ssh-key", str(key))
    path = Path(out.splitlines()[0])
    assert code == 0
    assert out.splitlines()[1].startswith("Use it: ssh -F ")
    assert path.parts[-4:] == ("operate", "local", "production", "ssh_config")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Host ray-production-head-node head-node" in path.read_text()


@pytest.mark.parametrize("command", ["status", "dashboard", "logs", "submit", "exec", "attach"])
def test_the_embedded_aws_has_no_nodes_to_ask(commands: Commands, command: str) -> None:
    code, out, err = commands.run(command)
    assert (code, out) == (2, "")
    assert err.startswith(
        "error: the embedded AWS boots no instance, so there is no node to ask: this needs target aws"
    )
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["status", "dashboard", "logs", "submit", "ray-token", "ssh-config"])
def test_what_is_not_applied_is_one_line(commands: Commands, command: str, tmp_path: Path) -> None:
    commands.use(target="aws", outputs={})
    (tmp_path / "x.py").touch()
    assert commands.run(command, "--job", str(tmp_path / "x.py")) == (
        2,
        "",
        "error: production is not applied yet; run: make plan ENV=production && make apply ENV=production\n",
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("logs", "--node", "x"), "there is no node 'x', there are: head-node, worker-cpu-2, worker-cpu-10, "),
        (("logs", "--lines", "many"), "LINES: got 'many', want a number above 0"),
        (("dashboard", "--local-port", "0"), "LOCAL_PORT: got '0', want a port: 1 to 65535"),
        (("status", "--via", "telnet"), "VIA: got telnet, want ssm or ssh"),
        (("submit",), "which job? make submit JOB="),
        (("submit", "--job", "nope.py"), "JOB: there is no file nope.py, want a Python file, "),
        (("submit", "--job", "nope.py", "--args", "'"), "ARGS: got ', want words as in a shell: no closing quotation"),
        (("status", "--via", "ssh", "--ssh-key", "nope"), "SSH_KEY: there is no file nope, "),
        (("exec",), "which command? make exec CMD="),
        (("exec", "--cmd", "true", "--node", "x"), "there is no node 'x', there are: head-node, "),
        (("attach",), "make attach needs a terminal; for one command: make exec CMD="),
        (("up",), "up and down are for flavour autoscaling-ec2, production is of static-ec2, whose nodes Terraform "),
        (("down",), "up and down are for flavour autoscaling-ec2, production is of static-ec2, whose nodes Terraform "),
    ],
)
def test_what_is_wrong_is_one_line(commands: Commands, programs: Path, words: tuple[str, ...], line: str) -> None:
    commands.use(target="aws")
    code, out, err = commands.run(*words)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {line}")
    assert err.count("\n") == 1


def test_status_goes_over_ssm_by_default(commands: Commands, programs: Path) -> None:
    commands.use(target="aws")
    code, _, err = commands.run("status")
    assert code == 0
    assert err.startswith(
        "+ aws ssm start-session --region us-west-2 --target i-head --document-name AWS-StartNonInter"
    )


def test_ssh_over_ssm_needs_its_programs_too(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands.use(target="aws")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, err = commands.run("status", "--via", "ssh")
    assert code == 2
    assert err.startswith("error: there is no aws on the PATH, and this needs it: https://")


@pytest.mark.parametrize("command", ["status", "dashboard", "logs", "exec"])
def test_a_cluster_of_ray_up_without_a_head_is_one_line(commands: Commands, programs: Path, command: str) -> None:
    commands.use_autoscaling(BY_RAY, outputs=BY_RAY_OUTPUTS)
    assert commands.run(command, "--cmd", "true") == (
        2,
        "",
        "error: production has no head; run: make up ENV=production\n",
    )


def test_the_token_and_the_bastion_need_no_head(commands: Commands, key: Path) -> None:
    bastion = {"instance_id": "i-bastion", "private_ip": "10.0.9.9", "public_ip": ""}
    secret = {"ray_token_secret_arn": OUTPUTS["ray_token_secret_arn"], "bastion": bastion}
    commands.use_autoscaling(BY_RAY, outputs=BY_RAY_OUTPUTS | secret)
    assert commands.run("ray-token") == (0, "the-token\n", "")
    code, out, _ = commands.run("ssh-config", "--ssh-key", str(key))
    assert code == 0
    assert "Host ray-production-bastion bastion" in Path(out.splitlines()[0]).read_text()


def test_hosts_of_nothing_are_one_line(commands: Commands) -> None:
    commands.use_autoscaling(BY_RAY, outputs=BY_RAY_OUTPUTS)
    assert commands.run("ssh-config")[2] == "error: production has no head; run: make up ENV=production\n"


def test_the_embedded_aws_boots_no_head_for_ray_up(commands: Commands) -> None:
    commands.use_autoscaling(BY_RAY, target="local", outputs=BY_RAY_OUTPUTS)
    code, out, err = commands.run("up")
    assert (code, out) == (2, "")
    assert err.startswith("error: the embedded AWS boots no instance, and `ray up` waits for one")


@pytest.mark.parametrize("text", [AUTOSCALING, BY_RAY])
def test_down_on_aws_needs_the_name(commands: Commands, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    commands.use_autoscaling(text, outputs=BY_RAY_OUTPUTS)
    for given in ("", "yes"):
        monkeypatch.setenv("CONFIRM", given)
        assert commands.run("down") == (
            2,
            "",
            "error: production is not taken down: confirm it with its name: "
            "make down ENV=production CONFIRM=production\n",
        )
    monkeypatch.setenv("CONFIRM", "production")
    assert commands.run("down") == (0, "production has no node that runs: nothing to do\n", "")


@pytest.mark.parametrize("missing", ["ssh", "rsync"])
def test_ray_up_without_its_programs_is_one_line(
    commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    commands.use_autoscaling(BY_RAY, outputs=BY_RAY_OUTPUTS)
    for name in {"ssh", "rsync"} - {missing}:
        (tmp_path / name).symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    code, out, err = commands.run("up")
    assert (code, out) == (2, "")
    assert err.startswith(f"error: there is no {missing} on the PATH, and this needs it: https://")
    assert err.count("\n") == 1
