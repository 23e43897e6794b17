"""Rules over what runs on the nodes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.instance_types import vcpus_of
from config.problems import Problem
from config.ray import AUTOSCALER_VERSION, OLDEST_VERSION, ROCKSDB_VERSION, TOKEN_VERSION
from config.rules.nodes import declared_nodes
from config.rules.registry import rule

_CLIENT_SERVERS = (23000, 24000)
"""https://github.com/ray-project/ray/blob/master/python/ray/util/client/server/proxier.py"""
_EPHEMERAL = (32768, 60999)
"""https://docs.kernel.org/networking/ip-sysctl.html (ip_local_port_range)"""
_OUTGOING_PORTS = 8192
_PORTS_PER_CPU = 2
"""Ray starts a worker process for each CPU, and another one in the place of each that waits for a result:
https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations"""


@rule("ray", "access")
def ray_is_new_enough(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """What the file asks for is in that release."""
    ray = environment.ray
    needed = [
        (OLDEST_VERSION, "which has the flags that nodes are started with", True),
        (TOKEN_VERSION, "which has token authentication", environment.has_token),
        (AUTOSCALER_VERSION, "whose autoscaler has priorities", isinstance(environment, AutoscalingEc2Config)),
        (ROCKSDB_VERSION, "which has head_storage: rocksdb", ray.head_storage == "rocksdb"),
    ]
    wanted, reason = max((release, reason) for release, reason, applies in needed if applies)
    if ray.release < wanted:
        yield Problem(("ray", "version"), f"got {ray.version}", f"{wanted[0]}.{wanted[1]}.0 or newer, {reason}")


@rule("ray")
def worker_range_is_one(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """The form of the range says nothing of its ends."""
    first, last = environment.ray.ports.worker_range
    if not 1024 <= first < last <= 65535:
        yield Problem(("ray", "ports", "workers"), f"got {first}-{last}", "a range between 1024 and 65535, low-high")


@rule("ray")
def workers_leave_ray_client_its_ports(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """The Ray client's server starts one for each client, at ports that cannot be set and that stay on the node."""
    first, last = environment.ray.ports.worker_range
    if first <= _CLIENT_SERVERS[1] and _CLIENT_SERVERS[0] <= last:
        yield Problem(
            ("ray", "ports", "workers"),
            f"got {environment.ray.ports.workers}",
            f"ports outside of {_CLIENT_SERVERS[0]}-{_CLIENT_SERVERS[1]}, which the Ray client uses on the head",
        )


@rule("ray")
def outgoing_connections_have_ports(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Nodes keep Ray's ports out of the range from which Linux takes those of outgoing connections."""
    taken = sum(
        max(0, min(port.last, _EPHEMERAL[1]) - max(port.first, _EPHEMERAL[0]) + 1) for port in environment.port_table
    )
    left = _EPHEMERAL[1] - _EPHEMERAL[0] + 1 - taken
    if left < _OUTGOING_PORTS:
        yield Problem(
            ("ray", "ports", "workers"),
            f"got {environment.ray.ports.workers}, which leaves {left} ports for outgoing connections",
            f"at least {_OUTGOING_PORTS} free ports from {_EPHEMERAL[0]} to {_EPHEMERAL[1]}",
        )


@rule("ray", "access", "workers")
def training_reaches_the_other_workers(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Ray Train's workers speak to each other over ports that torch.distributed chooses; without them they hang."""
    several = sum(group.most for group in environment.workers.values()) > 1
    if several and "train" in environment.ray.extras and environment.access.intra_cluster == "ports":
        yield Problem(
            ("ray", "extras"), "got train on several workers", "access.intra_cluster: workers (or all) to go with it"
        )


@rule("ray")
def ports_do_not_clash(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Two things cannot listen on one port."""
    for one, other in combinations(environment.port_table, 2):
        if one.first <= other.last and other.first <= one.last:
            # The setting that the file has, else its author looks for one that is not there.
            there, given = sorted((one, other), key=lambda port: port.name in environment.ray.ports.model_fields_set)
            yield Problem(
                ("ray", "ports", given.name), f"got {given.shown}", f"ports outside of {there.name}, {there.shown}"
            )


@rule("ray", "head", "workers")
def worker_range_suffices(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Each worker process listens on a port of the range."""
    ports = environment.port_table["workers"].size
    if ports < 1:  # worker_range_is_one says so
        return
    for path, node in declared_nodes(environment):
        cpus = node.resources.get("CPU", vcpus_of(node.instance_type))
        if cpus is not None and cpus * _PORTS_PER_CPU > ports:
            where = (*path, "resources", "CPU") if "CPU" in node.resources else (*path, "instance_type")
            shown = f"{cpus:g} CPUs" if "CPU" in node.resources else f"{node.instance_type}, {cpus:g} vCPUs"
            yield Problem(
                where,
                f"got {shown} for {ports} ports",
                f"at most {ports // _PORTS_PER_CPU}, or a wider ray.ports.workers",
            )
