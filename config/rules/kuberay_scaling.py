"""Rules over how many nodes and pods a group has."""

from __future__ import annotations

from collections.abc import Iterator

from config.eks import HEAD_GROUP, SYSTEM_GROUP
from config.instance_sizes import size_of
from config.kuberay_eks import KuberayEksConfig
from config.pod_sizes import pods_per_node
from config.problems import Path, Problem
from config.ray_pods import WorkerPodsConfig
from config.rules.nodes import named_twice, zones_without_subnet
from config.rules.registry import rule
from config.words import counted


@rule("workers")
def cluster_has_workers(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The head runs no work."""
    if not environment.workers:
        yield Problem(("workers",), "got no worker group", "at least one: the head runs no work")


@rule("workers")
def group_names_are_free(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A worker group gives its name to its node group."""
    for name in environment.workers:
        if name in (HEAD_GROUP, SYSTEM_GROUP):
            yield Problem(("workers", name), f"got the name of the node group {name}", "another name")


@rule("workers")
def nodes_have_bounds_in_order(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A group has at least as many nodes as it always has."""
    for name, worker in environment.workers.items():
        if worker.min_nodes > worker.max_nodes:
            path = ("workers", name, "min_nodes")
            yield Problem(path, f"got {worker.min_nodes}", f"at most max_nodes, {worker.max_nodes}")


@rule("workers")
def replicas_have_bounds_in_order(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The operator refuses a RayCluster with bounds the other way round."""
    for name, worker in environment.workers.items():
        if worker.max_replicas is not None and worker.min_replicas > worker.max_replicas:
            path = ("workers", name, "min_replicas")
            yield Problem(path, f"got {worker.min_replicas}", f"at most max_replicas, {worker.max_replicas}")


@rule("head", "jobs", "services")
def heads_have_nodes(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A job whose head has no node waits until its time is over."""
    wanted, most = environment.most_heads, environment.head.max_nodes
    if wanted > 1 and most < wanted:
        work = f"{counted(len(environment.jobs), 'job')} and {counted(len(environment.services), 'service')}"
        yield Problem(
            ("head", "max_nodes"),
            f"got {most} for {work}",
            f"at least {wanted}: the RayCluster, each job, and each service twice",
        )


@rule("workers", "autoscaler", "efs", "fsx", "buckets", "eks", "head")
def replicas_have_nodes(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Ray's autoscaler would ask for pods that the Cluster Autoscaler has no node for."""
    for name, worker in environment.workers.items():
        if size_of(worker.instance_type) is None:
            continue  # said by pod_types_are_known
        on_a_node = pods_per_node(environment, name)
        most = worker.max_nodes * on_a_node
        if on_a_node and worker.max_replicas is not None and worker.max_replicas > most:
            yield Problem(
                ("workers", name, "max_replicas"),
                f"got {worker.max_replicas}",
                f"at most {most}: {_shown(worker, on_a_node)}",
            )


@rule("workers", "autoscaler", "efs", "fsx", "buckets", "eks", "head", "jobs", "services")
def least_replicas_have_nodes(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Each Ray cluster has the least pods of its groups: the RayCluster, each service, and each job while it runs."""
    for name, worker in environment.workers.items():
        if size_of(worker.instance_type) is None:
            continue  # said by pod_types_are_known
        clusters = _clusters_with(environment, name)
        on_a_node = pods_per_node(environment, name)
        if on_a_node and worker.min_replicas * clusters > worker.max_nodes * on_a_node:
            shared = f" in each of {clusters} Ray clusters" if clusters > 1 else ""
            yield Problem(
                ("workers", name, "min_replicas"),
                f"got {worker.min_replicas}{shared}",
                f"at most {counted(worker.max_nodes * on_a_node, 'pod')} in all: {_shown(worker, on_a_node)}",
            )


def _shown(worker: WorkerPodsConfig, on_a_node: int) -> str:
    nodes, pods = counted(worker.max_nodes, "node"), counted(on_a_node, "pod")
    return f"{nodes} of {worker.instance_type} with {pods} each"


def _clusters_with(environment: KuberayEksConfig, group: str) -> int:
    """How many Ray clusters have a group at the same time."""
    chosen = [
        *(job.workers for job in environment.jobs.values()),
        *(service.workers for service in environment.services.values()),
    ]
    return 1 + sum(groups is None or group in groups for groups in chosen)


@rule("workers", "autoscaler")
def fixed_replicas_are_one_number(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Without Ray's autoscaler nothing changes how many workers there are."""
    if environment.autoscaler.enabled:
        return
    for name, worker in environment.workers.items():
        if worker.max_replicas is not None and worker.max_replicas != worker.min_replicas:
            yield Problem(
                ("workers", name, "max_replicas"),
                f"got {worker.max_replicas} without autoscaler.enabled",
                f"min_replicas, {worker.min_replicas}, or nothing",
            )
        elif worker.max_replicas is None and worker.min_replicas == 0:
            yield Problem(
                ("workers", name, "min_replicas"), "got 0 without autoscaler.enabled", "at least 1, which always run"
            )


@rule("workers", "autoscaler")
def idle_workers_are_ended(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Only Ray's autoscaler ends workers, and reads these settings."""
    if environment.autoscaler.enabled:
        return
    settings = sorted(environment.autoscaler.model_fields_set - {"enabled"})
    paths: list[Path] = [("autoscaler", setting) for setting in settings]
    paths += [
        ("workers", name, "idle_timeout_seconds")
        for name, worker in environment.workers.items()
        if worker.idle_timeout_seconds is not None
    ]
    for path in paths:
        yield Problem(path, "got a setting of the autoscaler, which is off", "autoscaler.enabled: true, or none")


@rule("workers", "eks", "services", "jobs", "head")
def nodes_are_added_by_somebody(environment: KuberayEksConfig) -> Iterator[Problem]:
    """In a cluster made here nothing else adds nodes. One that is there may have an autoscaler of its own."""
    if environment.eks.cluster_autoscaler or not environment.makes_cluster:
        return
    bounds = {name: environment.node_bounds(name) for name in environment.ray_groups}
    grow = [f"{name} ({each.least} to {each.most})" for name, each in bounds.items() if each.least < each.most]
    if grow:
        yield Problem(
            ("eks", "cluster_autoscaler"),
            f"got false with node groups that grow: {', '.join(grow)}",
            "true, or min_nodes like max_nodes, and neither jobs nor services, whose heads need nodes",
        )


@rule("workers", "network", "access", "region")
def pod_zones_are_the_networks(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Node groups stand in zones that have a subnet for them, each named once."""
    for name, worker in environment.workers.items():
        path = ("workers", name, "zones")
        yield from zones_without_subnet(path, worker.zones or [], environment.node_zones)
        yield from named_twice(path, worker.zones or [], "zone")
