"""What runs Ray: the cluster, jobs and services, each with a Ray cluster of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.kuberay import RayJobConfig, RayServiceConfig
from config.kuberay_eks import KuberayEksConfig
from config.ports import REDIS_PORT
from scripts.manifests.facts import ManifestFacts
from scripts.manifests.groups import RayGroup, WorkerGroup, head_group, worker_group
from scripts.manifests.names import CLUSTER_WORKLOAD


@dataclass(frozen=True)
class GcsStore:
    """Where the head keeps its state."""

    redis_address: str
    storage_namespace: str | None
    """None lets KubeRay take the RayCluster's UID."""


@dataclass(frozen=True)
class Workload:
    """One Ray cluster; for jobs and services KubeRay makes up its name."""

    label: str
    """Value of the label `rayform/workload`."""
    name: str
    """Of the RayCluster, RayJob, RayCronJob or RayService."""
    head: RayGroup
    workers: Sequence[WorkerGroup]
    store: GcsStore | None = None
    job: RayJobConfig | None = None
    service: RayServiceConfig | None = None

    @property
    def pod_labels(self) -> Mapping[str, str]:
        """Labels of its pods, beside those of KubeRay."""
        return {"rayform/workload": self.label}


def main_cluster(environment: KuberayEksConfig, facts: ManifestFacts) -> Workload:
    """The RayCluster."""
    return _workload(environment, CLUSTER_WORKLOAD, environment.label.cluster, None, store=_store(environment, facts))


def jobs(environment: KuberayEksConfig) -> Iterator[Workload]:
    """Jobs. Their state ends with them: a job whose head is lost is tried again as a whole."""
    for name, job in environment.jobs.items():
        yield _workload(environment, f"job-{name}", name, job.workers, job=job)


def services(environment: KuberayEksConfig, facts: ManifestFacts) -> Iterator[Workload]:
    """Services. While one is upgraded it has two clusters, whose states must not be the same."""
    for name, service in environment.services.items():
        store = _store(environment, facts, for_one_name=False)
        yield _workload(environment, f"service-{name}", name, service.workers, store=store, service=service)


def workloads(environment: KuberayEksConfig, facts: ManifestFacts) -> list[Workload]:
    """All of them."""
    return [main_cluster(environment, facts), *jobs(environment), *services(environment, facts)]


def _workload(
    environment: KuberayEksConfig,
    label: str,
    name: str,
    chosen: Sequence[str] | None,
    *,
    store: GcsStore | None = None,
    job: RayJobConfig | None = None,
    service: RayServiceConfig | None = None,
) -> Workload:
    groups = environment.workers if chosen is None else chosen
    workers = [worker_group(environment, group) for group in groups]
    return Workload(label, name, head_group(environment), workers, store, job, service)


def _store(environment: KuberayEksConfig, facts: ManifestFacts, *, for_one_name: bool = True) -> GcsStore | None:
    if environment.ray.head_storage != "memorydb" or facts.memorydb_address is None:
        return None
    # Ray does not promise to read what another minor version has written.
    version = ".".join(map(str, environment.ray.release))
    namespace = f"{environment.label.cluster}-{version}" if for_one_name else None
    return GcsStore(f"rediss://{facts.memorydb_address}:{REDIS_PORT}", namespace)
