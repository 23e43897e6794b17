"""Pods reached by kubectl: a stand-in that carries port-forward and exec for real."""

from __future__ import annotations

import http.server
import os
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.pods import PodCluster, PodTransport
from scripts.operate.cluster import Node
from scripts.operate.exec import execute
from scripts.operate.expose import expose, exposed_port, hide
from scripts.operate.status import show_status
from scripts.operate.tunnel import answers, free_port
from tests.kubernetes.conftest import environment_of
from tests.operate.conftest import PROGRAMS

HEAD = Node("ray-lab-head-x1", "head-x1", "ip-10-0-0-1", "10.0.0.5", "", None, is_head=True)
WORKER = Node("ray-lab-cpu-worker-y2", "cpu-worker-y2", "ip-10-0-0-2", "10.0.0.6", "", None)


def pods(folder: Path) -> tuple[PodCluster, PodTransport]:
    """A RayCluster with a head and a worker."""
    environment = environment_of(folder)
    kubectl = Kubectl(environment, str(PROGRAMS / "kubectl"), None, "ray-lab", dict(os.environ))
    containers = {HEAD.name: "ray-head", WORKER.name: "ray-worker"}
    return PodCluster(environment, (HEAD, WORKER), "arn:token"), PodTransport(kubectl, containers)


@pytest.fixture
def web(programs: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A dashboard."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"the dashboard")

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("STAND_IN_FORWARD_PORT", str(server.server_port))
        yield server.server_port
        server.shutdown()


def test_what_is_exposed_stays_until_it_is_hidden(
    web: int, tmp_path: Path, programs: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster, transport = pods(tmp_path)
    environment, port = cluster.environment, free_port()
    assert not hide(environment)
    try:
        assert expose(environment, cluster, transport, port) == 0
        told = f"http://localhost:{port}; it asks for the token: make ray-token ENV=lab TARGET=local\n"
        assert capfd.readouterr().out == f"{told}to end it: make hide ENV=lab TARGET=local\n"
        with urllib.request.urlopen(f"http://127.0.0.1:{port}") as answer:
            assert answer.read() == b"the dashboard"
        assert expose(environment, cluster, transport, free_port()) == 0
        assert capfd.readouterr().out.startswith(f"{told}it was exposed before")
        assert exposed_port(environment) == port
    finally:
        assert hide(environment)
    assert exposed_port(environment) is None
    assert not answers(port)
    (call,) = programs.read_text().splitlines()
    assert call.endswith(f"--address=127.0.0.1 service/ray-lab-head-svc {port}:8265")


def test_a_dashboard_that_does_not_answer_is_one_line_and_leaves_nothing(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.operate.expose.ANSWER_SECONDS", 1.0)
    monkeypatch.setenv("STAND_IN_FORWARD_PORT", str(free_port()))
    cluster, transport = pods(tmp_path)
    port = free_port()
    with pytest.raises(UserError, match=rf"^Ray does not answer on port {port}: .*; make status ENV=lab TARGET=local$"):
        expose(cluster.environment, cluster, transport, port)
    assert exposed_port(cluster.environment) is None
    assert not answers(port)


def test_a_command_runs_in_rays_container_and_gives_its_status(
    programs: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cluster, transport = pods(tmp_path)
    assert execute(cluster, cluster.node("cpu-worker-y2"), transport, "echo 'it is'; exit 255") == 255
    assert capfd.readouterr().out == "it is\n"
    assert "exec --namespace=ray ray-lab-cpu-worker-y2 --container=ray-worker -- sh -c" in programs.read_text()


def test_status_asks_ray_in_the_head(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = tmp_path / "bin" / "ray"
    ray.parent.mkdir()
    ray.write_text("#!/bin/sh\n[ ! -e $0.fails ]\n")
    ray.chmod(0o755)
    monkeypatch.setenv("PATH", f"{ray.parent}:{os.environ['PATH']}")
    cluster, transport = pods(tmp_path)
    assert show_status(cluster, transport) == 0
    ray.with_name("ray.fails").touch()
    assert show_status(cluster, transport) == 1


def test_a_pod_that_nobody_knows_is_one_line(tmp_path: Path) -> None:
    cluster, _ = pods(tmp_path)
    assert cluster.node("head") == cluster.node("head-node") == cluster.node("10.0.0.5") == HEAD
    with pytest.raises(
        UserError, match=r"^there is no pod 'gpu', there are: head-x1, cpu-worker-y2; run: make logs ENV="
    ):
        cluster.node("gpu")
    with pytest.raises(UserError, match=r"^ray-lab has no head pod: nothing runs in the embedded AWS's Kubernetes"):
        _ = replace(cluster, nodes=(WORKER,)).head
