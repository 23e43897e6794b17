"""Rules over Ray's image and version, and over jobs and services."""

from __future__ import annotations

from collections.abc import Iterator

from config.cron import schedule_trouble
from config.kuberay_eks import KuberayEksConfig
from config.problems import Path, Problem
from config.ray import TOKEN_VERSION
from config.ray_images import ARM_SUFFIX, RAY_REPOSITORY
from config.rules.kuberay_types import declared_pods
from config.rules.nodes import named_twice
from config.rules.registry import rule
from config.rules.storage import store_without_use

_MOVING = ("", "latest", "nightly")
_CLUSTER_NAMESPACES = frozenset(
    {"default", "kube-system", "kube-public", "kube-node-lease", "amazon-cloudwatch", "mount-s3"}
)
"""Those that EKS and its add-ons use."""


@rule("ray")
def ray_has_tokens(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Without token authentication whoever reaches the dashboard runs code."""
    if environment.ray.release < TOKEN_VERSION:
        wanted = ".".join(map(str, (*TOKEN_VERSION, 0)))
        got = f"got {environment.ray.version}"
        yield Problem(("ray", "version"), got, f"{wanted} or newer, which has token authentication")


@rule("ray")
def image_is_pinned(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Without a tag that stays, nodes of one cluster may run two versions."""
    image = environment.ray.image
    if image is not None and "@" not in image and _tag(image) in _MOVING:
        yield Problem(("ray", "image"), f"got {image}", "an image with a tag that stays, or a digest")


@rule("ray")
def image_has_the_version(environment: KuberayEksConfig) -> Iterator[Problem]:
    """KubeRay goes by the version that it is told, and Python must be that of jobs: Ray's own tags name both."""
    ray = environment.ray
    tag = _tag(ray.image) if ray.image is not None and _is_rays(ray.image) else ""
    wanted = f"{ray.version}-py{ray.python_version.replace('.', '')}"
    if tag not in _MOVING and not f"{tag}-".startswith(f"{wanted}-"):
        got = f"got tag {tag} for Ray {ray.version} and Python {ray.python_version}"
        yield Problem(("ray", "image"), got, f"a tag that begins with {wanted}")


@rule("ray", "head", "workers")
def image_is_of_the_processor(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Ray's own images are of one processor each; the image is that of all groups."""
    image = environment.ray.image
    if image is None or not _is_rays(image) or not _tag(image):
        return
    there = "arm64" if _tag(image).endswith(ARM_SUFFIX) else "x86_64"
    for path, pods in declared_pods(environment):
        if pods.architecture != there:
            got = f"got {pods.instance_type} of {pods.architecture} for {image}"
            yield Problem((*path, "instance_type"), got, f"a type of {there}, or no ray.image")


def _tag(image: str) -> str:
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def _is_rays(image: str) -> bool:
    return image.partition("@")[0].removeprefix("docker.io/").partition(":")[0] == RAY_REPOSITORY


@rule("ray", "memorydb")
def kube_head_storage_agrees(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A store that nothing uses, or a use without a store, is a mistake."""
    yield from store_without_use(environment.ray.head_storage, environment.memorydb)


@rule("jobs", "services", "workers")
def work_has_its_groups(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Jobs and services run on groups that there are."""
    if not environment.workers:
        return  # said by cluster_has_workers
    lists: list[tuple[Path, list[str] | None]] = [
        *((("jobs", name, "workers"), job.workers) for name, job in environment.jobs.items()),
        *((("services", name, "workers"), service.workers) for name, service in environment.services.items()),
    ]
    known = ", ".join(environment.workers)
    for path, groups in lists:
        if groups == []:
            yield Problem(path, "got no group", f"at least one of {known}: the head runs no work")
        for index, group in enumerate(groups or []):
            if group not in environment.workers:
                yield Problem((*path, index), f"got {group}", f"a worker group: {known}", misses=("workers", group))
        yield from named_twice(path, groups or [], "group")


@rule("jobs")
def schedules_are_possible(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The operator refuses what it cannot read."""
    for name, job in environment.jobs.items():
        trouble = schedule_trouble(job.schedule) if job.schedule is not None else None
        if trouble is not None:
            path = ("jobs", name, "schedule")
            yield Problem(path, f"got {trouble}", "minute, hour, day, month and day of the week, such as 0 3 * * *")


@rule("services", "project")
def services_have_names_of_their_own(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The Kubernetes services of a RayService and of a RayCluster are called after them."""
    for name in environment.services:
        if name == environment.label.cluster:
            yield Problem(("services", name), "got the name of the RayCluster", "another name")


@rule("kuberay")
def namespaces_are_rays(environment: KuberayEksConfig) -> Iterator[Problem]:
    """Ray's namespace is made, guarded and deleted with Ray, and the operator is none of Ray's pods."""
    kuberay = environment.kuberay
    for setting in ("namespace", "operator_namespace"):
        value = getattr(kuberay, setting)
        if value in _CLUSTER_NAMESPACES:
            yield Problem(("kuberay", setting), f"got {value}", "a namespace of its own, such as ray")
    if kuberay.namespace == kuberay.operator_namespace:
        yield Problem(("kuberay", "operator_namespace"), f"got {kuberay.namespace}, Ray's own", "another namespace")
