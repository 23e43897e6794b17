"""An actor that must outlive the head: `make ADDRESS` starts it on that node, `ask` adds one to what it holds.

Runs on the head with Ray's Python; prints the actor's process and what it holds.
"""

import os
import sys

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy


@ray.remote(num_cpus=0, max_restarts=0)
class Keeper:
    def __init__(self) -> None:
        self.count = 0

    def add(self) -> str:
        self.count += 1
        return f"{os.getpid()} {self.count}"


def main() -> None:
    ray.init(address="auto", namespace="failover", log_to_driver=False, logging_level="ERROR")
    if sys.argv[1] == "make":
        nodes = {node["NodeManagerAddress"]: node["NodeID"] for node in ray.nodes() if node["Alive"]}
        place = NodeAffinitySchedulingStrategy(nodes[sys.argv[2]], soft=False)
        keeper = Keeper.options(name="keeper", lifetime="detached", scheduling_strategy=place).remote()
    else:
        keeper = ray.get_actor("keeper")
    print(ray.get(keeper.add.remote(), timeout=30))


main()
