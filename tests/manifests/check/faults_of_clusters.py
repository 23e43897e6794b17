"""Faults that the operator refuses in Ray clusters."""

from __future__ import annotations

from tests.manifests.check.fault_parts import (
    CLUSTER,
    COLLECTOR,
    CPU,
    CPU_CONTAINER,
    CPU_POD,
    CRON,
    EMBEDDED_GATE,
    HEAD,
    HEAD_CONTAINER,
    HEAD_POD,
    HISTORY_GATE,
    JOB,
    JOB_CLUSTER,
    POLICY_GATE,
    S3_BACKEND,
    SCALER,
    SERVICE,
    STORE,
    TLS_GATE,
    Fault,
    variable,
    with_gate,
    without_gate,
)
from tests.manifests.check.rendered import GONE

CLUSTERS: list[Fault] = [
    ("ray-name-long", {f"{CLUSTER}|metadata|name": "r" * 54}, set()),
    ("ray-name-long", {f"{JOB}|metadata|name": "r" * 48}, set()),
    ("ray-name-long", {f"{SERVICE}|metadata|name": "r" * 48}, set()),
    ("ray-name-long", {f"{CRON}|metadata|name": "r" * 37}, set()),
    ("ray-name-form", {f"{CLUSTER}|metadata|name": "1ray"}, set()),
    ("ray-name-form", {f"{SERVICE}|metadata|name": "Embed"}, set()),
    ("ray-upgrade-type", {f"{SERVICE}|spec|upgradeStrategy|type": "Recreate"}, set()),
    ("ray-upgrade-owned", {f"{CLUSTER}|metadata|labels|ray.io/originated-from-crd": "RayJob"}, set()),
    ("ray-container-missing", {f"{CPU_POD}|containers": []}, set()),
    ("ray-resources-twice", {f"{HEAD}|resources": {"CPU": "0"}}, set()),
    ("ray-labels-in-params", {f"{CPU}|rayStartParams|labels": "a=b"}, set()),
    ("ray-label-form", {f"{CPU}|labels": {"ray.io/zone": "us west"}}, set()),
    ("replicas-unbounded", {f"{CLUSTER}|spec|enableInTreeAutoscaling": False, f"{CPU}|maxReplicas": GONE}, set()),
    ("min-replicas-negative", {f"{CPU}|minReplicas": -1}, set()),
    ("max-replicas-negative", {f"{CPU}|maxReplicas": -1}, set()),
    ("min-over-max-replicas", {f"{CPU}|minReplicas": 4, f"{CPU}|maxReplicas": 3}, set()),
    ("idle-timeout-negative", {f"{CPU}|idleTimeoutSeconds": -1}, set()),
    ("idle-timeout-without-v2", {f"{CPU}|idleTimeoutSeconds": 60, f"{SCALER}|version": "v1"}, set()),
    ("priority-unsupported", {f"{CPU}|priority": 5, f"{SCALER}|version": "v1"}, set()),
    ("priority-unsupported", {f"{CPU}|priority": 5, f"{CLUSTER}|spec|rayVersion": "2.55.1"}, {"ray-version-of-image"}),
    ("suspend-without-gate",
     without_gate("RayJobDeletionPolicy", {f"{CPU}|suspend": True}), {"suspend-with-autoscaler"}),
    ("suspend-with-autoscaler", {f"{CPU}|suspend": True}, set()),
    ("group-name-repeated",
     {f"{CLUSTER}|spec|workerGroupSpecs|1|groupName": "cpu"}, {"node-group-of-another", "max-replicas-over-nodes"}),
    ("v2-variable-without-autoscaler", {
        f"{CLUSTER}|spec|enableInTreeAutoscaling": False,
        f"{SCALER}|version": GONE,
        f"{HEAD_CONTAINER}|env|+": variable("RAY_enable_autoscaler_v2"),
    }, set()),
    ("autoscaler-version-twice", {f"{HEAD_CONTAINER}|env|+": variable("RAY_enable_autoscaler_v2")}, set()),
    ("restart-policy-with-v2", {f"{HEAD_POD}|restartPolicy": "Always"}, set()),
    ("restart-policy-with-v2", {f"{CPU_POD}|restartPolicy": "OnFailure"}, set()),
    ("autoscaler-idle-timeout-negative", {f"{SCALER}|idleTimeoutSeconds": -1}, set()),
    ("autoscaler-start-command", {f"{SCALER}|env": [variable("KUBERAY_GEN_AUTOSCALER_START_CMD")]}, set()),
    ("ft-annotation-beside-options", {f"{CLUSTER}|metadata|annotations": {"ray.io/ft-enabled": "true"}}, set()),
    ("redis-without-options", {STORE: GONE, f"{HEAD_CONTAINER}|env|+": variable("RAY_REDIS_ADDRESS", "a:6379")}, set()),
    ("redis-password-in-params", {f"{HEAD}|rayStartParams|redis-password": "$REDIS_PASSWORD"}, set()),
    ("redis-password-in-env", {
        f"{HEAD_CONTAINER}|env|+":
            {"name": "REDIS_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "ray-gcs", "key": "a"}}},
    }, set()),
    ("redis-address-in-env", {f"{HEAD_CONTAINER}|env|+": variable("RAY_REDIS_ADDRESS", "a:6379")}, set()),
    ("storage-namespace-annotation", {
        f"{CLUSTER}|metadata|annotations": {"ray.io/external-storage-namespace": "a"},
    }, set()),
    ("redis-username-by-hand", {f"{HEAD}|rayStartParams|redis-username": "ray"}, set()),
    ("redis-username-by-hand", {f"{HEAD_CONTAINER}|env|+": variable("REDIS_USERNAME", "ray")}, set()),
    ("rocksdb-without-gate", {STORE: {"backend": "rocksdb"}}, set()),
    ("rocksdb-with-redis", with_gate(EMBEDDED_GATE, {f"{STORE}|backend": "rocksdb"}), set()),
    ("rocksdb-storage-twice", with_gate(EMBEDDED_GATE, {
        STORE: {"backend": "rocksdb", "storage": {"claimName": "efs", "size": "1Gi"}},
    }), set()),
    ("rocksdb-storage-by-hand", with_gate(EMBEDDED_GATE, {
        STORE: {"backend": "rocksdb"}, f"{HEAD_CONTAINER}|env|+": variable("RAY_gcs_storage", "rocksdb"),
    }), set()),
    ("redis-with-storage", {f"{STORE}|storage": {"size": "1Gi"}}, set()),
    ("redis-without-tls", {f"{STORE}|redisAddress": "redis://redis:6379"}, set()),
    ("redis-password-literal", {f"{STORE}|redisPassword": {"value": "hunter2"}}, set()),
    ("token-auth-version", {f"{CLUSTER}|spec|rayVersion": "2.51.1"}, {"ray-version-of-image"}),
    ("token-auth-version", {f"{CLUSTER}|spec|rayVersion": GONE}, {"ray-version-missing"}),
    ("kubernetes-token-auth", {f"{CLUSTER}|spec|authOptions|enableK8sTokenAuth": True}, set()),
    ("kubernetes-token-auth", {f"{JOB_CLUSTER}|authOptions": {"mode": "token", "enableK8sTokenAuth": True}}, set()),
    ("network-policy-without-gate", {f"{CLUSTER}|spec|networkPolicy": {}}, set()),
    ("network-policy-mode", with_gate(POLICY_GATE, {
        f"{CLUSTER}|spec|networkPolicy": {"mode": "DenyAllEgress", "head": {"ingressRules": [{}]}},
    }), set()),
    ("network-policy-group-form", with_gate(POLICY_GATE, {
        f"{CLUSTER}|spec|networkPolicy": {}, f"{CPU}|groupName": "CPU",
    }), {"node-group-of-another"}),
    ("network-policy-group-unknown", with_gate(POLICY_GATE, {
        f"{CLUSTER}|spec|networkPolicy": {"workerGroups": [{"groupName": "cpus"}]},
    }), set()),
    ("tls-without-gate", {f"{CLUSTER}|spec|tlsOptions": {"enabled": False}}, set()),
    ("tls-by-hand", with_gate(TLS_GATE, {
        f"{CLUSTER}|spec|tlsOptions": {"enabled": True}, f"{CPU_CONTAINER}|env|+": variable("RAY_USE_TLS"),
    }), set()),
    ("history-without-gate", {f"{CLUSTER}|spec|historyServerOptions": {"collectorOptions": COLLECTOR}}, set()),
    ("collector-missing", with_gate(HISTORY_GATE, {f"{CLUSTER}|spec|historyServerOptions": {}}), set()),
    ("collector-name-taken", with_gate(HISTORY_GATE, {
        f"{CLUSTER}|spec|historyServerOptions": {"collectorOptions": COLLECTOR}, f"{CPU_CONTAINER}|name": "collector",
    }), set()),
    ("collector-env-managed", with_gate(HISTORY_GATE, {
        f"{CLUSTER}|spec|historyServerOptions": {
            "collectorOptions": {**COLLECTOR, "env": [*S3_BACKEND, variable("RAY_ROLE")]},
        },
    }), set()),
    ("collector-backend", with_gate(HISTORY_GATE, {
        f"{CLUSTER}|spec|historyServerOptions": {"collectorOptions": {**COLLECTOR, "env": S3_BACKEND[:1]}},
    }), set()),
    ("collector-backend", with_gate(HISTORY_GATE, {
        f"{CLUSTER}|spec|historyServerOptions": {
            "collectorOptions": {**COLLECTOR, "env": [variable("STORAGE_BACKEND", "AzureBlob")]},
        },
    }), set()),
]  # fmt: skip
