"""`make register-command`: from Terraform's outputs. UPDATE_GOLDEN=1 accepts a change."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import scripts.register.__main__ as command
from config import paths
from config.anyscale_cloud import AnyscaleCloudConfig
from config.errors import UserError
from scripts.register.applied import applied_cloud
from scripts.register.notes import notes
from tests.register.clouds import EXISTING, EXTERNAL_ID, cloud, outputs

GOLDEN = Path(__file__).parent / "golden"
CLOUD_ID = {"cloud_id": "cld_1a2b3c4d5e6f"}
CLOUDS: dict[str, Callable[[], AnyscaleCloudConfig]] = {
    "private": lambda: cloud(efs={}, memorydb={}, target="local"),
    "public": lambda: cloud(
        efs={}, access={"public_nodes": True}, anyscale={**CLOUD_ID, "cloud_name": "research"}, target="local"
    ),
    "existing": lambda: cloud(
        network={"existing": EXISTING},
        bucket={"existing_name": "acme-lake"},
        memorydb={"in_cloud_security_group": True},
        target="local",
    ),
}
"""On the emulator, so that no credentials are asked for."""


class Register:
    """Runs the command on environments whose state is a file."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory, self._monkeypatch, self._capsys = directory, monkeypatch, capsys
        monkeypatch.setattr(paths, "LOCAL_AWS", directory)
        monkeypatch.setattr(command, "BUILD", Path("build"))
        monkeypatch.chdir(directory)

    def run(
        self, environment: AnyscaleCloudConfig, applied: dict[str, Any] | None, *words: str
    ) -> tuple[int, str, str]:
        """Exit status, stdout and stderr."""
        if applied is not None:
            state = self.directory / "terraform" / "cloud.tfstate"
            state.parent.mkdir(exist_ok=True)
            vpc = {"mode": "managed", "type": "aws_vpc", "name": "v", "instances": [{"attributes": {"id": "vpc-1"}}]}
            known = {name: {"value": value} for name, value in applied.items()}
            tags = {"tags_all": environment.default_tags}
            role = {"mode": "managed", "type": "aws_iam_role", "name": "r", "instances": [{"attributes": tags}]}
            state.write_text(json.dumps({"version": 4, "resources": [vpc, role], "outputs": known}))
        self._monkeypatch.setattr(command, "load_environment", lambda *_, **__: environment)
        self._monkeypatch.setattr(sys, "argv", ["register", "--env", "cloud", *words])
        code = command.main()
        printed = self._capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Register:
    return Register(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("name", CLOUDS)
def test_command_and_file_are_as_they_were(name: str, register: Register) -> None:
    environment = CLOUDS[name]()
    code, out, err = register.run(environment, outputs(environment))
    assert code == 0
    found = f"{out}--- stderr\n{err}--- file\n{Path('build/register/local/cloud.yaml').read_text()}"
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / f"{name}.txt").write_text(found)
    assert found == (GOLDEN / f"{name}.txt").read_text()


def words_of(text: str) -> list[str]:
    """Arguments that a shell gives to the program."""
    function = "anyscale() { printf '%s\\0' \"$@\"; }\n"
    done = subprocess.run(["sh", "-euc", function + text], capture_output=True, text=True, check=True)
    return done.stdout.split("\0")[:-1]


def test_flags_and_file_say_the_same(register: Register) -> None:
    environment = CLOUDS["private"]()
    _, out, _ = register.run(environment, outputs(environment), "--file", "here.yaml")
    words = words_of(out)
    assert words[:2] == ["cloud", "register"]
    assert words.pop() == "--private-network"
    flags = dict(zip(words[2::2], words[3::2], strict=True))
    file = YAML(typ="safe").load(Path("here.yaml").read_text())
    aws = file["aws_config"]
    assert flags == {
        "--provider": file["provider"].lower(),
        "--name": "ray-cloud",
        "--region": file["region"],
        "--vpc-id": aws["vpc_id"],
        "--subnet-ids": ",".join(aws["subnet_ids"]),
        "--security-group-ids": "sg-cloud",
        "--anyscale-iam-role-id": aws["anyscale_iam_role_id"],
        "--instance-iam-role-id": aws["cluster_iam_role_id"],
        "--cloud-storage-bucket-name": "s3://acme-anyscale-data",
        "--file-storage-id": file["file_storage"]["file_storage_id"],
        "--external-id": EXTERNAL_ID,
        "--memorydb-cluster-id": aws["memorydb_cluster_name"],
    }


def test_what_a_shell_would_take_apart_is_quoted(register: Register) -> None:
    environment = cloud(anyscale={"external_id": "org_1-a=b,c"}, target="local")
    _, out, _ = register.run(environment, outputs(environment), "--file", "a file's.yaml")
    assert words_of(out)[-2:] == ["--resource-file", "a file's.yaml"]


