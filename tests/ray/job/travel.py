"""A job: tasks on every worker, and an object of 100 MB in each direction between nodes."""

import hashlib
import os
import sys
import time

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

SIZE = 100_000_000


@ray.remote(num_cpus=0)
def make() -> tuple[bytes, str]:
    data = os.urandom(SIZE)
    return data, digest(data)


@ray.remote(num_cpus=0)
def check(inside: list) -> bool:
    data, wanted = ray.get(inside[0])
    return len(data) == SIZE and digest(data) == wanted


@ray.remote(num_cpus=1)
def where() -> str:
    time.sleep(0.5)
    return ray.util.get_node_ip_address()


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def on(node: str, function: ray.remote_function.RemoteFunction) -> ray.remote_function.RemoteFunction:
    return function.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node, soft=False))


def main() -> None:
    ray.init(log_to_driver=False)
    nodes = {node["NodeManagerAddress"]: node["NodeID"] for node in ray.nodes() if node["Alive"]}
    head, first, second = (nodes[address] for address in sys.argv[1:])
    found = set(ray.get([where.options(resources={"on_worker": 1}).remote() for _ in range(8)]))
    print("tasks ran on", *sorted(found))
    for source, target in ((head, first), (first, head), (first, second), (second, first)):
        start = time.monotonic()
        assert ray.get(on(target, check).remote([on(source, make).remote()]))
        print(f"moved {SIZE} bytes in {time.monotonic() - start:.1f} s")


main()
