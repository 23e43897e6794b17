"""What runs in the cluster, beside what `make manifests` renders: by kubectl, with server-side dry runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, shown
from scripts.inventory import Inventory
from scripts.inventory.kubernetes_view import READ_NAME, KubernetesView
from scripts.inventory.reading import NotReadableError, Unreadable, readable
from scripts.kubernetes.diff import ClusterDiff

_LONG = 200
"""Characters of a value; a longer one is cut."""


def is_local(config: KuberayEksConfig) -> bool:
    """Environments on the embedded AWS, where no operator acts and nothing runs."""
    return config.target == "local"


@check("kubernetes.deployed", severity=Severity.HIGH, applies=applies.is_eks)
def deployed(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """What was rendered for the cluster is in it.

    Why: the apply makes the cluster; without `make deploy` no Ray runs on it.

    Fix: `make deploy`.
    """
    diff = _diff(inventory)
    there = len(diff.compared) - len(diff.missing)
    detail = f"{there} of {len(diff.compared)} objects are there"
    yield Verdict(config.cluster_name, diff.deployed, detail if diff.deployed else f"{detail}: make deploy")


@check("kubernetes.as_rendered", severity=Severity.HIGH, applies=applies.is_eks, optional=True)
def as_rendered(inventory: Inventory, _config: KuberayEksConfig) -> Iterator[Verdict]:
    """Every object is as rendered: a server-side apply would change no field of it.

    How many workers Ray's autoscaler has asked for is not compared. Values of Secrets are not read.

    Why: what was changed by `kubectl edit` is taken back by the next deploy, in the middle of somebody's work; and a
    network policy or a security context that was loosened stands in no file.

    Fix: `make deploy`, which takes it back; to keep it, say it in the environment file.
    """
    diff = _diff(inventory)
    if not diff.deployed:
        return
    for key in diff.missing:
        yield Verdict(str(key), False, "is missing")
    for found in diff.different:
        expected, actual = _value(found.expected), _value(found.actual)
        detail = f"{found.path}: expected {expected}, actual {actual}"
        yield Verdict(str(found.object), False, detail, "", found.path, expected, actual)
    for each in diff.unread:
        unread = Unreadable(READ_NAME, each.reason, each.what)
        yield Verdict(each.what, unread, f"{each.what}: {each.reason}")
    wrong = {*diff.missing, *(found.object for found in diff.different)}
    fine = [key for key in diff.compared if key not in wrong]
    if fine and not diff.unread:
        yield Verdict("objects", True, f"{len(fine)} of {len(diff.compared)} are as rendered")


@check("kubernetes.nothing_unrendered", severity=Severity.MEDIUM, applies=applies.is_eks, optional=True)
def nothing_unrendered(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nothing of ours is in the cluster that is no longer rendered.

    Why: a group or a job that left the file goes on running, and is paid for.

    Fix: `make deploy`, which takes it away.
    """
    diff = _diff(inventory)
    for key in diff.extra:
        yield Verdict(str(key), False, "is in the cluster, and no longer rendered")
    if diff.deployed and not diff.extra:
        yield Verdict(config.cluster_name, True, "all that we applied is rendered")


@check("kubernetes.crds_there", severity=Severity.HIGH, applies=applies.is_eks, optional=True)
def crds_there(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The cluster knows KubeRay's custom resources.

    Why: without them there is no RayCluster, whatever is applied.

    Fix: `make deploy`.
    """
    diff = _diff(inventory)
    if diff.deployed:
        missing = diff.missing_crds
        yield Verdict(config.cluster_name, not missing, f"missing custom resources: {shown(missing)}")


@check(
    "kubernetes.operator_version",
    severity=Severity.HIGH,
    applies=applies.is_eks,
    setting="kuberay.operator_version",
    optional=True,
)
def operator_version(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """One KubeRay operator acts on Ray's namespace, and it has the version that manifests are checked for.

    Why: two operators undo each other's work; another version has other defaults, and fields that it does not know it
    leaves out.

    Fix: `make deploy`; `kuberay.install_operator: false` where the cluster has one of the same version.
    """
    diff, namespace = _diff(inventory), config.kuberay.namespace
    if not diff.deployed:
        return
    acting = [operator for operator in diff.operators if operator.sees(namespace)]
    wanted = str(config.kuberay.operator_version)
    found = [f"{operator.version or 'unknown version'} in {operator.namespace}" for operator in acting]
    ok = [operator.version for operator in acting] == [wanted]
    detail = f"operators: {shown(found)}"
    yield Verdict(namespace, ok, detail if ok else f"{detail}, want one of {wanted}")


@check("kubernetes.ray_cluster_ready", severity=Severity.HIGH, applies=applies.is_eks, optional=True)
def ray_cluster_ready(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The operator has seen the newest RayCluster, and says that head and workers are ready.

    On the embedded AWS nothing runs, so that there it is not judged.

    Why: a head that does not start takes no job, and the pods say why.

    Fix: `make status` shows what the pods wait for.
    """
    cluster = readable(_view(inventory).ray_cluster)
    if cluster is None or is_local(config):
        return
    seen = "" if cluster.seen else ", and has not seen the newest version"
    workers = f"{cluster.ready_workers} of {cluster.desired_workers} workers ready"
    ok = cluster.seen and cluster.state == "ready"
    yield Verdict(config.label.cluster, ok, f"operator says {cluster.state or 'nothing'}{seen}; {workers}")


def _diff(inventory: Inventory) -> ClusterDiff:
    """Raises NotReadableError."""
    return readable(_view(inventory).diff)


def _view(inventory: Inventory) -> KubernetesView:
    if inventory.kubernetes is None:
        raise NotReadableError(Unreadable(READ_NAME, "was not asked"))
    return inventory.kubernetes


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
