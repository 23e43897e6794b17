"""What documents name: accounts, claims, Secrets, ConfigMaps, volumes, roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.cluster_yaml.lint.cluster import listing, mapping, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.pods import PodTemplate, name_of
from scripts.manifests.check.reading import Document, Place
from scripts.manifests.check.registry import Hit, rule
from scripts.manifests.check.selectors import matches, selector_shown

_SECRETS_OF_DEPLOY = ("ray-gcs", "ray-token")
"""`make deploy` writes these from Secrets Manager."""
_BUILT_IN_CONFIG_MAPS = ("kube-root-ca.crt",)
_WITH_SELECTOR = ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")
_BUILT_IN_ROLES = ("admin", "cluster-admin", "edit", "view")
_BUILT_IN_CLASSES = ("", "gp2")
_ACCOUNTS = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"
_VOLUMES = "https://kubernetes.io/docs/concepts/storage/persistent-volumes/"
_SECRET_USE = "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets"  # noqa: S105  # a page
_CONFIG_MAPS = "https://kubernetes.io/docs/concepts/configuration/configmap/"
_RBAC = "https://kubernetes.io/docs/reference/access-authn-authz/rbac/"


def _named(value: object, place: Place, field: str, key: str = "name") -> Iterator[tuple[Place, str]]:
    """Every `field: {key: …}` below a value, but those that are optional."""
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _named(item, (*place, position), field, key)
    for name, item in mapping(value).items():
        reference = mapping(item)
        if name == field and text(reference.get(key)) and reference.get("optional") is not True:
            yield (*place, name, key), text(reference[key])
        yield from _named(item, (*place, name), field, key)


def _used(bundle: Bundle, *fields: tuple[str, str]) -> Iterator[tuple[Document, Place, str]]:
    """What the specs of documents with pods name in some fields."""
    for document in {id(pod.document): pod.document for pod in bundle.pods}.values():
        for field, key in fields:
            for place, name in _named(document.content.get("spec"), ("spec",), field, key):
                yield document, place, name


@rule("service-account-unknown", _ACCOUNTS, needs_environment=True)
def service_account_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A pod runs as a service account that the documents do not make.

    Why: the API server refuses its pods: "serviceaccount not found".

    Want: a ServiceAccount among the documents, or none for `default`.
    """
    for pod in bundle.pods:
        name = text(pod.spec.get("serviceAccountName"))
        if name not in ("", "default") and not bundle.has("ServiceAccount", name, pod.document.namespace):
            yield Hit(pod.document, pod.at("serviceAccountName"), shown(name))


@rule("claim-unknown", _VOLUMES, needs_environment=True)
def claim_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A pod mounts a PersistentVolumeClaim that the documents do not make.

    Why: it stays Pending: "persistentvolumeclaim not found".

    Want: a PersistentVolumeClaim of this namespace among the documents.
    """
    for document, place, name in _used(bundle, ("persistentVolumeClaim", "claimName")):
        if not bundle.has("PersistentVolumeClaim", name, document.namespace):
            yield Hit(document, place, shown(name))


@rule("secret-unknown", _SECRET_USE, needs_environment=True)
def secret_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A Secret is named that neither the documents nor `make deploy` make.

    Why: the container does not start: CreateContainerConfigError.

    Want: ray-gcs, ray-token, or a Secret of this namespace.
    """
    fields = (("secretKeyRef", "name"), ("secretRef", "name"), ("secret", "secretName"))
    for document, place, name in _used(bundle, *fields):
        if name not in _SECRETS_OF_DEPLOY and not bundle.has("Secret", name, document.namespace):
            yield Hit(document, place, shown(name))
    for spec in bundle.ray:
        name = text(mapping(spec.fields.get("authOptions")).get("secretName"))
        if name and name not in _SECRETS_OF_DEPLOY and not bundle.has("Secret", name, spec.document.namespace):
            yield Hit(spec.document, spec.at("authOptions", "secretName"), shown(name))


@rule("config-map-unknown", _CONFIG_MAPS, needs_environment=True)
def config_map_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A ConfigMap is named that the documents do not make.

    Why: the container does not start.

    Want: a ConfigMap of this namespace among the documents.
    """
    fields = (("configMapKeyRef", "name"), ("configMapRef", "name"), ("configMap", "name"))
    for document, place, name in _used(bundle, *fields):
        if name not in _BUILT_IN_CONFIG_MAPS and not bundle.has("ConfigMap", name, document.namespace):
            yield Hit(document, place, shown(name))


@rule("volume-unknown", "https://kubernetes.io/docs/concepts/storage/volumes/")
def volume_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A container mounts a volume that its pod does not have.

    Why: the API server refuses the pod; of a Ray cluster the operator only says so in an event.

    Want: a name of the pod's volumes.
    """
    for pod in bundle.pods:
        volumes = {name_of(volume) for volume in listing(pod.spec.get("volumes"))} | _claim_templates(pod)
        for container in pod.containers:
            for position, mount in enumerate(listing(container.fields.get("volumeMounts"))):
                if name_of(mount) not in volumes:
                    yield Hit(pod.document, (*container.place, "volumeMounts", position), shown(name_of(mount)))
    for spec in bundle.ray:
        volumes = {name_of(volume) for volume in listing(spec.head.template.get("volumes"))}
        for position, mount in enumerate(listing(spec.autoscaler.get("volumeMounts"))):
            if name_of(mount) not in volumes:
                yield Hit(spec.document, spec.at("autoscalerOptions", "volumeMounts", position), shown(name_of(mount)))


