"""Rules over the worker types and how many of them there may be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

from config.addresses import worker_addresses, workers_in
from config.autoscaling_ec2 import HEAD_TYPE, ON_DEMAND, AutoscalingEc2Config
from config.problems import Path, Problem
from config.rules.nodes import declared_nodes
from config.rules.registry import rule

_RAYS_TAG = "ray-"
"""Begins Ray's own tags: https://github.com/ray-project/ray/blob/master/python/ray/autoscaler/tags.py"""
_RAYS_TYPES = frozenset({"ray-legacy-head-node-type", "ray-legacy-worker-node-type"})
_TAGS_OF_A_RESOURCE = 50
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions"""
_OWN_TAGS = 18
"""Those of Rayform and of Ray on a worker, rounded up."""


@rule("workers")
def there_are_worker_types(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """The head's role lists what the autoscaler may launch, and IAM takes no empty list."""
    if not any(worker.max_workers for worker in environment.workers.values()):
        got = "got max_workers 0 for every type" if environment.workers else "got no worker types"
        yield Problem(("workers",), got, "at least one with max_workers above 0")


@rule("workers")
def least_is_not_above_most(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """A type has at least as many workers as it always has."""
    for name, worker in environment.workers.items():
        if worker.min_workers > worker.max_workers:
            yield Problem(
                ("workers", name, "min_workers"),
                f"got {worker.min_workers}",
                f"at most max_workers, {worker.max_workers}",
            )


@rule("workers", "autoscaler")
def all_types_have_their_least(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """Ray refuses a bound below what there always is."""
    least, most = sum(worker.min_workers for worker in environment.workers.values()), environment.autoscaler.max_workers
    if most is not None and least > most:
        yield Problem(("autoscaler", "max_workers"), f"got {most}", f"at least {least}, the sum of all min_workers")


@rule("workers")
def type_names_are_free(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """Every node type has a name of its own, the head's and the fallbacks' too."""
    fallbacks = {
        f"{name}{ON_DEMAND}": name for name, worker in environment.workers.items() if worker.on_demand_fallback
    }
    for name in environment.workers:
        if name == HEAD_TYPE:
            yield Problem(("workers", name), "got the name of the head's type", "another name")
        elif name in _RAYS_TYPES:
            yield Problem(("workers", name), "got a name that Ray keeps for itself", "another name")
        elif name in fallbacks:
            yield Problem(
                ("workers", name), f"got the name of the on-demand fallback of {fallbacks[name]}", "another name"
            )


@rule("workers")
def fallback_is_of_spot(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """On-demand workers need no second type of their own kind."""
    for name, worker in environment.workers.items():
        if worker.on_demand_fallback and not worker.spot:
            yield Problem(("workers", name, "on_demand_fallback"), "got true without spot", "spot: true to go with it")


@rule("workers", "autoscaler")
def spot_is_not_stopped(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """A one-time spot instance can be terminated, never stopped.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-stop-start.html
    """
    spot = [name for name, worker in environment.workers.items() if worker.spot]
    if environment.autoscaler.cache_stopped_nodes and spot:
        yield Problem(
            ("autoscaler", "cache_stopped_nodes"),
            f"got true with spot for {', '.join(spot)}",
            "false: spot instances cannot be stopped",
        )


@rule("access")
def workers_are_private(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """Ray launches into one subnet only where it asks for a public address."""
    if environment.access.public_nodes:
        yield Problem(
            ("access", "public_nodes"), "got true", "false, or flavour static-ec2: Ray launches workers without one"
        )


@rule("tags", "head", "workers")
def tags_are_not_rays(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """Ray knows its nodes by tags."""
    for path, tags in _tags(environment):
        for key in tags:
            if key.lower().startswith(_RAYS_TAG):
                yield Problem((*path, key), "got a tag that Ray keeps for itself", f"a key without {_RAYS_TAG}")


@rule("tags", "workers", "head")
def tags_leave_ray_its_own(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """An instance with too many tags is not launched."""
    most = _TAGS_OF_A_RESOURCE - _OWN_TAGS
    for path, tags in _tags(environment):
        together = len({**environment.tags, **tags})
        if together > most:
            yield Problem(path, f"got {together} with those of the environment", f"at most {most} for a node")


def _tags(environment: AutoscalingEc2Config) -> Iterator[tuple[Path, dict[str, str]]]:
    yield ("tags",), environment.tags
    for path, node in declared_nodes(environment):
        if node.tags:
            yield (*path, "tags"), node.tags


@rule("workers", "autoscaler", "network", "access", "region", "efs", "memorydb", "head")
def workers_have_addresses(environment: AutoscalingEc2Config) -> Iterator[Problem]:
    """Every worker takes an address of a subnet; the smallest set of zones that is too small is named."""
    free = worker_addresses(environment)
    sets = chain.from_iterable(combinations(free, size) for size in range(1, len(free) + 1))
    for zones in sets:
        room, wanted = sum(free[zone] for zone in zones), workers_in(environment, frozenset(zones))
        if wanted > room:
            given = environment.autoscaler.max_workers is not None
            yield Problem(
                ("autoscaler", "max_workers") if given else ("workers",),
                f"got up to {wanted} workers in {', '.join(zones)}, where {room} addresses are free",
                "fewer workers, more zones, or larger subnets",
            )
            return
