"""The commands as make starts them: what they refuse, in one line and with exit status 2."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from config import load
from scripts.kubernetes import __main__ as kubernetes
from scripts.kubernetes.ready import is_ready
from scripts.operate import __main__ as operate
from tests.kubernetes.conftest import environment_of
from tests.operate.conftest import environment_of as ec2_environment_of


def run(module: ModuleType, environment: Any, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(load, "load_environment", lambda *_, **__: environment)
    monkeypatch.setattr(sys, "argv", ["program", *words, "--env", environment.name])
    code: int = module.main()
    return code


@pytest.mark.parametrize("command", ["deploy", "undeploy", "kubeconfig"])
def test_other_flavours_have_no_kubernetes(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(kubernetes, ec2_environment_of(tmp_path), monkeypatch, command) == 2
    line = f"error: production has flavour static-ec2, make {command} is for kuberay-eks\n"
    assert capsys.readouterr() == ("", line)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("up",), "lab is of flavour kuberay-eks, make up is for static-ec2 and autoscaling-ec2"),
        (("ssh-config",), "lab is of flavour kuberay-eks, make ssh-config is for static-ec2 and autoscaling-ec2"),
        (("status", "--via", "ssh"), "VIA: lab is of flavour kuberay-eks: pods are reached by kubectl"),
        (("job-stop",), "which job? make job-stop ID=<one of: make job-list>"),
        (("exec",), "which command? make exec CMD='ray list actors' [NODE=<name>]"),
        (("logs", "--lines", "many"), "LINES: got 'many', want a number above 0"),
        (("dashboard", "--local-port", "99999"), "LOCAL_PORT: got '99999', want a port: 1 to 65535"),
        (("job",), "which job? make job JOB=<Python file, or folder with a main.py> [-- arguments of the job]"),
        (("job", "--job", "nope.py"), "JOB: there is no file nope.py, want a Python file, or a folder with a main.py"),
    ],
)
def test_what_is_wrong_anywhere_is_one_line(
    words: tuple[str, ...], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert run(operate, environment_of(tmp_path), monkeypatch, *words) == 2
    assert capsys.readouterr() == ("", f"error: {line}\n")


def test_nothing_is_hidden_where_nothing_is_exposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scripts.operate.place._DIRECTORY", tmp_path / "operate")
    assert run(operate, environment_of(tmp_path), monkeypatch, "hide") == 0
    assert capsys.readouterr() == ("lab is not exposed: nothing to do\n", "")


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ({"state": "ready", "observedGeneration": 2}, True),
        ({"state": "ready", "observedGeneration": 1}, False),
        ({"state": "failed", "observedGeneration": 2}, False),
        ({}, False),
    ],
)
def test_a_cluster_is_ready_when_the_operator_has_seen_its_newest_version(status: dict[str, Any], ready: bool) -> None:
    assert is_ready({"metadata": {"name": "a", "generation": 2}, "status": status}) is ready


def test_undeploy_wants_its_programs_before_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kubectl = tmp_path / "kubectl"
    kubectl.write_text('#!/bin/sh\necho \'{"clientVersion": {"gitVersion": "v1.36.0"}}\'\n')
    kubectl.chmod(0o755)
    monkeypatch.setenv("KUBECTL", str(kubectl))
    monkeypatch.setenv("HELM", "no-such-helm")
    assert run(kubernetes, environment_of(tmp_path), monkeypatch, "undeploy") == 2
    line = "error: HELM=no-such-helm is no program: name one that exists, or leave it out: make kube-tools\n"
    assert capsys.readouterr() == ("", line)
