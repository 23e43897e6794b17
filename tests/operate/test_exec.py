"""A command and a shell on a node: over a real sshd, and over SSM with stand-ins that carry the session."""

from __future__ import annotations

import getpass
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.exec import execute, require_command, require_terminal
from scripts.operate.ray_process import as_ray, bash
from scripts.operate.ssm import Ssm
from scripts.operate.transport import Transport
from tests.operate.conftest import ENVIRONMENT, OUTPUTS, authorize, environment_of, ssh_to

ODD = 'it\'s "quoted" $HOME `x` \\ ! %d # {{x}} | & ; é 語'


@pytest.fixture(params=["ssm", "ssh"])
def transport(request: pytest.FixtureRequest, cluster: Cluster) -> Transport:
    if request.param == "ssm":
        ssm: Ssm = request.getfixturevalue("ssm")
        return ssm
    port, key = request.getfixturevalue("sshd"), request.getfixturevalue("key")
    authorize(key)
    return ssh_to(cluster, port, key=key, bastion=f"{getpass.getuser()}@localhost:{port}")


def shell_of(text: str) -> str:
    """What bash prints that is started by `sh` with the words for a command."""
    return subprocess.run(["sh", "-c", bash(text)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("text", ["plain  words", "it's", 'a "b"', "$HOME", "two\nlines", "é 語", "{{x}}", "\ttab"])
def test_a_command_reaches_bash_as_it_is(text: str) -> None:
    assert shell_of(f"cat <<'END'\n{text}\nEND\n") == f"{text}\n"
    quoted = text.replace("'", "'\\''")
    assert shell_of(f"printf %s '{quoted}'") == text


@pytest.mark.parametrize("text", ["echo {{x}}", "two\nlines", "é", "\ttab"])
def test_what_ssm_would_read_itself_is_encoded(text: str) -> None:
    assert text not in bash(text)
    assert bash(text).isprintable()
    assert bash(text).isascii()


def test_what_can_be_read_stays_readable() -> None:
    assert bash("ray status | grep 'CPU'") == """bash --norc -c 'ray status | grep '"'"'CPU'"'"''"""


def test_a_command_runs_as_ray_runs(
    transport: Transport, cluster: Cluster, node_files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = 'echo "$STAND_IN_USER $PWD"; echo "$PATH"; env | grep ^RAY_ | sort'
    assert execute(cluster, cluster.head, transport, script) == 0
    user, path, *variables = capfd.readouterr().out.splitlines()
    assert user == f"ray {node_files}/var/lib/ray"
    assert path.startswith("/opt/rayform/ray/bin:")
    assert variables == [
        "RAY_ADDRESS=head.production.ray.internal:6379",
        "RAY_API_SERVER_ADDRESS=http://head.production.ray.internal:8265",
        "RAY_AUTH_MODE=token",
        "RAY_AUTH_TOKEN_PATH=/run/ray/token",
        "RAY_DEFAULT_PYTHON_VERSION_MATCH_LEVEL=minor",
    ]


def test_its_variables_are_those_of_ray_cli(cluster: Cluster) -> None:
    """The node's own script is made from other facts: both must say the same."""
    from scripts.rendering.cluster_facts import ClusterFacts
    from scripts.rendering.node_files import node_files

    environment = cluster.environment
    facts = ClusterFacts(
        cluster="ray-production",
        region="us-west-2",
        head_address="head.production.ray.internal",
        token_secret="ray-production-ray-token",
        log_group=None,
        metrics_namespace="x",
    )
    files = node_files("head", node=environment.head, ray=environment.ray, facts=facts, group="head")
    (script,) = (file.content for file in files if file.name == "ray-cli")
    named = [line.strip().removesuffix(" \\") for line in script.splitlines() if "=" in line]
    assert named
    words = as_ray(cluster, "true").split()
    assert [word for word in named if word not in words] == []


@pytest.mark.parametrize("code", [0, 3])
def test_quotes_lines_and_the_exit_status_survive(
    transport: Transport, cluster: Cluster, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    assert execute(cluster, cluster.head, transport, f"cat <<'END'\n{ODD}\nEND\nexit {code}") == code
    assert capfd.readouterr().out == f"{ODD}\n"


EXECUTE = """
import sys
from pathlib import Path
from scripts.operate.cluster import cluster_of
from scripts.operate.exec import execute
from scripts.operate.ssm import Ssm
from tests.operate.conftest import OUTPUTS, environment_of
cluster = cluster_of(environment_of(Path(sys.argv[1])), OUTPUTS)
sys.exit(execute(cluster, cluster.head, Ssm("us-west-2"), sys.argv[2]))
"""


def test_the_output_comes_while_it_runs(ssm: Ssm, cluster: Cluster, tmp_path: Path) -> None:
    """The command waits for a file that is made when its first line has arrived."""
    seen = tmp_path / "seen"
    script = f"echo first; until [ -e {seen} ]; do sleep 0.05; done; echo second"
    with subprocess.Popen(
        [sys.executable, "-c", EXECUTE, tmp_path, script], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "first\n"
        seen.touch()
        assert process.stdout.read() == "second\n"
    assert process.returncode == 0


@pytest.mark.parametrize("command", [None, "", "  \n"])
def test_no_command_is_one_line(command: str | None) -> None:
    with pytest.raises(UserError, match=r"^which command\? make exec CMD='ray list actors'"):
        require_command(command)


def test_a_shell_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(UserError, match=r"^make attach needs a terminal; for one command: make exec CMD="):
        require_terminal()


ATTACH = """
import sys
from pathlib import Path
from scripts.operate.cluster import cluster_of
from scripts.operate.exec import attach, require_terminal
from scripts.operate.ssh import Ssh
from tests.operate.conftest import OUTPUTS, environment_of
require_terminal()
cluster = cluster_of(environment_of(Path(sys.argv[1])), OUTPUTS)
sys.exit(attach(cluster, cluster.head, Ssh(Path(sys.argv[2]))))
"""


def test_a_shell_is_typed_into(cluster: Cluster, sshd: int, key: Path, tmp_path: Path, node_files: Path) -> None:
    authorize(key)
    ssh = ssh_to(cluster, sshd, key=key, bastion=f"{getpass.getuser()}@localhost:{sshd}")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", ATTACH, tmp_path, ssh.config_file],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(theirs)
        os.write(ours, b"tty; echo $STAND_IN_USER is $((6*7)); exit 5\n")
        shown = b""
        while True:
            try:
                shown += os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
    os.close(ours)
    assert process.returncode == 5
    assert b"ray is 42" in shown
    assert b"/dev/pts/" in shown


def test_a_shell_over_ssm_takes_plain_words(ssm: Ssm, cluster: Cluster) -> None:
    words = ssm.shell(cluster.head, as_ray(cluster, "bash"))
    assert words[-4:-1] == ["--document-name", "AWS-StartInteractiveCommand", "--parameters"]
    assert not set("'\"\\\\$") & set(as_ray(cluster, "bash"))
    assert ssm.shell(cluster.head, None) == [
        "aws", "ssm", "start-session", "--region", "us-west-2", "--target", "i-head"
    ]  # fmt: skip


def test_the_bastion_has_no_ray(tmp_path: Path, ssm: Ssm, programs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bastion = {"instance_id": "i-head", "private_ip": "10.0.9.9", "public_ip": ""}
    cluster = cluster_of(environment_of(tmp_path, ENVIRONMENT), {**OUTPUTS, "bastion": bastion})
    node = cluster.node("bastion")
    assert execute(cluster, node, ssm, "echo ${STAND_IN_USER:-nobody}") == 0
    assert capfd.readouterr().out == "nobody\n"