DIFFERENCES: dict[str, tuple[Callable[[], AnyscaleCloudConfig], str]] = {
    "external id": (
        lambda: cloud(anyscale={"external_id": "org_1a2b3c4d5e6f-other"}),
        f"anyscale.external_id is org_1a2b3c4d5e6f-other, applied is {EXTERNAL_ID}",
    ),
    "cloud id": (
        lambda: cloud(anyscale={"external_id": EXTERNAL_ID, **CLOUD_ID}),
        "anyscale.cloud_id is cld_1a2b3c4d5e6f, applied is none",
    ),
    "direct networking": (
        lambda: cloud(access={"public_nodes": True}),
        "access.public_nodes is on, applied is off",
    ),
    "zones": (lambda: cloud(network={"zones": 3}), "the list of zones is us-west-2a, us-west-2b, us-west-2c, applied"),
    "endpoints": (lambda: cloud(network={"endpoints": ["sts"]}), "security groups is cloud, endpoints, applied"),
    "bucket": (lambda: cloud(bucket={"name": "another"}), "bucket is another, applied is acme-anyscale-data"),
    "existing network": (lambda: cloud(network={"existing": EXISTING}), "network.existing is subnet-0a1b"),
    "role": (
        lambda: cloud(adopted={"cluster_node_role_name": "old"}),
        "the nodes' role is old, applied is ray-cloud-cluster-node",
    ),
    "efs": (lambda: cloud(efs={}), "efs is on, applied is off"),
    "memorydb": (
        lambda: cloud(memorydb={"in_cloud_security_group": True}),
        "as its file says: memorydb is on, applied is off",
    ),
}


@pytest.mark.parametrize("case", DIFFERENCES)
def test_what_is_not_applied_yet_is_not_registered(case: str) -> None:
    make, text = DIFFERENCES[case]
    with pytest.raises(UserError) as error:
        applied_cloud(make(), outputs(cloud()))
    assert text in str(error.value)
    assert str(error.value).startswith("cloud is not applied as its file says: ")
    assert str(error.value).endswith("; run: make plan ENV=cloud && make apply ENV=cloud")


def test_an_apply_that_was_interrupted_is_one_line() -> None:
    without = {name: value for name, value in outputs(cloud()).items() if name != "role_arns"}
    with pytest.raises(
        UserError, match=r"^cloud is not applied as a whole, output role_arns is missing; run: make plan"
    ):
        applied_cloud(cloud(), without)
    without["role_arns"] = {"cluster-node": "arn"}
    with pytest.raises(UserError, match=r"output role_arns\.control-plane is missing"):
        applied_cloud(cloud(), without)


def test_what_is_not_applied_at_all_is_one_line(register: Register) -> None:
    line = "error: cloud is not applied yet; run: make plan ENV=cloud && make apply ENV=cloud\n"
    assert register.run(cloud(target="local"), None) == (2, "", line)


def test_another_flavour_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["register", "--env", "demo"])
    assert command.main() == 2
    assert (
        capsys.readouterr().err == "error: demo has flavour static-ec2, make register-command is for anyscale-cloud\n"
    )


WARNINGS: dict[str, dict[str, Any]] = {
    "network.cidr": {"network": {"cidr": "10.0.0.0/21", "subnet_prefix": 24}},
    "network.subnet_prefix": {"network": {"subnet_prefix": 25}},
    "access.client_cidrs": {"access": {}},
    "access.machine_pool_cidrs": {
        "access": {"client_cidrs": ["10.0.0.0/8"], "machine_pool_cidrs": ["192.168.0.0/24"]},
    },
    "efs.backup: true": {"efs": {"backup": False}},
    "memorydb.in_cloud_security_group: true": {"memorydb": {}},
    "memorydb.maxmemory_policy: allkeys-lru": {
        "memorydb": {"in_cloud_security_group": True, "maxmemory_policy": "noeviction"}
    },
}


@pytest.mark.parametrize("setting", WARNINGS)
def test_what_the_vendor_will_warn_of_is_said_with_its_setting(setting: str) -> None:
    warnings = [note for note in notes(cloud(**WARNINGS[setting])) if "verification warns" in note]
    assert [warning.split("warns: ")[1] for warning in warnings] == [setting]
    assert len(notes(cloud())) == 1


def test_a_mount_that_anyscale_may_not_make_is_said() -> None:
    assert any("efs.require_iam" in note for note in notes(cloud(efs={"require_iam": True})))
    assert not any("efs.require_iam" in note for note in notes(cloud(efs={})))


def test_a_folder_is_no_file(register: Register) -> None:
    environment = cloud(target="local")
    line = "error: FILE: got the folder ., want a file to write\n"
    assert register.run(environment, outputs(environment), "--file", "") == (2, "", line)