def _claim_templates(pod: PodTemplate) -> set[str]:
    templates = listing(pod.document.spec.get("volumeClaimTemplates"))
    return {text(mapping(mapping(entry).get("metadata")).get("name")) for entry in templates}


@rule("selector-of-others", "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector")
def selector_of_others(bundle: Bundle) -> Iterator[Hit]:
    """The selector does not match the labels of the pods that the document makes.

    Why: the API server refuses it: "selector does not match template labels".

    Want: labels of the template.
    """
    for pod in bundle.pods:
        selector = pod.document.spec.get("selector")
        if pod.document.kind in _WITH_SELECTOR and mapping(selector) and not matches(selector, pod.labels):
            yield Hit(pod.document, ("spec", "selector"), selector_shown(selector))


@rule("persistent-volume-unknown", _VOLUMES, needs_environment=True)
def persistent_volume_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A claim names a PersistentVolume that the documents do not make, or of another class.

    Why: the claim stays Pending.

    Want: a PersistentVolume with the same storageClassName.
    """
    volumes = {document.name: document for document in bundle.of_kind("PersistentVolume")}
    for document in bundle.of_kind("PersistentVolumeClaim"):
        name = text(document.spec.get("volumeName"))
        if not name:
            continue
        if name not in volumes:
            yield Hit(document, ("spec", "volumeName"), shown(name))
        elif volumes[name].spec.get("storageClassName", "") != document.spec.get("storageClassName"):
            got = shown(document.spec.get("storageClassName", "none, hence the cluster's default"))
            want = shown(volumes[name].spec.get("storageClassName", ""))
            yield Hit(document, ("spec", "storageClassName"), got, want=want)


@rule("storage-class-unknown", "https://kubernetes.io/docs/concepts/storage/storage-classes/", needs_environment=True)
def storage_class_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A claim asks for a StorageClass that the documents do not make.

    Why: nothing provisions it: the claim stays Pending.

    Want: a StorageClass among the documents, or "" for a volume that is there.
    """
    for document, place, fields in _claims(bundle):
        name = fields.get("storageClassName")
        made = isinstance(name, str) and (name in _BUILT_IN_CLASSES or bundle.has("StorageClass", name, ""))
        if name is not None and not made:
            yield Hit(document, (*place, "storageClassName"), shown(name))


def _claims(bundle: Bundle) -> Iterator[tuple[Document, Place, dict[str, Any]]]:
    for document in bundle.of_kind("PersistentVolumeClaim"):
        if not document.spec.get("volumeName"):
            yield document, ("spec",), document.spec
    for pod in bundle.pods:
        for position, volume in enumerate(map(mapping, listing(pod.spec.get("volumes")))):
            template = mapping(mapping(volume.get("ephemeral")).get("volumeClaimTemplate"))
            place = pod.at("volumes", position, "ephemeral", "volumeClaimTemplate", "spec")
            yield pod.document, place, mapping(template.get("spec"))


@rule("role-unknown", _RBAC, needs_environment=True)
def role_unknown(bundle: Bundle) -> Iterator[Hit]:
    """A binding names a role or a service account that the documents do not make.

    Why: the API server takes it, and nobody gets the rights.

    Want: a Role, ClusterRole and ServiceAccount among the documents.
    """
    for document in bundle.of_kind("RoleBinding", "ClusterRoleBinding"):
        role = mapping(document.content.get("roleRef"))
        kind, name = text(role.get("kind")), text(role.get("name"))
        namespace = document.namespace if kind == "Role" else ""
        built_in = kind == "ClusterRole" and (name in _BUILT_IN_ROLES or name.startswith("system:"))
        if not built_in and not bundle.has(kind, name, namespace):
            yield Hit(document, ("roleRef", "name"), f"{kind} {shown(name)}")
        for position, subject in enumerate(map(mapping, listing(document.content.get("subjects")))):
            account, place = text(subject.get("name")), ("subjects", position, "name")
            is_account = subject.get("kind") == "ServiceAccount"
            if is_account and not bundle.has("ServiceAccount", account, text(subject.get("namespace"))):
                yield Hit(document, place, shown(account))
