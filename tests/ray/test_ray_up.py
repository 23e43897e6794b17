"""Ray's real launcher: `ray up` makes the head from the rendered cluster.yaml, and `ray down` ends the cluster.

The tests follow on each other, in this order; the last one ends the cluster.
"""

from __future__ import annotations

import pytest

from tests.ray.conftest import CLUSTERS
from tests.ray.emulated import Emulated
from tests.ray.launched import Launched
from tests.ray.machine import Machine
from tests.ray.times import note, timed

pytestmark = pytest.mark.autoscaler

HOME = "/home/ec2-user"
ELSEWHERE = "10.42.15.99"
"""An address that no machine has."""

WHERE = """
import ray
ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
where = ray.remote(num_cpus=1)(ray.util.get_node_ip_address)
print(ray.get(where.options(label_selector={"processor": "intel"}).remote()))
"""
HOLD = """
import sys, ray
ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
print("held", flush=True)
sys.stdin.read()
print(len(ray.nodes()) > 0)
"""


@pytest.fixture(scope="module")
def launched(emulated: Emulated) -> Launched:
    """The environment without a head."""
    made = Launched(emulated)
    CLUSTERS.append(made.fleet)
    made.fleet.sync()
    return made


@pytest.fixture(scope="module")
def cluster_yaml(launched: Launched) -> str:
    """The file of `make cluster-yaml`."""
    return launched.cluster_yaml()


@pytest.fixture(scope="module")
def said(launched: Launched, cluster_yaml: str) -> str:
    """What the `ray up` said that made the head."""
    assert launched.fleet.instances == {}
    with timed("ray up: from nothing to a cluster of one"):
        return launched.ray("up", "-y", "--no-config-cache", cluster_yaml, seconds=480)


def test_ray_up_makes_a_head_that_is_whole(launched: Launched, said: str) -> None:
    assert "rayform: Ray runs" in said
    assert "will not be started" not in said
    assert "timed out" not in said
    launched.fleet.wait_until(
        "its API answers", lambda: launched.alive().keys() == {launched.head.address}, seconds=120
    )
    assert launched.emulated.zones.address_of(launched.head_name) == launched.head.address
    assert launched.head_instance.tags["ray-node-status"] == "up-to-date"
    assert launched.denied() == []


@pytest.mark.usefixtures("said")
def test_head_keeps_no_private_key(launched: Launched) -> None:
    assert files_with(launched, "head_start_ray_commands", HOME) == [f"{HOME}/ray_bootstrap_config.yaml"]
    assert files_with(launched, key_of(launched), HOME, "/root", "/tmp", "/etc", "/var") == []


@pytest.mark.usefixtures("said")
def test_worker_comes_from_nothing_by_the_heads_name(launched: Launched) -> None:
    assert launched.workers() == []
    with timed("a task: from nothing to its answer"):
        (answer,) = launched.finish([launched.drive(WHERE)], seconds=300)
    (worker,) = launched.workers()
    machine = launched.fleet.machines[worker.instance_id]
    assert answer.split()[-1] == worker.address  # a slow machine makes Ray say more before it
    assert f"--address={launched.head_name}:" in machine.run("cat", "/opt/rayform/bin/start-ray")
    assert logins(machine) == []
    assert worker.tags["ray-node-status"] == "uninitialized"
    assert launched.denied() == []


@pytest.mark.usefixtures("said")
def test_another_ray_up_leaves_the_head_and_its_work_alone(launched: Launched, cluster_yaml: str) -> None:
    instance, node = launched.head_instance, launched.alive()[launched.head.address]
    driver = launched.drive(HOLD)
    assert driver.stdout is not None
    assert driver.stdout.readline() == "held\n"
    with timed("ray up once more"):
        launched.ray("up", "-y", "--no-config-cache", cluster_yaml)
    assert launched.head_instance.instance_id == instance.instance_id
    assert launched.alive()[launched.head.address] == node
    assert driver.communicate("", timeout=120)[0] == "True\n"
    assert files_with(launched, key_of(launched), HOME) == []
    assert launched.denied() == []


@pytest.mark.usefixtures("said")
def test_rays_own_client_speaks_to_the_cluster(launched: Launched, cluster_yaml: str) -> None:
    assert "1 head" in launched.ray("exec", cluster_yaml, "ray status")
    assert launched.denied() == []


@pytest.mark.usefixtures("said")
def test_idle_worker_goes(launched: Launched) -> None:
    took = launched.fleet.wait_until("the idle worker is terminated", lambda: launched.workers() == [], seconds=240)
    note("idle worker: until it is terminated", took)
    assert launched.alive().keys() == {launched.head.address}
    assert launched.denied() == []


@pytest.mark.usefixtures("said")
def test_head_comes_back_after_its_power_went(launched: Launched) -> None:
    before, address = launched.alive(), launched.head.address
    launched.emulated.zones.overwrite(launched.head_name, ELSEWHERE)
    launched.fleet.reboot(launched.head_instance.instance_id)
    took = launched.fleet.wait_until("the head is a cluster again", lambda: is_new(launched, before), seconds=300)
    note("head of ray up: from its boot to a cluster of one", took)
    assert launched.emulated.zones.address_of(launched.head_name) == address
    assert launched.denied() == []


@pytest.mark.usefixtures("said")
def test_ray_down_leaves_no_instance(launched: Launched, cluster_yaml: str) -> None:
    with timed("ray down"):
        output = launched.ray("down", "-y", cluster_yaml)
    launched.fleet.sync()
    assert "Exception occurred" not in output
    assert [it for it in launched.fleet.instances.values() if it.is_on] == []
    assert launched.denied() == []


def key_of(launched: Launched) -> str:
    """A line of the operator's private key."""
    return launched.emulated.private_key.read_text(encoding="utf-8").splitlines()[3]


def files_with(launched: Launched, text: str, *folders: str) -> list[str]:
    """Files of the head in which a text is."""
    search = 'text=$1; shift; grep -rlsF --exclude-dir=.cache -e "$text" "$@" || true'
    return launched.head.run("sh", "-c", search, "search", text, *folders).splitlines()


def logins(machine: Machine) -> list[str]:
    """What a machine's SSH says about who came."""
    said = machine.run("journalctl", "--no-pager", "--unit=ssh", "--output=cat")
    assert "Server listening" in said
    return [line for line in said.splitlines() if " from " in line]


def is_new(launched: Launched, before: dict[str, str]) -> bool:
    after = launched.alive()
    return after.keys() == {launched.head.address} and after != before
