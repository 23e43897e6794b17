"""Wait until the RayCluster that was deployed is ready."""

from __future__ import annotations

import time
from collections.abc import Iterator

from config.commands import make_command
from config.errors import UserError
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.objects import Document

PATIENCE_SECONDS = 1200.0
"""A node that has to be made takes some minutes, and Ray's image some more."""
_POLL_SECONDS = 5.0


def wait_until_ready(kubectl: Kubectl) -> None:
    """Wait, and say what for. Raises UserError when it takes too long, with what the pods wait for."""
    namespace, name = kubectl.environment.kuberay.namespace, kubectl.environment.label.cluster
    words = ("get", "rayclusters.ray.io", name, f"--namespace={namespace}")
    deadline, said = time.monotonic() + PATIENCE_SECONDS, ""
    while not is_ready(cluster := kubectl.objects(*words, what=f"RayCluster {name} cannot be read")[0]):
        now = _standing(cluster)
        if now != said:
            print(now, flush=True)
            said = now
        if time.monotonic() > deadline:
            reasons = "; ".join(_waiting(kubectl, namespace, name)) or now
            look = make_command("status", kubectl.environment)
            raise UserError(
                f"RayCluster {name} is not ready after {PATIENCE_SECONDS / 60:.0f} minutes: {reasons}; {look}"
            )
        time.sleep(_POLL_SECONDS)
    print(f"RayCluster {name} is ready")


def is_ready(cluster: Document) -> bool:
    """Whether the operator has seen the newest version of it, and says that all is there."""
    status = cluster.get("status", {})
    seen = status.get("observedGeneration", 0) >= cluster["metadata"]["generation"]
    return bool(seen and status.get("state") == "ready")


def _standing(cluster: Document) -> str:
    status = cluster.get("status", {})
    workers = f"{status.get('readyWorkerReplicas', 0)} of {status.get('desiredWorkerReplicas', 0)} workers ready"
    state = status.get("state") or "not yet seen by the operator"
    return f"RayCluster {cluster['metadata']['name']}: {state}, {workers}"


def _waiting(kubectl: Kubectl, namespace: str, name: str) -> Iterator[str]:
    words = ("get", "pods", f"--namespace={namespace}", f"--selector=ray.io/cluster={name}")
    for pod in kubectl.objects(*words, what="the pods cannot be read"):
        status = pod.get("status", {})
        conditions = [
            one for one in status.get("conditions", []) if one.get("status") == "False" and one.get("message")
        ]
        containers = [one.get("state", {}).get("waiting", {}) for one in status.get("containerStatuses", [])]
        reasons = [one.get("message") or one["reason"] for one in containers if one] or [
            one["message"] for one in conditions
        ]
        if status.get("phase") != "Succeeded" and reasons:
            yield f"pod {pod['metadata']['name']}: {' '.join(reasons[0].split())}"
