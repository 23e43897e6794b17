"""Rules over what instance types are: their processor, whether AWS has them, and where."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from config.autoscaling_ec2 import AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.instance_sizes import is_offered, known_types, size_of
from config.instance_types import Architecture, architecture_of, has_gpu, runs_linux
from config.nodes import NodeConfig
from config.problems import Problem
from config.rules.nodes import declared_nodes
from config.rules.registry import rule
from config.vcpu_quotas import vcpu_quota_of

_NAMES: dict[Architecture, frozenset[str]] = {
    "x86_64": frozenset({"x86_64", "x86-64", "x86", "amd64", "x64"}),
    "arm64": frozenset({"arm64", "aarch64", "graviton"}),
}
"""What people call the two architectures."""
_BYTES_PER_MIB = 1024**2


@rule("head", "workers")
def claims_its_own_architecture(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A label or resource of the other architecture would bring work to a node that cannot run it."""
    for path, node in declared_nodes(environment):
        own = architecture_of(node.instance_type)
        others = frozenset().union(*(names for architecture, names in _NAMES.items() if architecture != own))
        for key, value in node.labels.items():
            if value.lower() in others:
                yield Problem((*path, "labels", key), f"got {value}", f"{own}, that of {node.instance_type}")
        for name, amount in node.resources.items():
            if name.lower() in others and amount > 0:
                yield Problem((*path, "resources", name), f"got {amount:g}", f"none: {node.instance_type} is {own}")


@rule("workers")
def spot_is_sold(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Some families are never sold as spot."""
    for name, worker in environment.workers.items():
        if worker.spot and vcpu_quota_of(worker.instance_type, spot=True) is None:
            yield Problem(
                ("workers", name, "spot"),
                f"got true with {worker.instance_type}",
                "false: AWS has no spot instances of that family",
            )


@rule("head", "workers")
def type_is_known(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """The autoscaler counts on resources before a node is there, so that they must be known."""
    for path, node in declared_nodes(environment):
        missing = _missing_resources(node)
        if size_of(node.instance_type) is None and runs_linux(node.instance_type) and missing:
            close = get_close_matches(node.instance_type, known_types(), n=3)
            yield Problem(
                (*path, "instance_type"),
                f"got {node.instance_type}, which is not known",
                f"{', '.join([*close, ''])}or {' and '.join(missing)} in resources for a newer type",
            )


@rule("head", "workers", "region")
def type_is_offered(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """A launch of what the region does not have fails again and again, with nobody looking."""
    for path, node in declared_nodes(environment):
        missing = _missing_resources(node)
        if is_offered(node.instance_type, environment.region) is False and missing:
            yield Problem(
                (*path, "instance_type"),
                f"got {node.instance_type}, which {environment.region} does not offer",
                f"another type, or {' and '.join(missing)} in resources if it does by now",
            )


@rule("head", "workers")
def resources_are_the_types(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """The autoscaler launches nodes for work that `resources` promise room for, whether they have it or not."""
    for path, node in declared_nodes(environment):
        size = size_of(node.instance_type)
        if size is None:
            continue
        most = {
            "CPU": (size.vcpus, "vCPUs"),
            "GPU": (size.gpus, "GPUs"),
            "memory": (size.memory_mib * _BYTES_PER_MIB, "bytes"),
        }
        for name, (amount, unit) in most.items():
            if node.resources.get(name, 0) > amount:
                yield Problem(
                    (*path, "resources", name),
                    f"got {_plain(node.resources[name])}",
                    f"at most {amount}: {node.instance_type} has {amount or 'no'} {unit}",
                )


def _plain(amount: float) -> str:
    return str(int(amount)) if amount.is_integer() else str(amount)


def _missing_resources(node: NodeConfig) -> list[str]:
    """What the file must name of a type that is newer than what is known here."""
    wanted = ["CPU", "memory", *(["GPU"] if has_gpu(node.instance_type) else [])]
    return [name for name in wanted if name not in node.resources]
