"""Faults of schemas, names and namespaces."""

from __future__ import annotations

from tests.manifests.check.fault_parts import (
    CLUSTER,
    CPU,
    CPU_CONTAINER,
    CRON,
    HEAD,
    SCALER,
    Fault,
    document,
    variable,
)
from tests.manifests.check.rendered import GONE

SHAPE: list[Fault] = [
    ("kind-missing", {"ServiceAccount/ray-worker|apiVersion": GONE}, set()),
    ("kind-unknown", {"PodDisruptionBudget/cluster-head|apiVersion": "policy/v1beta1"}, set()),
    ("kind-unknown", {"+": document("HTTPRoute", "a", "gateway.networking.k8s.io/v1", spec={})}, set()),
    ("ray-api-old", {f"{CLUSTER}|apiVersion": "ray.io/v1alpha1"}, {"kind-unknown"}),
    ("ray-api-old", {f"{CLUSTER}|apiVersion": "ray.io/v1alpha1", f"{CPU}|minReplica": 1},
     {"kind-unknown", "unknown-field"}),
    ("unknown-field", {f"{CPU}|minReplica": 1}, set()),
    ("unknown-field", {f"{CPU_CONTAINER}|volumeMount": []}, set()),
    ("unknown-field", {f"{CRON}|spec|concurrencyPolicy": "Forbid"}, set()),
    ("unknown-field", {"Deployment/cluster-autoscaler|spec|template|spec|container": []}, set()),
    ("field-missing", {f"{CPU}|groupName": GONE}, {"node-group-of-another"}),
    ("field-missing", {"Deployment/cluster-autoscaler|spec|selector": GONE}, set()),
    ("wrong-type", {f"{CPU}|minReplicas": "1"}, set()),
    ("wrong-type", {f"{HEAD}|rayStartParams|num-cpus": 0}, set()),
    ("wrong-type", {"Deployment/cluster-autoscaler|spec|replicas": "1"}, set()),
    ("wrong-value", {f"{CLUSTER}|spec|authOptions|mode": "tokens"}, {"token-auth-missing"}),
    ("wrong-value", {f"{CPU}|minReplicas": 2**31}, {"min-over-max-replicas", "min-replicas-over-nodes"}),
    ("wrong-quantity", {f"{SCALER}|resources|limits|memory": "512MB"}, set()),
    ("wrong-quantity", {"PersistentVolumeClaim/efs|spec|resources|requests|storage": "1 Ti"}, set()),
    ("repeated-in-list", {f"{CPU_CONTAINER}|env|+": variable("AWS_REGION")}, set()),
    ("schema-rule", {f"{CLUSTER}|spec|managedBy": "me"}, set()),
    ("name-missing", {"PersistentVolumeClaim/efs|metadata|name": GONE}, {"claim-unknown"}),
    ("name-form", {"PodDisruptionBudget/cluster-head|metadata|name": "Cluster_Head"}, set()),
    ("label-form", {"ServiceAccount/ray-head|metadata|labels|app.kubernetes.io/part-of": "ray eks"}, set()),
    ("label-form", {f"{CPU}|template|metadata|labels|-x": "a"}, set()),
    ("document-repeated", {"+": document("ServiceAccount", "ray-head")}, set()),
    ("cluster-scoped-with-namespace", {"PersistentVolume/ray-eks-efs|metadata|namespace": "ray"}, set()),
    ("namespace-missing", {"PodDisruptionBudget/cluster-head|metadata|namespace": GONE}, {"budget-selects-nothing"}),
    ("namespace-unknown", {"+": document("ServiceAccount", "a", namespace="rays")}, set()),
]  # fmt: skip
