"""A cluster from our user data, behind our security groups: it works, and each rule is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config.ports import SSH_PORT
from tests.ray.cluster import Cluster
from tests.ray.commands import CommandError, run, wait_until
from tests.ray.deployment import CLIENT_CIDR, HEAD, WORKERS, environment_of
from tests.ray.disk import BOOT_SCRIPT
from tests.ray.driver import PROBES, Driver
from tests.ray.firewall import Flow, flow_of
from tests.ray.programs import SCAN
from tests.ray.times import note, timed

pytestmark = pytest.mark.ray

FIRST, SECOND = WORKERS.values()
TRAVELLER = Path(__file__).parent / "job"
DASHBOARD = f"http://{HEAD}:8265"
WRONG_TOKEN = "0" * 64
PATIENCE = 3
"""Seconds after which a check that waits for packets has failed; with them it takes a fraction of one."""
INTERNET = "0.0.0.0/0"

RAY = ("-m", "ray.scripts.scripts")
USE_CLIENT = f"""
import ray
ray.util.connect("{HEAD}:10001", connection_retries=1)
print(ray.get(ray.remote(num_cpus=0)(lambda: "ran on the cluster").remote()))
"""
CONNECT = f"""
import grpc
grpc.channel_ready_future(grpc.insecure_channel("{HEAD}:10001")).result(timeout=3)
"""
REACH = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor

def answers(port):
    try:
        socket.create_connection((sys.argv[1], port), timeout=1.5).close()
        return True
    except OSError:
        return False

ports = [int(port) for port in sys.argv[2:]]
with ThreadPoolExecutor(len(ports)) as pool:
    print(*(port for port, is_open in zip(ports, pool.map(answers, ports)) if is_open))
"""
EVERY_PORT = sorted({port.first for port in environment_of("memorydb").port_table} | {SSH_PORT})


def test_a_job_runs_on_every_worker_and_moves_objects_in_every_direction(cluster: Cluster) -> None:
    with timed("job: tasks on both workers, 100 MB in four directions"):
        said = run(
            *cluster.client(*RAY, "job", "submit", "--address", DASHBOARD, "--working-dir", str(TRAVELLER)),
            *("--", "python", "travel.py", HEAD, FIRST, SECOND),
            seconds=120,
        )
    assert f"tasks ran on {FIRST} {SECOND}" in said
    assert said.count("moved 100000000 bytes") == 4


def test_ray_client_works(cluster: Cluster) -> None:
    with timed("Ray client: connect and run a task"):
        assert "ran on the cluster" in use_client(cluster)


def use_client(cluster: Cluster) -> str:
    """Ray gives the server behind a client 30 s to start, too few for the first on a busy machine: the next is warm."""
    try:
        return run(*cluster.client("-c", USE_CLIENT))
    except CommandError as error:
        if "Starting Ray client server failed" not in str(error):
            raise
        return run(*cluster.client("-c", USE_CLIENT))


def test_operator_sees_nodes_and_logs(cluster: Cluster) -> None:
    nodes = run(*cluster.client(*RAY, "list", "nodes", "--address", DASHBOARD, "--format", "json"))
    assert {node["node_ip"] for node in json.loads(nodes[nodes.index("[") :])} == {HEAD, FIRST, SECOND}
    # Many lines: state dumps come all the time.
    log = f"{DASHBOARD}/api/v0/logs/file?node_ip={FIRST}&filename=raylet.out&lines=5000"
    assert "raylet" in curl(cluster, log, token=cluster.deployment.token)


def test_only_declared_ports_answer(cluster: Cluster) -> None:
    table = cluster.deployment.environment.port_table
    for_clients = {port.first for port in table.for_clients} | {SSH_PORT}
    assert open_ports(cluster.site.stranger.command(), HEAD) == set()
    assert open_ports(cluster.site.stranger.command(), FIRST) == set()
    assert open_ports(cluster.site.operator.command(), HEAD) == for_clients
    assert open_ports(cluster.site.operator.command(), FIRST) == {SSH_PORT}
    # Nothing listens at the first port of the range of workers, of all that is open.
    of_head = {port.first for port in table if "worker" in port.sources("head") and port.size == 1}
    assert open_ports(cluster.machines["worker-cpu-0"].command(), HEAD) - {table["workers"].first} == of_head


