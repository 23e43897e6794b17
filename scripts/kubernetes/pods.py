"""The RayCluster of an environment, in the pods that it has now, and the way to them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.commands import make_command
from config.ec2_cluster import HEAD_NODE
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.objects import Document
from scripts.operate.cluster import Node
from scripts.operate.transport import RemoteCommand

DASHBOARD_PORT = 8265
"""Port of dashboard and Jobs API, KubeRay's own."""
_NODE_TYPE = "ray.io/node-type"


@dataclass(frozen=True)
class PodCluster:
    """The pods of one RayCluster, the head first."""

    environment: KuberayEksConfig
    nodes: tuple[Node, ...]
    """Each by its pod's name; its `instance_id` is the Kubernetes node that it runs on."""
    token_secret_arn: str | None
    bastion: None = None
    has_token: bool = True
    dashboard_port: int = DASHBOARD_PORT

    @property
    def environment_name(self) -> str:
        """`eks`."""
        return self.environment.name

    @property
    def ray_version(self) -> str:
        """Version of Ray in the pods' image."""
        return self.environment.ray.version

    @property
    def head(self) -> Node:
        """The head's pod. Raises UserError when there is none."""
        for node in self.nodes:
            if node.is_head:
                return node
        where = self.environment.cluster_name
        if self.environment.target == "local":
            raise UserError(f"{where} has no head pod: nothing runs in the embedded AWS's Kubernetes, want target aws")
        look = f"run: {self.make('deploy')}, or see: {self.make('status')}"
        raise UserError(f"{where} has no head pod of RayCluster {self.environment.label.cluster}; {look}")

    def node(self, name: str) -> Node:
        """The pod that a user names; `head` will do for the head. Raises UserError for a name that no pod has."""
        if name in ("head", HEAD_NODE):
            return self.head
        for node in self.nodes:
            if node.answers_to(name):
                return node
        known = ", ".join(node.short_name for node in self.nodes) or "none"
        raise UserError(f"there is no pod {name!r}, there are: {known}; run: {self.make('logs')} NODE=<one of them>")

    def make(self, goal: str) -> str:
        """The command a user runs for this environment."""
        return make_command(goal, self.environment)

    def ray(self, words: str) -> str:
        """KubeRay has given the container the token and the head's address."""
        return f"ray {words}"

    def as_ray(self, words: str) -> str:
        """A shell of Ray's container is in Ray's process environment."""
        return words


@dataclass(frozen=True)
class PodTransport:
    """kubectl exec and kubectl port-forward: no open port, no key."""

    kubectl: Kubectl
    containers: Mapping[str, str]
    """Ray's container by pod."""
    lost: None = None

    def command(self, node: Node, script: str, *, endless: bool) -> RemoteCommand:
        """With a terminal where Ctrl-C has to end what runs in the pod, and where we have one."""
        terminal = ["--stdin", "--tty"] if endless and sys.stdin.isatty() and sys.stdout.isatty() else []
        return RemoteCommand((*self._exec(node, *terminal), "sh", "-c", script))

    def shell(self, node: Node, command: str | None) -> list[str]:
        """A terminal in Ray's container."""
        return [*self._exec(node, "--stdin", "--tty"), "sh", "-c", command or "bash"]

    def forward(self, node: Node, port: int, local_port: int) -> list[str]:
        """To the head by its service, which leads to the next head, too; for this machine alone."""
        name = f"service/{self._cluster}-head-svc" if node.is_head else f"pod/{node.name}"
        place = (f"--namespace={self._namespace}", "--address=127.0.0.1")
        return self.kubectl.command("port-forward", *place, name, f"{local_port}:{port}")

    def unreachable(self, node: Node, reason: str) -> str:
        """kubectl itself says why."""
        return f"kubectl does not reach pod {node.name}: {reason or 'the lines above say why'}"

    def _exec(self, node: Node, *options: str) -> list[str]:
        container = f"--container={self.containers[node.name]}"
        return self.kubectl.command("exec", f"--namespace={self._namespace}", *options, node.name, container, "--")

    @property
    def _cluster(self) -> str:
        return self.kubectl.environment.label.cluster

    @property
    def _namespace(self) -> str:
        return self.kubectl.environment.kuberay.namespace


def pod_cluster(kubectl: Kubectl, token_secret_arn: str | None) -> tuple[PodCluster, PodTransport]:
    """What there is now. Raises UserError when it cannot be read."""
    environment = kubectl.environment
    namespace, name = environment.kuberay.namespace, environment.label.cluster
    words = ("get", "pods", f"--namespace={namespace}", f"--selector=ray.io/cluster={name}")
    pods = kubectl.objects(*words, what=f"the pods of RayCluster {name} cannot be listed")
    alive = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
    # The newest first: the head that KubeRay has made in the place of one that failed.
    alive.sort(key=lambda pod: str(pod["metadata"].get("creationTimestamp", "")), reverse=True)
    alive.sort(key=lambda pod: not _is_head(pod))
    containers = {pod["metadata"]["name"]: pod["spec"]["containers"][0]["name"] for pod in alive}
    return PodCluster(environment, tuple(_nodes(alive, name)), token_secret_arn), PodTransport(kubectl, containers)


def _nodes(pods: list[Document], cluster: str) -> Iterator[Node]:
    for pod in pods:
        status = pod.get("status", {})
        yield Node(
            name=pod["metadata"]["name"],
            short_name=pod["metadata"]["name"].removeprefix(f"{cluster}-"),
            instance_id=pod["spec"].get("nodeName", ""),
            private_ip=status.get("podIP", ""),
            public_ip="",
            user=None,
            is_head=_is_head(pod),
            state=status.get("phase"),
        )


def _is_head(pod: Document) -> bool:
    labels: Mapping[str, str] = pod["metadata"].get("labels", {})
    return labels.get(_NODE_TYPE) == "head"
