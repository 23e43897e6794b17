"""`make status` and `make logs` where Ray runs in pods: what Kubernetes says, then what Ray says."""

from __future__ import annotations

import sys

from config.errors import UserError
from config.kuberay_eks import NODE_GROUP_LABEL
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.operator import known_crds
from scripts.kubernetes.pods import PodCluster, PodTransport
from scripts.operate.cluster import Node
from scripts.operate.remote import run_on
from scripts.operate.status import show_status

_RAY_FILES = (
    'find /tmp/ray/session_latest/logs/ -maxdepth 1 -type f -size +0 -name "*.[loe]*" ! -name "worker-*" '
    '! -name "python-core-*"'
)
"""Without the files of single worker processes, of which there are hundreds."""


def show_pods_and_status(kubectl: Kubectl, cluster: PodCluster, transport: PodTransport) -> int:
    """Print Ray's resources, pods, nodes, and what Ray on the head says; return the exit status."""
    place = f"--namespace={kubectl.environment.kuberay.namespace}"
    if kinds := ",".join(sorted(known_crds(kubectl))):
        kubectl.show("get", kinds, place)
    kubectl.show("get", "pods", place, "--output=wide")
    kubectl.show("get", "nodes", f"--label-columns={NODE_GROUP_LABEL}")
    try:
        _ = cluster.head
    except UserError as error:
        print(f"note: {error.lines[0]}", file=sys.stderr)
        return 0 if kubectl.environment.target == "local" else 1
    return show_status(cluster, transport)


def show_pod_logs(kubectl: Kubectl, node: Node, transport: PodTransport, *, lines: int, follow: bool) -> int:
    """Print what a pod's containers have said, and Ray's own logs in it; the latter alone are followed."""
    tail = f"tail -v -n {lines}{' -F' if follow else ''}"
    if not follow:
        place = f"--namespace={kubectl.environment.kuberay.namespace}"
        kubectl.show("logs", node.name, place, "--all-containers", "--prefix", f"--tail={lines}")
    try:
        return run_on(transport, node, f"{_RAY_FILES} -exec {tail} {{}} +", endless=follow)
    except KeyboardInterrupt:
        if not follow:
            raise
        return 0  # the only way to end it