def test_no_secret_is_where_others_can_read_it(cluster: Cluster) -> None:
    secrets = f"{cluster.deployment.token}\n{cluster.deployment.password}\n"
    for name, machine in cluster.machines.items():
        # What was written to the disk, and what is in memory.
        found = machine.run(
            "python3",
            "-c",
            SCAN,
            "/etc",
            "/var",
            "/opt/rayform",
            "/home",
            "/tmp",
            "/run",
            "/dev/shm",
            text=secrets,
            seconds=120,
        )
        kept = {"/run/ray/token"}
        if name == "head":
            kept |= {"/run/ray/redis-password", "/run/ray/gcs-flags"}
        assert set(found.split()) == kept
        for path in kept:
            assert machine.run("stat", "--format=%U %a", path) == "ray 600\n"
        assert machine.run("stat", "--format=%U %a", "/run/ray") == "ray 700\n"


@pytest.mark.parametrize("token", [None, WRONG_TOKEN], ids=["no-token", "wrong-token"])
def test_without_the_token_nothing_is_let_in(cluster: Cluster, token: str | None) -> None:
    refusal = "401" if token is None else "403"
    for path in ("/api/jobs/", "/nodes?view=summary", "/api/v0/nodes"):
        assert (
            curl(cluster, DASHBOARD + path, "--output", "/dev/null", "--write-out", "%{http_code}", token=token)
            == refusal
        )
    with pytest.raises(CommandError, match=r"(?i)token"):
        run(*cluster.client(*RAY, "job", "submit", "--address", DASHBOARD, "--", "true", token=token))
    with pytest.raises(CommandError, match=r"ConnectionError"):
        run(*cluster.client("-c", USE_CLIENT, token=token))


@pytest.fixture(scope="module")
def driver(cluster: Cluster) -> Iterator[Driver]:
    """A driver on the head."""
    made = Driver(cluster, addresses=[HEAD, FIRST, SECOND])
    for name in PROBES:
        assert made.run(name, seconds=60) == "ok"
    yield made
    made.close()


Check = Callable[[Cluster, Driver, float], str | None]
"""Says `ok`, or what went wrong, or None when there is no answer."""


def probe(name: str) -> Check:
    def check(_cluster: Cluster, driver: Driver, seconds: float) -> str | None:
        return driver.run(name, seconds=seconds)

    return check


def program(command: Callable[[Cluster], list[str]]) -> Check:
    def check(cluster: Cluster, _driver: Driver, seconds: float) -> str | None:
        try:
            run(*command(cluster), seconds=seconds)
        except CommandError as error:
            return str(error)
        return "ok"

    return check


def fetches_its_token(name: str) -> Check:
    return program(
        lambda cluster: cluster.machines[name].as_ray(
            "timeout", "20", "/opt/rayform/bin/read-secret", cluster.deployment.token_secret
        )
    )


def answers_ssh(address: str) -> Check:
    return program(lambda cluster: cluster.site.operator.command("sh", "-c", f"ssh-keyscan -T 3 {address} | grep ssh-"))


