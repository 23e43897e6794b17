"""Names, labels and namespaces of documents."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.cluster_yaml.lint.cluster import mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.registry import Hit, rule

_NAMES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/"
_LABELS = "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"
_NAMESPACES = "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_ANY_NAME = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
"""The names of these are path segments: they may have colons."""
_CLUSTER_SCOPED = frozenset({
    "APIService", "CSIDriver", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "IngressClass",
    "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume", "PriorityClass", "RuntimeClass",
    "StorageClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
})  # fmt: skip
_LABEL_NAME = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_LONGEST_NAME = 253


def label_fault(key: str, value: object) -> str:
    """What is wrong with a label; empty where nothing is."""
    prefix, slash, name = key.rpartition("/")
    if slash and (not _SUBDOMAIN.fullmatch(prefix) or len(prefix) > _LONGEST_NAME):
        return f"key {shown(key)}"
    if not _LABEL_NAME.fullmatch(name):
        return f"key {shown(key)}"
    return "" if isinstance(value, str) and _LABEL_VALUE.fullmatch(value) else f"{shown(key)}: {shown(value)}"


@rule("name-missing", _NAMES)
def name_missing(bundle: Bundle) -> Iterator[Hit]:
    """A document has no name.

    Why: `kubectl apply` and server-side apply want one; generateName makes another object each time.

    Want: metadata.name.
    """
    for document in bundle.documents:
        if document.kind and not document.name:
            yield Hit(document, ("metadata", "name"), "none")


@rule("name-form", f"{_NAMES}#dns-subdomain-names")
def name_form(bundle: Bundle) -> Iterator[Hit]:
    """The name has a form that Kubernetes refuses.

    Why: names become parts of host names and paths.

    Want: at most 253 lower case letters, digits, hyphens and dots, a letter or digit at both ends.
    """
    for document in bundle.documents:
        form_is_free = document.kind in _ANY_NAME or document.api_version.startswith("ray.io/")
        fits = _SUBDOMAIN.fullmatch(document.name) and len(document.name) <= _LONGEST_NAME
        if document.name and not form_is_free and not fits:
            yield Hit(document, ("metadata", "name"), shown(document.name))


@rule("label-form", _LABELS)
def label_form(bundle: Bundle) -> Iterator[Hit]:
    """A label has a form that Kubernetes refuses.

    Why: of a document the API server refuses it; of a pod template the operator fails to make pods.

    Want: at most 63 letters, digits, hyphens, underscores and dots, a letter or digit at both ends.
    """
    for document in bundle.documents:
        for key, value in mapping(document.metadata.get("labels")).items():
            if fault := label_fault(key, value):
                yield Hit(document, ("metadata", "labels", key), fault)
    for pod in bundle.pods:
        for key, value in mapping(mapping(pod.fields.get("metadata")).get("labels")).items():
            if fault := label_fault(key, value):
                yield Hit(pod.document, (*pod.place, "metadata", "labels", key), fault)


@rule("document-repeated", _NAMES)
def document_repeated(bundle: Bundle) -> Iterator[Hit]:
    """Two documents are the same object.

    Why: the later one replaces the earlier one at each apply.

    Want: each kind, namespace and name once.
    """
    seen: dict[tuple[str, str, str, str], str] = {}
    for document in bundle.documents:
        group = document.api_version.rpartition("/")[0]
        key = (group, document.kind, document.namespace, document.name)
        if document.name and key in seen:
            yield Hit(document, ("metadata", "name"), f"{document.name}, as in {seen[key]}")
        seen.setdefault(key, f"{document.file}:{document.line_of(())}")


@rule("cluster-scoped-with-namespace", f"{_NAMESPACES}#not-all-objects-are-in-a-namespace")
def cluster_scoped_with_namespace(bundle: Bundle) -> Iterator[Hit]:
    """A document that belongs to no namespace has one.

    Why: the API server ignores it, and tools that compare what is there with the file never agree.

    Want: no metadata.namespace.
    """
    for document in bundle.documents:
        if document.kind in _CLUSTER_SCOPED and document.metadata.get("namespace") is not None:
            yield Hit(document, ("metadata", "namespace"), shown(document.metadata["namespace"]))


@rule("namespace-missing", _NAMESPACES, needs_environment=True)
def namespace_missing(bundle: Bundle) -> Iterator[Hit]:
    """A document names no namespace.

    Why: it lands in whatever namespace the user's context has.

    Want: metadata.namespace.
    """
    for document in bundle.documents:
        known = document.kind and bundle.validator(document) is not None
        if known and document.kind not in _CLUSTER_SCOPED and not text(document.metadata.get("namespace")):
            yield Hit(document, ("metadata", "namespace"), "none")


@rule("namespace-unknown", _NAMESPACES, needs_environment=True)
def namespace_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A namespace that neither the documents make nor every cluster has.

    Why: the API server refuses a document whose namespace is not there.

    Want: a namespace among the documents, or kube-system.
    """
    made = {document.name for document in bundle.of_kind("Namespace")} | {"kube-system", "default"}
    environment = bundle.environment
    if environment is not None and not environment.makes_cluster:
        made.add(environment.kuberay.operator_namespace)
    for document in bundle.documents:
        if document.kind not in _CLUSTER_SCOPED and document.namespace and document.namespace not in made:
            yield Hit(document, ("metadata", "namespace"), shown(document.namespace))
