"""Ray's real autoscaler on a head that Terraform made: workers come for the work there is, and go again."""

from __future__ import annotations

import pytest

from tests.ray.conftest import CLUSTERS
from tests.ray.emulated import Emulated
from tests.ray.grown import Grown
from tests.ray.times import note, timed

pytestmark = pytest.mark.autoscaler

WHERE = """
import sys, ray
ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
where = ray.remote(num_cpus=1)(ray.util.get_node_ip_address)
print(ray.get(where.options(label_selector={"processor": sys.argv[1]}).remote()))
"""


@pytest.fixture(scope="module")
def grown(emulated: Emulated) -> Grown:
    """The environment with a head that is whole."""
    made = Grown(emulated, "grown")
    CLUSTERS.append(made.fleet)
    made.fleet.sync()
    took = made.fleet.wait_until("the head is a cluster", lambda: len(made.alive()) == 1, seconds=240)
    note("head: from boot to a cluster of one", took)
    return made


def test_workers_come_for_the_work_that_there_is_and_go_when_idle(grown: Grown) -> None:
    assert grown.workers() == []
    with timed("tasks for two types of workers: from nothing to their answers"):
        said = grown.finish([grown.drive(WHERE, "intel"), grown.drive(WHERE, "graviton")], seconds=240)
    (intel,), (graviton,) = grown.workers("intel"), grown.workers("graviton")
    assert [text.split()[-1] for text in said] == [intel.address, graviton.address]
    assert (intel.instance_type, intel.spot) == ("m7i.large", True)
    assert (graviton.instance_type, graviton.spot) == ("m8g.large", False)
    assert grown.alive().keys() == {grown.head.address, intel.address, graviton.address}
    took = grown.fleet.wait_until("idle workers are terminated", lambda: grown.workers() == [], seconds=180)
    note("idle workers: until both are terminated (30 s are the setting)", took)
    assert grown.alive().keys() == {grown.head.address}
    assert grown.denied() == []


def test_without_spot_capacity_the_fallback_comes(grown: Grown) -> None:
    grown.gate.has_spot = False
    try:
        with timed("a task while there is no spot capacity: from nothing to its answer"):
            (said,) = grown.finish([grown.drive(WHERE, "intel")], seconds=240)
    finally:
        grown.gate.has_spot = True
    (worker,) = grown.workers()
    assert (said.split()[-1], worker.spot) == (worker.address, False)
    assert worker.tags["ray-user-node-type"] == "intel-on-demand"


def test_a_changed_file_is_taken_up_by_the_head_that_runs(grown: Grown) -> None:
    (head,) = grown.fleet.on(ray_node_type="head")
    grown.file.write_text(
        grown.file.read_text(encoding="utf-8").replace("graviton: {", "graviton: {min_workers: 1, "), encoding="utf-8"
    )
    grown.apply()
    is_there = grown.fleet.wait_until("the worker that is always there", lambda: has_graviton(grown), seconds=240)
    note("another min_workers: from the apply to the worker", is_there)
    assert [it.instance_id for it in grown.fleet.on(ray_node_type="head")] == [head.instance_id]
    assert len(grown.workers("graviton")) == 1
    assert grown.denied() == []


def test_destroy_leaves_no_worker_behind(grown: Grown) -> None:
    grown.workspace.terraform("destroy", grown.name).succeeded()
    grown.fleet.sync()
    assert not [it for it in grown.fleet.instances.values() if it.is_on]


def has_graviton(grown: Grown) -> bool:
    return {it.address for it in grown.workers("graviton")} & grown.alive().keys() != set()
