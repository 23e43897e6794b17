"""The transports for real: OpenSSH to an sshd on loopback; SSM with stand-ins that carry the session."""

from __future__ import annotations

import getpass
import http.server
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.operate.cluster import Cluster
from scripts.operate.dashboard import open_dashboard
from scripts.operate.logs import logs_script, show_logs
from scripts.operate.remote import run_on
from scripts.operate.ssm import Ssm
from scripts.operate.status import show_status
from scripts.operate.transport import Transport
from scripts.operate.tunnel import Tunnel, answers, free_port, require_free
from tests.operate.conftest import authorize, ssh_to

WAYS = ("ssm", "ssh over ssm", "ssh by a bastion")


@pytest.fixture(params=WAYS)
def transport(request: pytest.FixtureRequest, cluster: Cluster) -> Transport:
    """Each way to a node in turn."""
    if request.param == "ssm":
        ssm: Ssm = request.getfixturevalue("ssm")
        return ssm
    port, key = request.getfixturevalue("sshd"), request.getfixturevalue("key")
    if request.param == "ssh over ssm":
        return ssh_to(cluster, port, key=key)  # the key gets in by EC2 Instance Connect
    authorize(key)
    return ssh_to(cluster, port, key=key, bastion=f"{getpass.getuser()}@localhost:{port}")


