"""What the API server fills in: the defaults of a custom resource's schema, and the best known of Kubernetes' own."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any

from scripts.local_aws.kubernetes.refusals import Document
from scripts.local_aws.kubernetes.schema import Node


def with_schema_defaults(value: Any, node: Node) -> Any:
    """A value with the `default` of every field that it lacks."""
    if isinstance(value, dict) and node.shape == "object":
        filled = dict(value)
        for name, raw in node.properties.items():
            if name not in filled and "default" in raw:
                filled[name] = copy.deepcopy(raw["default"])
        return {name: _field(child, node, name) for name, child in filled.items()}
    if isinstance(value, list) and node.shape == "list":
        return [with_schema_defaults(item, node.item) for item in value]
    return value


def _field(child: Any, node: Node, name: str) -> Any:
    schema = node.field(name)
    return child if schema is None else with_schema_defaults(child, schema)


def with_own_defaults(document: Document) -> Document:
    """An object of a kind of Kubernetes' own with its defaults."""
    fill = _KINDS.get(document["kind"])
    if fill is None:
        return document
    filled = copy.deepcopy(document)
    try:
        fill(filled)
    except (KeyError, TypeError, AttributeError):
        return document  # it lacks what it must have, which its schema says better
    return filled


def _secret(document: Document) -> None:
    for name, text in document.pop("stringData", {}).items():
        document.setdefault("data", {})[name] = base64.b64encode(text.encode()).decode()
    document.setdefault("type", "Opaque")


def _namespace(document: Document) -> None:
    document["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = document["metadata"]["name"]
    document.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
    document.setdefault("status", {}).setdefault("phase", "Active")


def _service(document: Document) -> None:
    spec = document.setdefault("spec", {})
    _fill(spec, type="ClusterIP", sessionAffinity="None")
    for port in spec.get("ports", []):
        _fill(port, protocol="TCP", targetPort=port["port"])


def _deployment(document: Document) -> None:
    spec = document["spec"]
    _fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = spec.setdefault("strategy", {})
    _fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), maxSurge="25%", maxUnavailable="25%")
    _pod(spec["template"])


def _daemon_set(document: Document) -> None:
    spec = document["spec"]
    _fill(spec, revisionHistoryLimit=10)
    strategy = spec.setdefault("updateStrategy", {})
    _fill(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _fill(strategy.setdefault("rollingUpdate", {}), maxSurge=0, maxUnavailable=1)
    _pod(spec["template"])


def _pod(template: Document) -> None:
    spec = template.setdefault("spec", {})
    _fill(spec, dnsPolicy="ClusterFirst", restartPolicy="Always", schedulerName="default-scheduler")
    _fill(spec, terminationGracePeriodSeconds=30, securityContext={})
    if "serviceAccountName" in spec:
        _fill(spec, serviceAccount=spec["serviceAccountName"])
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        _container(container)


def _container(container: Document) -> None:
    tagged = container.get("image", "").rpartition("/")[2].partition(":")[2]
    _fill(container, imagePullPolicy="IfNotPresent" if tagged not in ("", "latest") else "Always", resources={})
    _fill(container, terminationMessagePath="/dev/termination-log", terminationMessagePolicy="File")
    for port in container.get("ports", []):
        _fill(port, protocol="TCP")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in container:
            _fill(container[name], timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)


def _volume(document: Document) -> None:
    document["spec"].setdefault("volumeMode", "Filesystem")
    if document["kind"] == "PersistentVolume":
        _fill(document["spec"], persistentVolumeReclaimPolicy="Retain")
    document.setdefault("status", {}).setdefault("phase", "Pending")


def _storage_class(document: Document) -> None:
    _fill(document, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _network_policy(document: Document) -> None:
    spec = document["spec"]
    if "policyTypes" not in spec:
        spec["policyTypes"] = ["Ingress", "Egress"] if "egress" in spec else ["Ingress"]
    for rule in [*spec.get("ingress", []), *spec.get("egress", [])]:
        for port in rule.get("ports", []):
            _fill(port, protocol="TCP")


def _role_binding(document: Document) -> None:
    _fill(document["roleRef"], apiGroup="rbac.authorization.k8s.io")
    for subject in document.get("subjects", []):
        if subject["kind"] != "ServiceAccount":
            _fill(subject, apiGroup="rbac.authorization.k8s.io")


def _fill(into: Document, **values: Any) -> None:
    for name, value in values.items():
        into.setdefault(name, value)


_KINDS: dict[str, Callable[[Document], None]] = {
    "Secret": _secret,
    "Namespace": _namespace,
    "Service": _service,
    "Deployment": _deployment,
    "DaemonSet": _daemon_set,
    "Pod": _pod,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _volume,
    "StorageClass": _storage_class,
    "NetworkPolicy": _network_policy,
    "RoleBinding": _role_binding,
    "ClusterRoleBinding": _role_binding,
}
