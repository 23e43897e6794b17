"""`make cluster-yaml`: the file, from the output that Terraform keeps. UPDATE_GOLDEN=1 accepts a change."""

from __future__ import annotations

import base64
import gzip
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import scripts.cluster_yaml.__main__ as command
from config import paths
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.errors import UserError
from scripts.cluster_yaml.applied import is_up_to_date, launch_facts, load_applied
from scripts.cluster_yaml.lint.document import read_document
from scripts.cluster_yaml.lint.findings import find_traps
from scripts.cluster_yaml.render import render_cluster_yaml, render_config
from scripts.cluster_yaml.yaml_text import render_yaml
from scripts.rendering.autoscaling_config import autoscaling_config
from tests.rendering import autoscaling as made
from tests.synthesis import PUBLIC_KEY

GOLDEN = Path(__file__).parent / "golden"
WORKERS = {"cpu": {"spot": True, "on_demand_fallback": True}, "arm": {"instance_type": "m8g.large"}}
SCRIPT = "#!/bin/bash\nRAY_AUTH_MODE=token\n  echo \"yes: ${HOME}\" # \ttab\n\ncat <<'E' \nno\nE\n"
UNSEEN = {"autoscaling-config-missing"}
"""Where Terraform makes the head, the file is not one for `ray up`, and says nothing of how the head starts."""
SSH = {"managed_by": "ray-up"}


def environment(**settings: Any) -> AutoscalingEc2Config:
    """One with two types of workers and a fallback."""
    return made.autoscaling(workers=WORKERS, **settings)


def by_ray_up(**settings: Any) -> AutoscalingEc2Config:
    """One whose head is made by `ray up`, and which lets operators log in to it."""
    access = {"ssh_cidrs": ["10.0.0.0/8"], "ssh_public_key": PUBLIC_KEY, "bastion": "ssh"}
    return environment(head=SSH, access=access, **settings)


def configuration(config: AutoscalingEc2Config) -> dict[str, Any]:
    """What Terraform gets to resolve."""
    return autoscaling_config(config, made.launch_facts(config, user_data=SCRIPT))


def terraforms(config: dict[str, Any]) -> str:
    """As Terraform's base64gzip(jsonencode(…)) would: names sorted, numbers without a needless fraction."""
    text = json.dumps(config, sort_keys=True).replace("5.0,", "5,")
    return base64.b64encode(gzip.compress(text.encode())).decode()


def apply(directory: Path, config: AutoscalingEc2Config, **outputs: Any) -> None:
    """Write a state with outputs, such as an apply leaves."""
    resource = {"mode": "managed", "type": "aws_vpc", "name": "this", "instances": [{"attributes": {"id": "vpc-1"}}]}
    known = {name: {"value": value, "sensitive": True} for name, value in outputs.items()}
    path = directory / "terraform" / f"{config.name}.tfstate"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"version": 4, "resources": [resource], "outputs": known}))


