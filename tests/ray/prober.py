"""A driver on the head that makes nodes use one path between them, on command.

Runs on the head with Ray's Python. Reads names of probes, one a line, and answers each with `<number> ok`, or
`<number> <what went wrong>`: a probe that hangs leaves the others alone, and says nothing.
"""

from __future__ import annotations

import os
import sys
import threading

import ray
from ray.experimental import internal_kv
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from ray.util.state import get_log, list_nodes

SIZE = 4 * 1024**2
"""Bytes of the objects that travel: too many to be sent along with a message."""
SECONDS = 5


@ray.remote(num_cpus=0, max_retries=0)
def answer() -> str:
    return ray.get_runtime_context().get_node_id()


@ray.remote(num_cpus=0, max_retries=0)
def make() -> bytes:
    return os.urandom(SIZE)


@ray.remote(num_cpus=0, max_retries=0)
def measure(inside: list) -> int:
    return len(ray.get(inside[0]))


@ray.remote(num_cpus=0, max_retries=0)
def ask(target: str) -> str:
    return ray.get(on(target, answer).remote())


@ray.remote(num_cpus=0, max_retries=0)
def state() -> int:
    return len(list_nodes(timeout=SECONDS))


def on(node: str, function: ray.remote_function.RemoteFunction) -> ray.remote_function.RemoteFunction:
    return function.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False))


class Probes:
    """Each uses one path, and others that stay open."""

    def __init__(self, head: str, first: str, second: str) -> None:
        self.head, self.first, self.second = head, first, second

    def head_runs_on_worker(self) -> bool:
        return ray.get(on(self.first, answer).remote()) == self.first

    def head_gets_from_worker(self) -> bool:
        return len(ray.get(on(self.first, make).remote())) == SIZE

    def worker_runs_on_head(self) -> bool:
        return ray.get(on(self.first, ask).remote(self.head)) == self.head

    def worker_gets_from_head(self) -> bool:
        return ray.get(on(self.first, measure).remote([ray.put(os.urandom(SIZE))])) == SIZE

    def worker_runs_on_worker(self) -> bool:
        return ray.get(on(self.first, ask).remote(self.second)) == self.second

    def worker_gets_from_worker(self) -> bool:
        return ray.get(on(self.second, measure).remote([on(self.first, make).remote()])) == SIZE

    def worker_lists_nodes(self) -> bool:
        return ray.get(on(self.first, state).remote()) >= 3

    def head_reads_logs_of_worker(self) -> bool:
        return any(get_log(node_id=self.first, filename="raylet.out", tail=1, timeout=SECONDS))

    def head_keeps_state(self) -> bool:
        key = os.urandom(8)
        internal_kv._internal_kv_put(key, b"kept", namespace=b"probe")
        return internal_kv._internal_kv_get(key, namespace=b"probe") == b"kept"


def run(probes: Probes, number: str, name: str) -> None:
    try:
        said = "ok" if getattr(probes, name)() else "a wrong answer"
    except Exception as error:  # noqa: BLE001 - whatever it is, the harness shows it
        said = repr(error).replace("\n", " ")
    print(number, said, flush=True)


def main() -> None:
    ray.init(address="auto", log_to_driver=False)
    by_address = {node["NodeManagerAddress"]: node["NodeID"] for node in ray.nodes() if node["Alive"]}
    probes = Probes(*(by_address[address] for address in sys.argv[1:]))
    print("ready", flush=True)
    for line in sys.stdin:
        number, name = line.split()
        threading.Thread(target=run, args=(probes, number, name), daemon=True).start()


main()
