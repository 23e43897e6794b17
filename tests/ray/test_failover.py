"""What a cluster survives: losing the head, the store, a worker, a spot instance.

The tests follow on each other, in this order: each leaves a whole cluster, and while the first cluster waits 75 seconds
for its head, the second is made and loses its own.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ray.cluster import Cluster
from tests.ray.commands import CommandError, run, wait_until
from tests.ray.deployment import HEAD, NEW_HEAD, SECOND_WORKERS, WORKERS
from tests.ray.programs import KEEPER, WORKLOAD, on_head
from tests.ray.store import Store
from tests.ray.times import note, timed

pytestmark = pytest.mark.ray

FIRST, SECOND = WORKERS.values()
GAP_SECONDS = 75
"""Longer than the 60 seconds that nodes wait for the head by Ray's own default."""


@pytest.fixture(scope="module")
def keeper(cluster: Cluster) -> Keeper:
    """An actor on the second worker of the cluster."""
    return Keeper(cluster, SECOND)


@pytest.fixture(scope="module")
def head_is_off(cluster: Cluster) -> float:
    """When the power of the head went."""
    cluster.power_off("head")
    return time.monotonic()


class Keeper:
    """A detached actor that counts how often it is asked."""

    def __init__(self, cluster: Cluster, address: str) -> None:
        self._cluster, self._asked = cluster, 1
        self.pid = self._said("make", address).split()[0]

    def is_the_same(self) -> bool:
        """Whether process and state are those from before."""
        self._asked += 1
        return self._said("ask") == f"{self.pid} {self._asked}"

    def _said(self, *arguments: str) -> str:
        return run(*on_head(self._cluster, KEEPER, *arguments), seconds=60).strip()


def test_head_comes_back_after_5_seconds_at_its_address(cluster: Cluster, keeper: Keeper) -> None:
    before = cluster.alive()
    cluster.power_off("head")
    time.sleep(5)
    cluster.boot_head(disk=cluster.machines["head"].disk)
    took = cluster.wait_until_whole(seconds=180, but_for={HEAD: before[HEAD]})
    note("head off for 5 s, same address and disk: whole again after its boot", took)
    assert keeper.is_the_same()


def test_head_comes_back_after_5_seconds_at_another_address(cluster: Cluster, keeper: Keeper) -> None:
    cluster.power_off("head")
    time.sleep(5)
    cluster.deployment.head = NEW_HEAD
    cluster.boot_head()
    took = cluster.wait_until_whole(seconds=180)
    note("head off for 5 s, another address, new disk: whole again after its boot", took)
    assert keeper.is_the_same()


def test_head_comes_back_by_itself_when_the_store_does(cluster: Cluster, keeper: Keeper, store: Store) -> None:
    before = cluster.alive()
    store.stop()
    time.sleep(20)
    store.start()
    took = cluster.wait_until_whole(seconds=240, but_for={NEW_HEAD: before[NEW_HEAD]})
    note("store off for 20 s: whole again after its start", took)
    assert keeper.is_the_same()


@dataclass(frozen=True)
class SecondHead:
    """The head of the second cluster, off: what it left behind."""

    keeper: Keeper
    volume: list[tuple[Path, str]]
    off_since: float


@pytest.fixture(scope="module")
def second_head_is_off(head_is_off: float, second: Cluster) -> SecondHead:
    """A cluster whose head keeps its state on a volume, made while the first waits for its head; its head goes, too."""
    volume = [(second.new_volume(), "/var/lib/ray-state")]
    second.boot_head(volumes=volume)
    second.boot_worker("worker-cpu-0")
    second.wait_until_whole(seconds=180)
    keeper = Keeper(second, SECOND_WORKERS["worker-cpu-0"])
    second.power_off("head")
    return SecondHead(keeper, volume, time.monotonic())


@pytest.mark.usefixtures("second_head_is_off")
def test_head_comes_back_after_75_seconds_at_another_address(
    cluster: Cluster, keeper: Keeper, head_is_off: float
) -> None:
    gap = wait_since(head_is_off, GAP_SECONDS)
    cluster.deployment.head = HEAD
    cluster.boot_head()
    took = cluster.wait_until_whole(seconds=300)
    note(f"head off for {gap:.0f} s, another address, new disk: whole again after its boot", took)
    assert keeper.is_the_same()


def test_head_with_rocksdb_comes_back_after_75_seconds_at_its_address(
    second: Cluster, second_head_is_off: SecondHead
) -> None:
    gap = wait_since(second_head_is_off.off_since, GAP_SECONDS)
    second.boot_head(volumes=second_head_is_off.volume)
    took = second.wait_until_whole(seconds=300)
    note(f"head with RocksDB off for {gap:.0f} s, same address, new disk: whole again after its boot", took)
    assert second_head_is_off.keeper.is_the_same()


def test_head_without_storage_forgets_its_actors_and_workers_join_it_anew(second: Cluster) -> None:
    before = second.alive()
    second.power_off("head")
    second.store_head_in("none")
    second.boot_head()
    took = second.wait_until_whole(seconds=180, but_for=before)
    note("head without storage, new disk: whole again after its boot, and empty", took)
    with pytest.raises(CommandError, match="Failed to look up actor with name 'keeper'"):
        run(*on_head(second, KEEPER, "ask"))
    for name in second.machines:
        second.power_off(name)


def wait_since(start: float, seconds: float) -> float:
    """Wait until so many seconds have gone by since `start`; returns how many it became."""
    time.sleep(max(0.0, start + seconds - time.monotonic()))
    return time.monotonic() - start


def test_a_worker_that_lost_power_comes_back(cluster: Cluster) -> None:
    before = cluster.alive()
    disk = cluster.machines["worker-cpu-0"].disk
    cluster.power_off("worker-cpu-0")
    cluster.boot_worker("worker-cpu-0", disk=disk)
    note("worker off and on: whole again", cluster.wait_until_whole(seconds=180, but_for={FIRST: before[FIRST]}))


def test_a_spot_notice_moves_the_tasks_and_the_node_does_not_rejoin(cluster: Cluster) -> None:
    with workload(cluster) as places:
        wait_until("tasks run on both workers", lambda: {*places()[-8:]} == {FIRST, SECOND}, seconds=60)
        cluster.site.aws.announce_interruption(FIRST, seconds=25)
        with timed("spot notice: from the notice to tasks on the other worker only"):
            wait_until("tasks run on the other worker only", lambda: {*places()[-12:]} == {SECOND}, seconds=60)
        note(
            "spot notice: until the node is gone",
            wait_until("the node is gone", lambda: FIRST not in cluster.alive(), seconds=60),
        )
        time.sleep(10)
        assert FIRST not in cluster.alive()
        assert not cluster.machines["worker-cpu-0"].succeeds("pgrep", "raylet")
        assert {*places()[-12:]} == {SECOND}
    # EC2 takes the instance; what Terraform makes in its place is a new one.
    cluster.power_off("worker-cpu-0")
    cluster.site.aws.withdraw_interruption(FIRST)


@contextmanager
def workload(cluster: Cluster) -> Iterator[Callable[[], list[str]]]:
    """Tasks that run all the time; gives the addresses at which they ran so far."""
    output = Path(cluster.log("workload"))
    with output.open("wb") as log:
        process = subprocess.Popen(on_head(cluster, WORKLOAD), stdout=log, stderr=log, cwd="/")
    try:
        yield lambda: output.read_text(encoding="utf-8").split()
    finally:
        process.kill()
        process.wait()
