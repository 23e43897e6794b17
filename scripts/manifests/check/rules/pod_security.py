"""What containers may do to their node, and secrets in documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import Container, PodTemplate, name_of
from scripts.manifests.check.registry import Hit, rule

_STANDARDS = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
_SECRETS = "https://kubernetes.io/docs/concepts/security/secrets-good-practices/"
_POD_IDENTITY = "https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html"
_OPERATOR = (
    "https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/config/security/ray-cluster.pod-security.yaml"
)
_HOST = ("hostNetwork", "hostPID", "hostIPC")
_SECRET_NAME = re.compile(r"(?i)(password|passwd|secret|token|api_?key|private_?key)$")
_NO_SECRET = re.compile(r"(?i)^(RAY_AUTH_MODE|.*_(file|path|name|mode))$")
_AWS_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def _is_node_agent(pod: PodTemplate) -> bool:
    """Whether the pod looks after its node, such as a device plugin: it works on what is the host's."""
    return pod.document.kind == "DaemonSet" and pod.document.namespace == "kube-system"


def _containers(bundle: Bundle) -> Iterator[tuple[PodTemplate, Container]]:
    for pod in bundle.pods:
        for container in pod.containers:
            yield pod, container


@rule("container-privileged", _STANDARDS)
def container_privileged(bundle: Bundle) -> Iterator[Hit]:
    """A container is privileged.

    Why: who runs code in it owns the node, and with it the role and the pods of the node.

    Want: no `privileged: true`.
    """
    for pod, container in _containers(bundle):
        if container.security.get("privileged") is True:
            yield Hit(pod.document, (*container.place, "securityContext", "privileged"), "true")


@rule("container-root", _STANDARDS)
def container_root(bundle: Bundle) -> Iterator[Hit]:
    """A container runs as root, or may.

    Why: from root in a container it is one fault of the kernel or runtime to root on the node.

    Want: `runAsNonRoot: true`, and no runAsUser 0, for the pod or the container.
    """
    for pod, container in _containers(bundle):
        user = container.security.get("runAsUser", pod.security.get("runAsUser"))
        non_root = container.security.get("runAsNonRoot", pod.security.get("runAsNonRoot"))
        if not _is_node_agent(pod) and (user == 0 or non_root is not True):
            place = (*container.place, "securityContext", "runAsNonRoot")
            yield Hit(
                pod.document, place, "runAsUser 0" if user == 0 else shown(non_root if non_root is not None else "none")
            )


@rule("privilege-escalation", _STANDARDS)
def privilege_escalation(bundle: Bundle) -> Iterator[Hit]:
    """A container may gain rights.

    Why: `sudo` and other set-uid programs, which Ray's image has, work.

    Want: `allowPrivilegeEscalation: false`.
    """
    for pod, container in _containers(bundle):
        given = container.security.get("allowPrivilegeEscalation")
        if given is not False and container.security.get("privileged") is not True:
            place = (*container.place, "securityContext", "allowPrivilegeEscalation")
            yield Hit(pod.document, place, shown(given if given is not None else "none"))


@rule("capabilities-kept", _STANDARDS)
def capabilities_kept(bundle: Bundle) -> Iterator[Hit]:
    """A container keeps capabilities of root, or gets more.

    Why: Ray needs none.

    Want: `capabilities: {drop: [ALL]}`, and no add.
    """
    for pod, container in _containers(bundle):
        capabilities = mapping(container.security.get("capabilities"))
        added = [text(name) for name in listing(capabilities.get("add"))]
        kept = "ALL" not in listing(capabilities.get("drop"))
        if (kept or added) and container.security.get("privileged") is not True:
            place = (*container.place, "securityContext", "capabilities")
            yield Hit(pod.document, place, f"added {', '.join(added)}" if added else "not all dropped")


@rule("autoscaler-unrestricted", _OPERATOR)
def autoscaler_unrestricted(bundle: Bundle) -> Iterator[Hit]:
    """The autoscaler's container is not restricted as Ray's is.

    Why: the operator adds it to the head's pod without Ray's securityContext: it may run as root, and a namespace with
    the standard `restricted` refuses the whole pod.

    Want: autoscalerOptions.securityContext with allowPrivilegeEscalation: false and capabilities drop ALL.
    """
    for spec in bundle.ray:
        security = mapping(spec.autoscaler.get("securityContext"))
        dropped = listing(mapping(security.get("capabilities")).get("drop"))
        if spec.autoscaling and (security.get("allowPrivilegeEscalation") is not False or "ALL" not in dropped):
            place = spec.at("autoscalerOptions", "securityContext")
            yield Hit(spec.document, place, "not restricted" if security else "none")


@rule("host-namespace", _STANDARDS)
def host_namespace(bundle: Bundle) -> Iterator[Hit]:
    """A pod shares the network, processes or memory of its node.

    Why: it reaches what listens on the node's loopback, and the node's role by the metadata service.

    Want: none of hostNetwork, hostPID, hostIPC.
    """
    for pod in bundle.pods:
        for name in _HOST:
            if pod.spec.get(name) is True and not _is_node_agent(pod):
                yield Hit(pod.document, pod.at(name), "true")


@rule("host-path", _STANDARDS)
def host_path(bundle: Bundle) -> Iterator[Hit]:
    """A pod mounts a folder of its node.

    Why: what it writes stays there for others, and some folders lead to root on the node.

    Want: emptyDir, or a PersistentVolumeClaim.
    """
    for pod in bundle.pods:
        for position, volume in enumerate(map(mapping, listing(pod.spec.get("volumes")))):
            if "hostPath" in volume and not _is_node_agent(pod):
                path = mapping(volume["hostPath"]).get("path")
                yield Hit(pod.document, pod.at("volumes", position, "hostPath"), shown(path))


@rule("secret-with-values", _SECRETS)
def secret_with_values(bundle: Bundle) -> Iterator[Hit]:
    """A Secret stands in the documents with its values.

    Why: files with manifests are kept, copied and committed; base64 hides nothing.

    Want: a Secret that is made from Secrets Manager when it is needed.
    """
    for document in bundle.of_kind("Secret"):
        for field in ("data", "stringData"):
            if document.content.get(field):
                names = ", ".join(mapping(document.content[field]))
                yield Hit(document, (field,), f"{shown(names)}, values not shown")


@rule("secret-in-env", _SECRETS)
def secret_in_env(bundle: Bundle) -> Iterator[Hit]:
    """A variable holds a secret as text.

    Why: who may read the document or the pod may read it, and crash reports show it.

    Want: valueFrom.secretKeyRef.
    """
    for pod, container in _containers(bundle):
        for position, entry in enumerate(map(mapping, listing(container.fields.get("env")))):
            name = name_of(entry)
            if text(entry.get("value")) and _SECRET_NAME.search(name) and not _NO_SECRET.match(name):
                yield Hit(pod.document, (*container.place, "env", position), f"{name}, value not shown")


@rule("aws-keys-in-env", _POD_IDENTITY)
def aws_keys_in_env(bundle: Bundle) -> Iterator[Hit]:
    """A container gets keys of AWS by its variables.

    Why: they live long, serve from anywhere, and win over the role of the service account.

    Want: a service account with EKS Pod Identity.
    """
    for pod, container in _containers(bundle):
        for position, entry in enumerate(listing(container.fields.get("env"))):
            if name_of(entry) in _AWS_KEYS:
                yield Hit(pod.document, (*container.place, "env", position), name_of(entry))
