"""Runs short tasks until it is ended, and prints the node of each that is done. Runs on the head with Ray's Python."""

import time

import ray


@ray.remote(num_cpus=1, resources={"on_worker": 1}, max_retries=-1)
def where() -> str:
    time.sleep(0.3)
    return ray.util.get_node_ip_address()


def main() -> None:
    ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
    running = [where.options(scheduling_strategy="SPREAD").remote() for _ in range(4)]
    while True:
        done, running = ray.wait(running)
        print(ray.get(done[0]), flush=True)
        running.append(where.options(scheduling_strategy="SPREAD").remote())


main()