CHECKS: dict[Flow, Check] = {
    Flow("head", "worker", "node_manager"): probe("head_runs_on_worker"),
    Flow("head", "worker", "workers"): probe("head_runs_on_worker"),
    Flow("head", "worker", "object_manager"): probe("head_gets_from_worker"),
    Flow("head", "worker", "dashboard_agent"): probe("head_reads_logs_of_worker"),
    Flow("worker", "head", "node_manager"): probe("worker_runs_on_head"),
    Flow("worker", "head", "workers"): probe("worker_gets_from_head"),
    Flow("worker", "head", "object_manager"): probe("worker_gets_from_head"),
    Flow("worker", "head", "dashboard"): probe("worker_lists_nodes"),
    Flow("worker", "worker", "node_manager"): probe("worker_runs_on_worker"),
    Flow("worker", "worker", "workers"): probe("worker_runs_on_worker"),
    Flow("worker", "worker", "object_manager"): probe("worker_gets_from_worker"),
    Flow("head", "memorydb", "redis"): probe("head_keeps_state"),
    Flow("head", INTERNET, "https"): fetches_its_token("head"),
    Flow("worker", INTERNET, "https"): fetches_its_token("worker-cpu-0"),
    Flow(CLIENT_CIDR, "head", "dashboard"): program(
        lambda cluster: cluster.site.operator.command("curl", "--silent", "--max-time", "3", DASHBOARD)
    ),
    Flow(CLIENT_CIDR, "head", "client"): program(lambda cluster: cluster.client("-c", CONNECT)),
    Flow(CLIENT_CIDR, "head", "ssh"): answers_ssh(HEAD),
    Flow(CLIENT_CIDR, "worker", "ssh"): answers_ssh(FIRST),
}
JOIN = Flow("worker", "head", "gcs")


def test_every_rule_has_its_check() -> None:
    from config.firewall import declared_rules

    assert {flow_of(rule) for rule in declared_rules(environment_of("memorydb"))} == {*CHECKS, JOIN}


@pytest.mark.parametrize("flow", CHECKS, ids=str)
def test_each_rule_is_needed(cluster: Cluster, driver: Driver, flow: Flow) -> None:
    check = CHECKS[flow]
    assert check(cluster, driver, 30) == "ok"
    with cluster.groups.without(flow):
        assert check(cluster, driver, PATIENCE) != "ok"
    assert check(cluster, driver, 30) == "ok"


def test_a_worker_without_the_token_is_refused(cluster: Cluster) -> None:
    machine = cluster.machines["worker-cpu-1"]
    machine.run("systemctl", "stop", "ray-worker")
    deployment = cluster.deployment
    table = deployment.environment.port_table
    join = [
        *("/opt/rayform/ray/bin/ray", "start", f"--address={deployment.head_name}:{table['gcs'].first}", "--block"),
        *(f"--node-ip-address={SECOND}", "--temp-dir=/var/lib/ray/tmp", *table.ray_start_flags("worker")),
    ]
    auths = [("RAY_AUTH_MODE=disabled",), ("RAY_AUTH_MODE=token", f"RAY_AUTH_TOKEN={WRONG_TOKEN}")]
    with ThreadPoolExecutor() as pool:
        tries = [pool.submit(machine.run, "runuser", "-u", "ray", "--", "env", *auth, *join) for auth in auths]
    for refused in tries:
        with pytest.raises(CommandError, match="InvalidAuthToken"):
            refused.result()
    assert SECOND not in cluster.alive()


def test_without_the_rule_for_gcs_a_worker_does_not_join(cluster: Cluster) -> None:
    machine = cluster.machines["worker-cpu-1"]
    machine.run("systemctl", "stop", "ray-worker")
    with cluster.groups.without(JOIN):
        machine.run("systemctl", "start", "ray-worker")
        with pytest.raises(AssertionError, match="not within"):
            wait_until("it joins", lambda: SECOND in cluster.alive(), seconds=12)
    note("a worker joins once it may", cluster.wait_until_whole(seconds=90))


def test_boot_script_may_run_again(cluster: Cluster) -> None:
    before = cluster.alive()
    with timed("boot script, the second time"):
        cluster.machines["worker-cpu-0"].run("/" + BOOT_SCRIPT, seconds=120)
    assert cluster.alive() == before


def curl(cluster: Cluster, url: str, *options: str, token: str | None) -> str:
    header = [] if token is None else ["--header", f"Authorization: Bearer {token}"]
    return cluster.site.operator.run("curl", "--silent", "--show-error", "--max-time", "10", *options, *header, url)


def open_ports(where: list[str], address: str) -> set[int]:
    return {int(port) for port in run(*where, "/usr/bin/python3", "-c", REACH, address, *map(str, EVERY_PORT)).split()}
