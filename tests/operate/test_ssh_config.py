from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.operate import place
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.ssh_config import host_names, hosts_of, render_ssh_config, write_ssh_config
from scripts.operate.transport import default_via
from tests.operate.conftest import AUTOSCALING, ENVIRONMENT, OUTPUTS, autoscaling_environment, environment_of, public

GOLDEN = Path(__file__).parent / "golden"
OPEN = ENVIRONMENT + "access: {public_nodes: true, ssh_cidrs: [198.51.100.0/24]}\n"


def rendered(cluster: Cluster, bastion: str | None = None) -> str:
    hosts = hosts_of(cluster, bastion, taken=["worker-cpu-2"])
    directory, key = Path("/build/production"), Path("/home/ada/.ssh/id_ed25519")
    return render_ssh_config(cluster, hosts, directory=directory, key=key, bastion=bastion)


def options(path: Path, host: str) -> dict[str, str]:
    """What OpenSSH itself makes of the file."""
    done = subprocess.run(["ssh", "-G", "-T", "-F", path, host], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


@pytest.mark.parametrize("way", ["ssm", "bastion", "direct"])
def test_the_file_is_as_it_was(way: str, cluster: Cluster, tmp_path: Path) -> None:
    if way == "direct":
        cluster = cluster_of(environment_of(tmp_path, OPEN), public(OUTPUTS))
    text = rendered(cluster, "ops@bastion.example.com:2222" if way == "bastion" else None)
    assert text == (GOLDEN / f"ssh_config.{way}").read_text()


def test_openssh_reads_it_over_ssm(cluster: Cluster, key: Path) -> None:
    path = write_ssh_config(cluster, bastion=None, key=str(key))
    for host in ("ray-production-worker-cpu-2", "worker-cpu-2"):
        found = options(path, host)
        assert (found["hostname"], found["hostkeyalias"], found["user"]) == ("i-cpu2", "i-cpu2", "ec2-user")
        assert found["identityfile"] == str(key)
        assert found["stricthostkeychecking"] == "accept-new"
        assert found["userknownhostsfile"] == f"{path.parent}/known_hosts"
        assert f"--ssh-public-key 'file://{key}.pub'" in found["proxycommand"]
        assert "--document-name AWS-StartSSHSession" in found["proxycommand"]
    assert options(path, "elsewhere").get("proxycommand") is None


def test_openssh_reads_it_behind_a_bastion(cluster: Cluster) -> None:
    found = options(write_ssh_config(cluster, bastion="ops@198.51.100.7:2222", key=None), "head-node")
    assert found["proxyjump"].replace("[", "").replace("]", "") == "ops@198.51.100.7:2222"
    assert (found["hostname"], found["user"]) == ("10.0.0.5", "ubuntu")


def test_openssh_reads_it_for_public_nodes(tmp_path: Path) -> None:
    cluster = cluster_of(environment_of(tmp_path, OPEN), public(OUTPUTS))
    found = options(write_ssh_config(cluster, bastion=None, key=None), "head-node")
    assert found["hostname"] == "203.0.113.99"
    assert "proxycommand" not in found
    assert "proxyjump" not in found


def test_a_public_address_with_port_22_closed_is_reached_over_ssm(tmp_path: Path) -> None:
    text = ENVIRONMENT + "access: {public_nodes: true}\n"
    hosts = hosts_of(cluster_of(environment_of(tmp_path, text), public(OUTPUTS)), None, taken=[])
    assert all(host.over_ssm for host in hosts)


def test_only_its_owner_reads_it(cluster: Cluster, key: Path) -> None:
    path = write_ssh_config(cluster, bastion=None, key=str(key))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_short_name_is_given_once(cluster: Cluster, key: Path) -> None:
    first = write_ssh_config(cluster, bastion=None, key=str(key))
    assert write_ssh_config(cluster, bastion=None, key=str(key)) == first
    assert "head-node" in host_names(first.read_text())
    other = place._DIRECTORY / "aws" / "lab"
    other.mkdir(parents=True)
    shutil.move(first, other / "ssh_config")
    again = write_ssh_config(cluster, bastion=None, key=str(key))
    assert host_names(again.read_text())[0] == "ray-production-head-node"
    assert "head-node" not in host_names(again.read_text())


def test_a_profile_is_kept_for_later(cluster: Cluster, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "my ops")
    text = write_ssh_config(cluster, bastion=None, key=str(key)).read_text()
    assert text.count("--profile 'my ops' --region us-west-2") == 2 * len(cluster.nodes)


def test_a_worker_of_no_group_has_no_user(tmp_path: Path, key: Path) -> None:
    outputs = OUTPUTS | {"workers": {"worker-old-0": OUTPUTS["workers"]["worker-cpu-2"]}}
    cluster = cluster_of(environment_of(tmp_path), outputs)
    text = write_ssh_config(cluster, bastion=None, key=str(key)).read_text()
    assert text.count("  User ") == 1
    assert "# No User: the group of this worker is no longer in the environment file." in text


def test_without_a_key_one_is_made_and_kept(cluster: Cluster, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_ssh_config(cluster, bastion=None, key=None)
    key = path.parent / "id_ed25519"
    assert capfd.readouterr().err == f"+ ssh-keygen -q -t ed25519 -N '' -C rayform -f {key}\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    made = key.read_text()
    write_ssh_config(cluster, bastion=None, key=None)
    assert key.read_text() == made


def test_the_users_own_key_comes_first(cluster: Cluster, tmp_path: Path, key: Path) -> None:
    own = tmp_path / "home/.ssh/id_rsa"
    own.parent.mkdir()
    shutil.copy(key, own)
    shutil.copy(f"{key}.pub", f"{own}.pub")
    assert f'IdentityFile "{own}"' in write_ssh_config(cluster, bastion=None, key=None).read_text()


@pytest.mark.parametrize(
    ("bastion", "key", "line"),
    [
        ("-oProxyCommand=x", None, "BASTION: got '-oProxyCommand=x', want a host such as user@host"),
        ("a b", None, "BASTION: got 'a b', want a host such as user@host"),
        (None, "nope", "SSH_KEY: there is no file nope, want a private key such as ~/.ssh/id_ed25519"),
    ],
)
def test_what_cannot_be_used_is_one_line(cluster: Cluster, bastion: str | None, key: str | None, line: str) -> None:
    with pytest.raises(UserError) as raised:
        write_ssh_config(cluster, bastion=bastion, key=key)
    assert raised.value.lines == (line,)


def test_a_key_without_its_public_half_is_one_line(cluster: Cluster, key: Path) -> None:
    Path(f"{key}.pub").unlink()
    with pytest.raises(UserError, match=r"has no public half .*: ssh-keygen -y -f"):
        write_ssh_config(cluster, bastion=None, key=str(key))


def test_a_path_that_openssh_would_misread_is_one_line(cluster: Cluster, tmp_path: Path, key: Path) -> None:
    odd = tmp_path / "it's"
    shutil.copy(key, odd)
    shutil.copy(f"{key}.pub", f"{odd}.pub")
    with pytest.raises(UserError, match="OpenSSH takes no such path, want one without quotes"):
        write_ssh_config(cluster, bastion=None, key=str(odd))


def with_bastion(directory: Path, kind: str) -> Cluster:
    text = AUTOSCALING + f"access: {{bastion: {kind}, ssh_cidrs: [198.51.100.0/24], key_pair_name: ada}}\n"
    bastion = {"instance_id": "i-bastion", "private_ip": "10.0.9.9", "public_ip": "203.0.113.7"}
    return cluster_of(autoscaling_environment(directory, text), {"head": OUTPUTS["head"], "bastion": bastion})


def test_nodes_are_reached_through_the_environments_own_bastion(tmp_path: Path) -> None:
    cluster = with_bastion(tmp_path, "ssh")
    path = write_ssh_config(cluster, bastion=None, key=None)
    head, bastion = options(path, "head-node"), options(path, "bastion")
    assert (head["hostname"], head["proxyjump"]) == ("10.0.0.5", "ray-production-bastion")
    assert (bastion["hostname"], bastion["user"], bastion.get("proxyjump")) == ("203.0.113.7", "ec2-user", None)
    assert bastion["forwardagent"] == head["forwardagent"] == "no"
    assert default_via(cluster, cluster.head, None) == default_via(cluster, cluster.node("bastion"), None) == "ssh"


def test_another_bastion_can_be_named(tmp_path: Path) -> None:
    path = write_ssh_config(with_bastion(tmp_path, "ssh"), bastion="ops@198.51.100.7", key=None)
    jump = options(path, "head-node")["proxyjump"]
    assert jump.replace("[", "").replace("]", "") == "ops@198.51.100.7"


def test_a_bastion_of_ssm_is_reached_over_ssm(tmp_path: Path, key: Path) -> None:
    cluster = with_bastion(tmp_path, "ssm")
    path = write_ssh_config(cluster, bastion=None, key=str(key))
    assert options(path, "head-node").get("proxyjump") is None
    assert default_via(cluster, cluster.head, None) == "ssm"