@pytest.fixture
def local_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the states of the embedded AWS."""
    monkeypatch.setattr(paths, "LOCAL_AWS", tmp_path)
    monkeypatch.setattr(command, "BUILD", tmp_path / "build")
    return tmp_path


def parsed(text: str) -> dict[str, Any]:
    """As Ray reads it: by YAML 1.1."""
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 1)
    content: dict[str, Any] = yaml.load(text)
    return content


@pytest.mark.parametrize("config", [environment(), by_ray_up()], ids=["terraform", "ray-up"])
def test_file_is_that_of_the_golden_one(config: AutoscalingEc2Config) -> None:
    key = None if config.terraform_makes_head else Path("/home/me/.ssh/id_ed25519")
    text = render_config(config, configuration(config), private_key=key, bastion="198.51.100.7" if key else None)
    file = GOLDEN / f"{config.head.managed_by}.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("config", [environment(), by_ray_up()], ids=["terraform", "ray-up"])
def test_no_trap_is_in_it_but_what_the_file_cannot_show(config: AutoscalingEc2Config, tmp_path: Path) -> None:
    key = None if config.terraform_makes_head else tmp_path / "key"
    file = tmp_path / "cluster.yaml"
    file.write_text(render_config(config, configuration(config), private_key=key))
    unseen = UNSEEN if config.terraform_makes_head else set()
    assert {finding.trap.id for finding in find_traps(read_document(file))} == unseen


def test_file_says_what_was_applied(local_aws: Path) -> None:
    config = environment()
    apply(local_aws, config, autoscaling_config=terraforms(configuration(config)))
    assert parsed(render_cluster_yaml(config)) == configuration(config)


def test_words_are_not_taken_for_something_else() -> None:
    words = ["on", "Yes", "0123", "1:20", "~", "", "1_000", "2026-01-01", "- a", "#", "null", "ok"]
    document = {"words": words, **dict.fromkeys(words, 1), "script": "on\x07\nno\n"}
    assert parsed(render_yaml(document)) == document


def test_ray_up_logs_in_waits_and_starts() -> None:
    config = by_ray_up()
    found = parsed(render_config(config, configuration(config), private_key=Path("/k"), bastion="198.51.100.7"))
    assert found["auth"] == {
        "ssh_user": "ec2-user",
        "ssh_private_key": "/k",
        "ssh_proxy_command": "ssh -i /k -o StrictHostKeyChecking=accept-new -W %h:%p ec2-user@198.51.100.7",
    }
    assert "/opt/rayform/ready" in found["initialization_commands"][0]
    assert found["head_start_ray_commands"][-1] == "sudo /opt/rayform/bin/start-head ~/ray_bootstrap_config.yaml"
    assert (found["setup_commands"], found["worker_start_ray_commands"]) == ([], [])


def test_facts_are_found_again() -> None:
    config = by_ray_up()
    facts = made.launch_facts(config, user_data=SCRIPT)
    assert launch_facts(autoscaling_config(config, facts)) == facts


def test_a_change_that_is_not_applied_is_seen() -> None:
    applied = configuration(environment())
    assert is_up_to_date(environment(), applied)
    assert not is_up_to_date(environment(autoscaler={"max_workers": 3}), applied)
    assert not is_up_to_date(made.autoscaling(workers={"cpu": {}}), applied)


def test_nothing_applied_is_one_line(local_aws: Path) -> None:
    with pytest.raises(UserError, match=r"make plan ENV=test && make apply ENV=test"):
        load_applied(environment())
    apply(local_aws, environment())
    with pytest.raises(UserError, match="test was applied without a configuration of the autoscaler; run: make plan"):
        load_applied(environment())


def test_another_kind_of_head_is_to_be_applied_first(local_aws: Path) -> None:
    apply(local_aws, environment(), autoscaling_config=terraforms(configuration(environment())))
    with pytest.raises(UserError, match=r"test has head.managed_by: ray-up, which is not applied yet; run: make plan"):
        load_applied(by_ray_up())


def run(monkeypatch: pytest.MonkeyPatch, config: AutoscalingEc2Config, *arguments: str) -> int:
    """Run the command on an environment."""
    monkeypatch.setattr(command, "load_environment", lambda *_, **__: config)
    monkeypatch.setattr(sys, "argv", ["cluster_yaml", "--env", config.name, *arguments])
    return command.main()


def test_command_writes_and_names_the_file(
    local_aws: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = by_ray_up()
    bastion = {"instance_id": "i-1", "private_ip": "10.0.0.5", "public_ip": "198.51.100.7"}
    apply(local_aws, config, autoscaling_config=terraforms(configuration(config)), bastion=bastion)
    key = local_aws / "key"
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert run(monkeypatch, config, "--ssh-key", str(key)) == 0
    file = Path(capsys.readouterr().out.strip())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert parsed(file.read_text())["auth"]["ssh_private_key"] == str(key)
    assert "ec2-user@198.51.100.7" in parsed(file.read_text())["auth"]["ssh_proxy_command"]


def test_command_says_what_is_not_applied(
    local_aws: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(local_aws, environment(), autoscaling_config=terraforms(configuration(environment())))
    assert run(monkeypatch, environment(autoscaler={"max_workers": 3})) == 0
    assert "says otherwise by now: make plan ENV=test && make apply ENV=test" in capsys.readouterr().err


def test_another_flavour_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["cluster_yaml", "--env", "demo"])
    assert command.main() == 2
    assert "demo has flavour static-ec2, want one of autoscaling-ec2" in capsys.readouterr().err


def test_a_key_is_asked_for(
    local_aws: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = by_ray_up()
    apply(local_aws, config, autoscaling_config=terraforms(configuration(config)))
    monkeypatch.setenv("HOME", str(local_aws))
    assert run(monkeypatch, config) == 2
    assert "to log in to the head with: give SSH_KEY=<private key>" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["# Rayform\n", "", "ssh-ed25519 AAAA me@laptop\n"])
def test_what_is_no_private_key_is_one_line(
    text: str, local_aws: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = by_ray_up()
    apply(local_aws, config, autoscaling_config=terraforms(configuration(config)))
    (local_aws / "README.md").write_text(text)
    assert run(monkeypatch, config, "--ssh-key", str(local_aws / "README.md")) == 2
    said = capsys.readouterr().err.strip()
    assert said.endswith("README.md, which holds no private key, want one such as ~/.ssh/id_ed25519")
    assert len(said.splitlines()) == 1


def test_a_key_for_terraforms_head_is_said_to_be_unused(
    local_aws: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    apply(local_aws, environment(), autoscaling_config=terraforms(configuration(environment())))
    assert run(monkeypatch, environment(), "--ssh-key", "README.md") == 0
    assert "SSH_KEY is not used" in capsys.readouterr().err