@pytest.fixture
def web() -> Iterator[int]:
    """A web server in the place of the dashboard; returns its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler) as server:
        server.RequestHandlerClass.log_message = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_status_is_what_ray_says(transport: Transport, cluster: Cluster, capfd: pytest.CaptureFixture[str]) -> None:
    assert show_status(cluster, transport) == 0
    printed = capfd.readouterr()
    assert printed.out == "ray status\nray list nodes\n"
    commands = [line for line in printed.err.splitlines() if line.startswith("+ ")]
    assert len(commands) == 1
    assert "sudo /opt/rayform/bin/ray-cli status && sudo /opt/rayform/bin/ray-cli list nodes" in commands[0]


def test_the_exit_status_arrives(
    transport: Transport, cluster: Cluster, node_files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (node_files / "fail").touch()
    assert show_status(cluster, transport) == 7
    last = capfd.readouterr().err.splitlines()[-1]
    assert last == ("error: Ray on ray-production-head-node does not say: make logs ENV=production NODE=head-node")


def test_logs_are_boot_log_journal_and_rays(
    transport: Transport, cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    assert show_logs(cluster.head, transport, lines=2, follow=False) == 0
    shown = re.sub(r"/\S*/node/", "/", capfd.readouterr().out)
    assert shown == (
        "==> /var/log/rayform-bootstrap.log <==\nboot line 198\nboot line 199\n"
        "\n==> /var/log/rayform-ray.log <==\na unit says\n"
        "\n==> journal of ray-* and rayform-* <==\njournalctl --no-pager -n 2 -u ray-* -u rayform-*\n"
        "\n==> /var/lib/ray/tmp/session_latest/logs/raylet.out <==\nraylet says\n"
    )


def test_a_log_that_is_missing_hides_no_other(
    transport: Transport, cluster: Cluster, node_files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (node_files / "var/log/rayform-bootstrap.log").unlink()
    assert show_logs(cluster.head, transport, lines=2, follow=False) == 1
    printed = capfd.readouterr()
    assert "No such file" in printed.out + printed.err
    assert "raylet says" in printed.out


def test_quotes_and_signs_arrive_as_they_are(
    transport: Transport, cluster: Cluster, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_on(transport, cluster.head, """printf '%s\\n' "it's" '"$HOME" # \\ {{x}}' 'é'; exit 3""") == 3
    assert capfd.readouterr().out == 'it\'s\n"$HOME" # \\ {{x}}\né\n'


def test_a_tunnel_carries_http_and_is_gone_afterwards(transport: Transport, cluster: Cluster, web: int) -> None:
    port = free_port()
    with Tunnel(transport.forward(cluster.head, web, port), port) as tunnel:
        tunnel.wait_until_it_answers()
        assert answers(port)
        process = tunnel._running
        family = _family(process.pid)
    assert not any(_is_alive(pid) for pid in family)
    require_free(port)


def test_a_tunnel_to_nothing_is_one_line(transport: Transport, cluster: Cluster) -> None:
    port, nothing = free_port(), free_port()
    tunnel = Tunnel(transport.forward(cluster.head, nothing, port), port)
    with tunnel, pytest.raises(UserError, match=r"Ray does not answer through the tunnel after 2 s.*: make status"):
        tunnel.wait_until_it_answers(seconds=2)


def test_a_node_that_ssm_does_not_know_is_one_line(ssm: Ssm, cluster: Cluster) -> None:
    node = cluster.node("worker-cpu-2")
    hint = "it may still boot: try again in two minutes"
    said = "An error occurred (TargetNotConnected) when calling the StartSession operation: i-cpu2 is not connected."
    with pytest.raises(UserError) as raised:
        run_on(ssm, node, "true")
    assert raised.value.lines == (f"SSM has no session with ray-production-worker-cpu-2 (i-cpu2): {said}; {hint}",)
    with Tunnel(ssm.forward(node, 1, 2), 2) as tunnel, pytest.raises(UserError) as raised:
        tunnel.wait_until_it_answers()
    assert raised.value.lines == (f"the tunnel has ended: {said}",)


def test_a_port_22_that_is_closed_is_one_line(
    cluster: Cluster, sshd: int, key: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    head = replace(cluster.head, public_ip="127.0.0.1")
    ssh = ssh_to(cluster, free_port(), key=key, bastion="nobody@127.0.0.1:1")
    with pytest.raises(UserError, match=r"SSH does not reach ray-production-head-node.*access\.ssh_cidrs.*VIA=ssm"):
        run_on(ssh, head, "true")


def test_the_key_is_pushed_before_the_session(cluster: Cluster, sshd: int, key: Path, programs: Path) -> None:
    assert run_on(ssh_to(cluster, sshd, key=key), cluster.head, "true") == 0
    pushed, session = programs.read_text().splitlines()
    assert pushed.startswith("ec2-instance-connect send-ssh-public-key --region us-west-2 --instance-id i-head ")
    assert session.startswith(
        "ssm start-session --region us-west-2 --target i-head --document-name AWS-StartSSHSession"
    )


def test_a_node_with_a_new_key_at_the_old_address_is_no_alarm(cluster: Cluster, sshd: int, key: Path) -> None:
    ssh = ssh_to(cluster, sshd, key=key)
    assert run_on(ssh, cluster.head, "true") == 0
    known = ssh.config_file.with_name("known_hosts")
    assert known.read_text().startswith("i-head ")


DASHBOARD = """
import sys
from pathlib import Path
from config.errors import report_user_errors
from scripts.operate import place
from scripts.operate.cluster import cluster_of
from scripts.operate.dashboard import open_dashboard
from scripts.operate.ssm import Ssm
from tests.operate.conftest import OUTPUTS, ENVIRONMENT, environment_of
directory, port, local = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
text = ENVIRONMENT + f"ray: {{ports: {{dashboard: {port}}}}}"
cluster = cluster_of(environment_of(directory, text), OUTPUTS)
sys.exit(report_user_errors(lambda: open_dashboard(cluster, Ssm("us-west-2"), local))())
"""


def start_dashboard(tmp_path: Path, web: int, local_port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DASHBOARD, tmp_path, str(web), str(local_port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def test_the_dashboard_is_there_until_ctrl_c(tmp_path: Path, programs: Path, web: int) -> None:
    port = free_port()
    process = start_dashboard(tmp_path, web, port)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line == f"http://localhost:{port}; it asks for the token: make ray-token ENV=production\n"
    assert answers(port)
    family = _family(process.pid)
    assert len(family) >= 3  # we, the AWS CLI, its plugin
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=20) == 0
    assert not any(_is_alive(pid) for pid in family)
    assert process.communicate()[1] == (
        f"+ aws ssm start-session --region us-west-2 --target i-head --document-name AWS-StartPortForwardingSession "
        f"--parameters portNumber={web},localPortNumber={port}\n"
    )


def test_a_dashboard_whose_tunnel_dies_says_so(tmp_path: Path, programs: Path, web: int) -> None:
    process = start_dashboard(tmp_path, web, free_port())
    assert process.stdout is not None
    process.stdout.readline()
    plugin = max(_family(process.pid))
    os.kill(plugin, signal.SIGINT)
    assert process.wait(timeout=20) == 2
    assert process.communicate()[1].splitlines()[-1].startswith("error: the tunnel has ended: ")


def test_a_port_in_use_is_one_line(cluster: Cluster, ssm: Ssm) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError) as raised:
            open_dashboard(cluster, ssm, port)
    assert raised.value.lines == (f"port {port} of this machine is in use: choose another with LOCAL_PORT=",)


@pytest.mark.parametrize("missing", ["aws", "session-manager-plugin"])
def test_a_program_that_is_missing_is_one_line(missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in {"aws", "session-manager-plugin"} - {missing}:
        (tmp_path / name).symlink_to("/bin/true")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UserError, match=rf"^there is no {missing} on the PATH, and this needs it: https://docs.aws\S+$"
    ):
        Ssm("us-west-2")


def test_following_ends_with_the_session(
    transport: Transport, tmp_path: Path, cluster: Cluster, node_files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = logs_script(1, follow=True)
    command = transport.command(cluster.head, script, endless=True)
    assert "\n" not in script
    with subprocess.Popen(command.arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        log = node_files / "var/log/rayform-bootstrap.log"
        seen = ""
        while "a new line" not in seen:
            with log.open("a") as file:
                file.write("a new line\n")
            line = process.stdout.readline()
            assert line, "the session has ended"
            seen += line
        family = _family(process.pid)
        for pid in family:
            with suppress(ProcessLookupError):  # one whose parent was killed first may have ended by itself
                os.kill(pid, signal.SIGKILL)


def _family(pid: int) -> list[int]:
    from scripts.operate.process import _descendants

    return [pid, *_descendants(pid)]


def _is_alive(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return False
        time.sleep(0.05)
    return True
