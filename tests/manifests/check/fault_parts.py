"""Settings of our own documents, and faults that several of them need."""

from __future__ import annotations

from typing import Any, TypeAlias

from tests.manifests.check.rendered import GONE

Fault: TypeAlias = tuple[str, dict[str, Any], set[str]]
"""A rule, edits of our own documents that break it, and the rules that these break besides."""

CLUSTER, JOB, CRON, SERVICE = "RayCluster/ray-eks", "RayJob/backfill", "RayCronJob/nightly", "RayService/embed"
HEAD = f"{CLUSTER}|spec|headGroupSpec"
HEAD_POD = f"{HEAD}|template|spec"
HEAD_CONTAINER = f"{HEAD_POD}|containers|0"
CPU = f"{CLUSTER}|spec|workerGroupSpecs|0"
CPU_POD = f"{CPU}|template|spec"
CPU_CONTAINER = f"{CPU_POD}|containers|0"
SCALER = f"{CLUSTER}|spec|autoscalerOptions"
STORE = f"{CLUSTER}|spec|gcsFaultToleranceOptions"
JOB_CLUSTER = f"{JOB}|spec|rayClusterSpec"
DELETION = f"{JOB}|spec|deletionStrategy"
EMBEDDED_GATE = {"name": "GCSFaultToleranceEmbeddedStorage", "enabled": True}
POLICY_GATE = {"name": "RayClusterNetworkPolicy", "enabled": True}
HISTORY_GATE = {"name": "RayClusterHistoryServer", "enabled": True}
TLS_GATE = {"name": "RayClusterMTLS", "enabled": True}
S3_BACKEND = [{"name": "STORAGE_BACKEND", "value": "s3"}, {"name": "S3_REGION", "value": "us-west-2"}]
COLLECTOR = {"image": "quay.io/kuberay/collector:v1.7.0", "env": S3_BACKEND}


def with_gate(gate: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    """With a gate of the operator on; the last of two of a name counts."""
    return {"gates|featureGates|+": gate, **edits}


def without_gate(name: str, edits: dict[str, Any]) -> dict[str, Any]:
    return with_gate({"name": name, "enabled": False}, edits)


def variable(name: str, value: str = "1") -> dict[str, Any]:
    return {"name": name, "value": value}


def document(
    kind: str, name: str, api_version: str = "v1", namespace: str | None = "ray", **content: Any
) -> dict[str, Any]:
    place = {} if namespace is None else {"namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **place}, **content}


def deletion_rule(policy: str, seconds: int = 0, **status: str) -> dict[str, Any]:
    return {"policy": policy, "condition": {"ttlSeconds": seconds, **(status or {"jobStatus": "SUCCEEDED"})}}


def by_rules(*rules: dict[str, Any]) -> dict[str, Any]:
    """A job that is deleted by rules alone."""
    ends = {f"{JOB}|spec|shutdownAfterJobFinishes": False, f"{JOB}|spec|ttlSecondsAfterFinished": 0}
    return {**ends, f"{DELETION}|deletionRules": list(rules)}


def legacy(success: str, failure: str, **job: Any) -> dict[str, Any]:
    policies = {"onSuccess": {"policy": success}, "onFailure": {"policy": failure}}
    return {DELETION: policies, **{f"{JOB}|spec|{name}": value for name, value in job.items()}}


def selecting(**settings: Any) -> dict[str, Any]:
    """A job for the cluster that is there."""
    gone = {f"{JOB}|spec|{name}": GONE for name in ("rayClusterSpec", "submitterPodTemplate")}
    base = {**gone, f"{JOB}|spec|clusterSelector": {"ray.io/cluster": "ray-eks"}, f"{JOB}|spec|backoffLimit": 0}
    return {**base, **{f"{JOB}|spec|{name}": value for name, value in settings.items()}}


UNGUARDED = {"network-policy-selects-nothing", "budget-selects-nothing"}
"""What follows when the pods of a job are gone."""
INCREMENTAL = {"type": "NewClusterWithIncrementalUpgrade"}
UPGRADE = {"maxSurgePercent": 50, "stepSizePercent": 10, "intervalSeconds": 5, "gatewayClassName": "istio"}
EFS_DRIVER = "PersistentVolume/ray-eks-efs|spec|csi"
CPU_RESOURCES = f"{CPU_CONTAINER}|resources"
WORLD = {"ipBlock": {"cidr": "0.0.0.0/0"}}
MONITOR = "monitoring.coreos.com/v1"
HEADS = {"matchLabels": {"rayform/workload": "cluster", "ray.io/node-type": "head"}}
