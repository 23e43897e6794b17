"""Ray in its pods: what starts, and is then of no use or open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import PodTemplate
from scripts.manifests.check.ray import version_of
from scripts.manifests.check.reading import Document
from scripts.manifests.check.registry import Hit, rule
from scripts.manifests.check.selectors import matches, selector_shown

_BEST_PRACTICES = "https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/config.html"
_TOKENS = "https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/kuberay-auth.html"
_EVICTION = "https://github.com/ray-project/kuberay/issues/4900"
_PDB = "https://github.com/ray-project/kuberay/issues/2662"
_SAFE_TO_EVICT = "cluster-autoscaler.kubernetes.io/safe-to-evict"


@rule("head-runs-work", _BEST_PRACTICES)
def head_runs_work(bundle: Bundle) -> Iterator[Hit]:
    """The head offers CPUs to tasks.

    Why: a task that takes the memory of the head ends the whole cluster.

    Want: `num-cpus: "0"` in the head's rayStartParams.
    """
    for spec in bundle.ray:
        given = spec.head.params.get("num-cpus", mapping(spec.head.fields.get("resources")).get("CPU"))
        if spec.workers and str(given) != "0":
            yield Hit(spec.document, (*spec.head.place, "rayStartParams", "num-cpus"), shown(given or "none"))


@rule("token-auth-missing", _TOKENS)
def token_auth_missing(bundle: Bundle) -> Iterator[Hit]:
    """Ray asks for no token.

    Why: whoever reaches port 8265 or 10001 runs code on the cluster with the rights of its pods.

    Want: `authOptions: {mode: token}` with Ray 2.52 or later.
    """
    for spec in bundle.ray:
        mode = mapping(spec.fields.get("authOptions")).get("mode")
        if mode != "token":
            yield Hit(spec.document, spec.at("authOptions", "mode"), shown(mode or "none"))


@rule("ray-version-missing", "https://github.com/ray-project/kuberay/blob/v1.7.0/docs/reference/api.md")
def ray_version_missing(bundle: Bundle) -> Iterator[Hit]:
    """A Ray cluster names no rayVersion, or one that is no version.

    Why: the operator chooses probes and the autoscaler by it.

    Want: rayVersion, that of the image.
    """
    for spec in bundle.ray:
        given = spec.fields.get("rayVersion")
        if version_of(given) is None:
            yield Hit(spec.document, spec.at("rayVersion"), shown(given or "none"))


@rule("ray-version-of-image", _BEST_PRACTICES)
def ray_version_of_image(bundle: Bundle) -> Iterator[Hit]:
    """rayVersion is another than that of Ray's image.

    Why: the operator chooses probes and the autoscaler by rayVersion; groups of two versions do not join.

    Want: the same version in both.
    """
    for spec in bundle.ray:
        for group in spec.groups:
            image = text(group.container.get("image"))
            name, _, tag = image.rpartition("/")[2].partition(":")
            version = version_of(tag)
            if name in ("ray", "ray-ml") and version and spec.version and version != spec.version:
                got = f"{shown(image)} with rayVersion {shown(spec.fields['rayVersion'])}"
                yield Hit(spec.document, (*group.container_place, "image"), got)


@rule("address-by-hand", _BEST_PRACTICES)
def address_by_hand(bundle: Bundle) -> Iterator[Hit]:
    """rayStartParams sets `address` or `head`, which are the operator's own.

    Why: the pod joins another cluster, or none.

    Want: neither.
    """
    for spec in bundle.ray:
        for group in spec.groups:
            for name in ("address", "head"):
                if name in group.params:
                    yield Hit(spec.document, (*group.place, "rayStartParams", name), shown(group.params[name]))


@rule("dashboard-on-loopback", _BEST_PRACTICES)
def dashboard_on_loopback(bundle: Bundle) -> Iterator[Hit]:
    """The head's dashboard listens on loopback.

    Why: neither the operator nor its services reach it: jobs and Serve applications are never submitted.

    Want: `dashboard-host: "0.0.0.0"`, the operator's default.
    """
    for spec in bundle.ray:
        if text(spec.head.params.get("dashboard-host")) in ("127.0.0.1", "localhost", "::1"):
            place = (*spec.head.place, "rayStartParams", "dashboard-host")
            yield Hit(spec.document, place, shown(spec.head.params["dashboard-host"]))


@rule(
    "autoscaler-version-open",
    "https://docs.ray.io/en/latest/cluster/kubernetes/user-guides/configuring-autoscaling.html",
)
def autoscaler_version_open(bundle: Bundle) -> Iterator[Hit]:
    """Ray's autoscaler is on, and its version is left to Ray's.

    Why: Ray 2.47 and later take version 2, while the operator sets up the pods for version 1.

    Want: `autoscalerOptions: {version: v2}`.
    """
    for spec in bundle.ray:
        if spec.autoscaling and not spec.autoscaler.get("version") and not spec.autoscaler_v2:
            yield Hit(spec.document, spec.at("autoscalerOptions", "version"), "none")


@rule("replicas-with-autoscaler", _BEST_PRACTICES, needs_environment=True)
def replicas_with_autoscaler(bundle: Bundle) -> Iterator[Hit]:
    """A group names `replicas` while Ray's autoscaler is on.

    Why: the autoscaler writes this field; each `make deploy` would set it back, and end running workers.

    Want: no replicas: minReplicas and maxReplicas alone.
    """
    for spec in bundle.ray:
        for group in spec.workers if spec.autoscaling else ():
            if group.fields.get("replicas") is not None:
                yield Hit(spec.document, (*group.place, "replicas"), shown(group.fields["replicas"]))


@rule("head-evictable", _EVICTION, needs_environment=True)
def head_evictable(bundle: Bundle) -> Iterator[Hit]:
    """The Cluster Autoscaler may evict the head.

    Why: it drains a node that is used little, and the head uses little: all that runs is lost.

    Want: the annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false" on the head's template.
    """
    for spec in bundle.ray:
        place = (*spec.head.place, "template", "metadata", "annotations", _SAFE_TO_EVICT)
        annotations = mapping(mapping(mapping(spec.head.fields.get("template")).get("metadata")).get("annotations"))
        if annotations.get(_SAFE_TO_EVICT) != "false":
            yield Hit(spec.document, place, shown(annotations.get(_SAFE_TO_EVICT, "none")))


def _budgets(bundle: Bundle) -> Iterator[tuple[Document, list[PodTemplate]]]:
    for document in bundle.of_kind("PodDisruptionBudget"):
        selector = document.spec.get("selector")
        same = [pod for pod in bundle.pods if pod.document.namespace == document.namespace]
        yield document, [pod for pod in same if matches(selector, pod.labels)]


@rule(
    "budget-selects-nothing", "https://kubernetes.io/docs/tasks/run-application/configure-pdb/", needs_environment=True
)
def budget_selects_nothing(bundle: Bundle) -> Iterator[Hit]:
    """A PodDisruptionBudget selects no pod of the documents.

    Why: it protects nothing.

    Want: labels that pods of the namespace have.
    """
    for document, pods in _budgets(bundle):
        if not pods:
            yield Hit(document, ("spec", "selector"), selector_shown(document.spec.get("selector")))


@rule("budget-of-ray-in-percent", _PDB)
def budget_of_ray_in_percent(bundle: Bundle) -> Iterator[Hit]:
    """A PodDisruptionBudget for pods of Ray counts otherwise than by a whole number in minAvailable.

    Why: a RayCluster has no scale subresource: "does not implement the scale subresource", and nothing is protected.

    Want: minAvailable as a whole number.
    """
    for document in bundle.of_kind("PodDisruptionBudget"):
        labels = mapping(mapping(document.spec.get("selector")).get("matchLabels"))
        least = document.spec.get("minAvailable")
        if any(key.startswith("ray.io/") for key in labels) and not isinstance(least, int):
            place = ("spec", "maxUnavailable" if least is None else "minAvailable")
            yield Hit(document, place, shown(document.spec.get(place[1], "none")))
