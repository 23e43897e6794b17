"""Status and jobs with a real Ray that asks for a token, through a real SSH tunnel and with an address of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.errors import UserError
from config.paths import ROOT
from scripts.operate.cluster import Cluster, cluster_of
from scripts.operate.job import Job, client_variables, job_of
from scripts.operate.jobs import list_jobs, show_log, stop_job
from scripts.operate.status import show_status
from scripts.operate.submit import reachable_at, submit, tunnelled
from scripts.operate.tunnel import answers, free_port
from tests.operate.conftest import ENVIRONMENT, OUTPUTS, environment_of, ssh_to
from tests.operate.test_in_pods import pods

pytestmark = pytest.mark.integration

TOKEN = "a-token-of-32-letters-0123456789"
CLIENT = ROOT / "scripts/operate/ray_client.sh"
JOB = """\
import sys
import time
import ray
ray.init()
print("says", sys.argv[2:], ray.get(ray.remote(lambda: 6 * 7).remote()), flush=True)
time.sleep(float(sys.argv[-1]) if "." in sys.argv[-1][:3] else 0)
sys.exit(int(sys.argv[1]) if sys.argv[1].isdigit() else 0)
"""


@dataclass(frozen=True)
class Ray:
    """A head on this machine."""

    port: int
    dashboard_port: int
    version: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.dashboard_port}"

    def cli(self, *arguments: str) -> str:
        command = [CLIENT, self.version, *arguments]
        variables = client_variables(TOKEN, tunnelled=True)
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ray]:
    """A head in a session of its own, ended with all that it started."""
    version = environment_of(tmp_path_factory.mktemp("environment")).ray.version
    head = Ray(free_port(), free_port(), version)
    first = 30000 + os.getpid() % 100 * 100  # workers' ports, away from those of other heads
    ports = {"port": head.port, "dashboard-port": head.dashboard_port, "ray-client-server-port": free_port()}
    for name in ("node-manager", "object-manager", "runtime-env-agent", "dashboard-agent-listen"):
        ports[f"{name}-port"] = free_port()
    ports |= {"dashboard-agent-grpc-port": free_port(), "metrics-export-port": free_port()}
    ports |= {"min-worker-port": first, "max-worker-port": first + 99}
    flags = [f"--{name}={port}" for name, port in ports.items()]
    directory = tmp_path_factory.mktemp("ray")
    # A short path: Ray's sockets are below it.
    short = Path(f"/tmp/rayform-{os.getpid()}")
    short.symlink_to(directory)
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(
            [CLIENT, version, "start", "--head", "--block", "--num-cpus=2", "--disable-usage-stats",
             "--node-ip-address=127.0.0.1", f"--temp-dir={short}", *flags],
            env=client_variables(TOKEN, tunnelled=True), stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while not answers(head.dashboard_port):
            assert process.poll() is None, (directory / "log").read_text()
            assert time.monotonic() < deadline, "Ray does not start"
            time.sleep(0.5)
        yield head
    finally:
        process.terminate()
        process.wait(timeout=60)
        short.unlink()


@pytest.fixture
def ray_cluster(tmp_path: Path, ray: Ray) -> Cluster:
    text = ENVIRONMENT + f"ray: {{ports: {{dashboard: {ray.dashboard_port}}}}}\n"
    return cluster_of(environment_of(tmp_path, text), OUTPUTS)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "job" / "train.py"
    path.parent.mkdir()
    path.write_text(JOB)
    return path


def job(file: Path, *arguments: str) -> Job:
    return job_of(str(file), arguments)


def test_status_names_the_nodes(
    ray: Ray, ray_cluster: Cluster, sshd: int, key: Path, node_files: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    variables = f"RAY_AUTH_MODE=token RAY_AUTH_TOKEN={TOKEN} RAY_ADDRESS=127.0.0.1:{ray.port} NO_PROXY=127.0.0.1"
    cli = node_files / "opt/rayform/bin/ray-cli"
    cli.write_text(f'#!/bin/sh\n{variables} HOME={os.environ["HOME"]} exec {CLIENT} {ray.version} "$@"\n')
    deadline, shown = time.monotonic() + 60, ""
    while "Active:" not in shown:  # a head that has just started does not know yet
        assert time.monotonic() < deadline, shown
        assert show_status(ray_cluster, ssh_to(ray_cluster, sshd, key=key)) == 0
        shown = capfd.readouterr().out
    assert "Active:\n 1 node_" in shown
    assert "Total: 1" in shown
    assert "ALIVE" in shown


def test_a_job_runs_through_a_tunnel_and_is_followed(
    ray: Ray, ray_cluster: Cluster, sshd: int, key: Path, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ours = job(file, "run", "--lr=0.1", "plan", 'it\'s a "$HOME"  *', "")
    with tunnelled(ray_cluster, ssh_to(ray_cluster, sshd, key=key), TOKEN) as api:
        assert submit(ray_cluster, api, ours) == 0
    printed = capfd.readouterr()
    assert """says ['--lr=0.1', 'plan', 'it\\'s a "$HOME"  *', ''] 42""" in printed.out
    assert "succeeded" in printed.out
    assert TOKEN not in printed.out + printed.err
    commands = [line for line in printed.err.splitlines() if line.startswith("+ ")]
    assert [command.split()[1] for command in commands] == ["ssh", "scripts/operate/ray_client.sh"]


def test_jobs_are_listed_shown_and_stopped(
    ray: Ray, ray_cluster: Cluster, file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ours = job(file, "run", "60.5")
    ray.cli("job", "submit", "--address", ray.address, "--no-wait", "--submission-id", ours.id,
            "--working-dir", str(ours.folder), "--", *ours.entrypoint)  # fmt: skip
    api = reachable_at(ray.address, ray_cluster, TOKEN)
    deadline = time.monotonic() + 60
    while "says" not in api.log(ours.id):
        assert time.monotonic() < deadline, "the job has not begun"
        time.sleep(0.2)
    assert list_jobs(api) == show_log(ray_cluster, api, ours.id, follow=False) == stop_job(api, ours.id) == 0
    heading, newest, *_ = (printed := capfd.readouterr().out).splitlines()
    assert heading.split()[:2] == ["ID", "STATUS"]
    assert newest.split()[:2] == [ours.id, "RUNNING"]
    assert newest.endswith("python train.py run 60.5")
    assert "says ['60.5'] 42\n" in printed
    assert printed.splitlines()[-1] == f"{ours.id} is being stopped"
    assert show_log(ray_cluster, api, ours.id, follow=True) == 0  # it ends with the job
    assert stop_job(api, ours.id) == 0
    assert capfd.readouterr().out.splitlines()[-1] == f"{ours.id} has ended already: STOPPED"


def test_jobs_are_reached_in_pods_too(
    ray: Ray, tmp_path: Path, programs: Path, file: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("STAND_IN_FORWARD_PORT", str(ray.dashboard_port))
    cluster, transport = pods(tmp_path)
    ours = job(file, "3")
    with tunnelled(cluster, transport, TOKEN) as api:
        assert submit(cluster, api, ours) == 3
        assert list_jobs(api) == 0
    printed = capfd.readouterr()
    assert f"\n{ours.id} " in printed.out
    assert "port-forward --namespace=ray --address=127.0.0.1 service/ray-lab-head-svc" in printed.err
    assert TOKEN not in printed.out + printed.err + programs.read_text()


def test_a_job_that_nobody_knows_is_one_line(ray: Ray, ray_cluster: Cluster) -> None:
    api = reachable_at(ray.address, ray_cluster, TOKEN)
    for ask in (api.log, api.stop):
        with pytest.raises(UserError, match=r"^ID: there is no job nope/1; want one of: make job-list$"):
            ask("nope/1")


def test_a_job_that_fails_gives_its_exit_status(ray: Ray, ray_cluster: Cluster, file: Path) -> None:
    ours = job(file, "7")
    assert submit(ray_cluster, reachable_at(ray.address, ray_cluster, TOKEN), ours) == 7


@pytest.mark.parametrize("token", [None, "a-wrong-token-of-32-letters-6789"])
def test_without_the_token_it_is_one_line(ray: Ray, ray_cluster: Cluster, token: str | None) -> None:
    with pytest.raises(UserError, match=r"wants a token|refuses the token of production") as raised:
        reachable_at(ray.address, ray_cluster, token)
    assert len(raised.value.lines) == 1


SUBMIT = """
import sys
from pathlib import Path
from config.errors import report_user_errors
from scripts.operate.__main__ import end_on_sigterm
from scripts.operate.cluster import cluster_of
from scripts.operate.job import job_of
from scripts.operate.submit import reachable_at, submit
from tests.operate.conftest import OUTPUTS, environment_of
directory, file, address, token = sys.argv[1:]
cluster = cluster_of(environment_of(Path(directory)), OUTPUTS)
end_on_sigterm()
job = job_of(file, ("60.0",))
sys.exit(report_user_errors(lambda: submit(cluster, reachable_at(address, cluster, token), job))())
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_leaves_the_job_alone_and_says_what_stops_it(
    ray: Ray, tmp_path: Path, file: Path, number: signal.Signals, code: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SUBMIT, tmp_path, file, ray.address, TOKEN],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    while "says" not in (line := process.stdout.readline()):
        assert line, "the job has not begun"
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    errors = process.communicate(timeout=30)[1]
    assert process.returncode == code
    hint = errors.splitlines()[-1]
    stop, job_id = hint.rpartition("; stop it with: ")[2].split(" ID=")
    job_id, address = job_id.split(" ADDRESS=")
    assert (hint[:27], stop, address) == ("detached, the job goes on; ", "make job-stop ENV=production", ray.address)
    assert "RUNNING" in ray.cli("job", "status", "--address", ray.address, job_id)
    ray.cli("job", "stop", "--address", ray.address, job_id)


def test_what_is_no_jobs_api_is_one_line(cluster: Cluster) -> None:
    port = free_port()
    with pytest.raises(UserError, match=rf"^no Jobs API answers at http://127.0.0.1:{port}: .*refused.*dashboard\?$"):
        reachable_at(f"http://127.0.0.1:{port}", cluster, TOKEN)
    with pytest.raises(UserError, match=r"^ADDRESS: got localhost:8265, want the Jobs API, such as http://"):
        reachable_at("localhost:8265", cluster, TOKEN)
