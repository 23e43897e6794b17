"""Faults that are valid, and that users suffer from."""

from __future__ import annotations

from tests.manifests.check.fault_parts import (
    CLUSTER,
    CPU,
    CPU_CONTAINER,
    CPU_POD,
    CPU_RESOURCES,
    EFS_DRIVER,
    HEAD,
    HEADS,
    MONITOR,
    SCALER,
    WORLD,
    Fault,
    document,
    variable,
)
from tests.manifests.check.rendered import GONE

SENSE: list[Fault] = [
    ("head-runs-work", {f"{HEAD}|rayStartParams|num-cpus": GONE}, set()),
    ("token-auth-missing", {f"{CLUSTER}|spec|authOptions": GONE}, set()),
    ("ray-version-missing", {f"{CLUSTER}|spec|rayVersion": "latest"}, {"token-auth-version"}),
    ("ray-version-of-image", {f"{CPU_CONTAINER}|image": "rayproject/ray:2.59.0-py312"}, set()),
    ("address-by-hand", {f"{CPU}|rayStartParams|address": "ray-eks-head-svc:6379"}, set()),
    ("dashboard-on-loopback", {f"{HEAD}|rayStartParams|dashboard-host": "127.0.0.1"}, set()),
    ("autoscaler-version-open", {f"{SCALER}|version": GONE}, set()),
    ("replicas-with-autoscaler", {f"{CPU}|replicas": 2}, set()),
    ("head-evictable", {f"{HEAD}|template|metadata|annotations": {}}, set()),
    ("budget-selects-nothing", {
        "PodDisruptionBudget/cluster-head|spec|selector": {"matchLabels": {"ray.io/cluster": "ray-eksx"}},
    }, set()),
    ("budget-of-ray-in-percent", {"PodDisruptionBudget/cluster-head|spec|minAvailable": "100%"}, set()),
    ("node-group-unknown",
     {"Deployment/cluster-autoscaler|spec|template|spec|nodeSelector|rayform/node-group": "infra"}, set()),
    ("node-group-of-another", {f"{CPU_POD}|nodeSelector|rayform/node-group": "gpu"}, {"toleration-missing"}),
    ("toleration-missing", {f"{CPU_POD}|tolerations": []}, set()),
    ("toleration-missing", {f"{CPU_POD}|tolerations|0|value": "cpus"}, set()),
    ("toleration-of-everything", {f"{CPU_POD}|tolerations|+": {"operator": "Exists"}}, set()),
    ("pod-too-large", {f"{CPU_RESOURCES}|requests|cpu": "16", f"{CPU_RESOURCES}|limits|cpu": "16"}, set()),
    ("pod-too-large", {f"{SCALER}|resources": {"limits": {"cpu": "2", "memory": "4Gi"}}}, set()),
    ("pod-too-large", {
        f"{CPU_RESOURCES}|requests|nvidia.com/gpu": 1, f"{CPU_RESOURCES}|limits|nvidia.com/gpu": 1,
    }, set()),
    ("max-replicas-over-nodes", {f"{CPU}|maxReplicas": 7}, set()),
    ("min-replicas-over-nodes", {f"{CPU}|minReplicas": 7, f"{CPU}|maxReplicas": 7}, {"max-replicas-over-nodes"}),
    ("requests-not-limits", {f"{CPU_RESOURCES}|requests|memory": "8Gi"}, set()),
    ("requests-over-limits", {
        "Deployment/cluster-autoscaler|spec|template|spec|containers|0|resources":
            {"requests": {"cpu": "1"}, "limits": {"cpu": "500m"}},
    }, set()),
    ("requests-over-limits", {
        f"{CLUSTER}|spec|workerGroupSpecs|1|template|spec|containers|0|resources|limits|nvidia.com/gpu": GONE,
    }, set()),
    ("params-over-limits", {f"{CPU}|rayStartParams|num-gpus": "4"}, set()),
    ("params-over-limits", {f"{CPU}|rayStartParams|num-cpus": "64"}, set()),
    ("limits-missing", {f"{CPU_RESOURCES}|limits|cpu": "0m", f"{CPU_RESOURCES}|requests|cpu": "0m"}, set()),
    ("limits-missing", {f"{CPU_RESOURCES}|limits|memory": GONE, f"{CPU_RESOURCES}|requests|memory": GONE}, set()),
    ("image-missing", {f"{CPU_CONTAINER}|image": GONE}, set()),
    ("image-moves", {f"{CPU_CONTAINER}|image": "rayproject/ray"}, set()),
    ("image-moves", {f"{CPU_CONTAINER}|image": "rayproject/ray:latest"}, set()),
    ("container-privileged", {f"{CPU_CONTAINER}|securityContext": {"privileged": True}}, set()),
    ("container-root", {f"{CPU_CONTAINER}|securityContext|runAsUser": 0}, set()),
    ("container-root", {
        f"{CPU_CONTAINER}|securityContext|runAsNonRoot": GONE, f"{CPU_POD}|securityContext|runAsNonRoot": GONE,
    }, set()),
    ("privilege-escalation", {f"{CPU_CONTAINER}|securityContext|allowPrivilegeEscalation": GONE}, set()),
    ("capabilities-kept",
     {f"{CPU_CONTAINER}|securityContext|capabilities": {"drop": ["ALL"], "add": ["SYS_PTRACE"]}}, set()),
    ("capabilities-kept", {f"{CPU_CONTAINER}|securityContext|capabilities": GONE}, set()),
    ("autoscaler-unrestricted", {f"{SCALER}|securityContext": GONE}, set()),
    ("host-namespace", {f"{CPU_POD}|hostNetwork": True}, set()),
    ("host-path", {f"{CPU_POD}|volumes|+": {"name": "root", "hostPath": {"path": "/"}}}, set()),
    ("secret-with-values", {"+": document("Secret", "a", stringData={"password": "hunter2"})}, set()),
    ("secret-in-env", {f"{CPU_CONTAINER}|env|+": variable("WANDB_API_KEY", "hunter2")}, set()),
    ("aws-keys-in-env", {
        f"{CPU_CONTAINER}|env|+": {
            "name": "AWS_SECRET_ACCESS_KEY", "valueFrom": {"secretKeyRef": {"name": "ray-token", "key": "auth_token"}},
        },
    }, set()),
    ("service-account-unknown", {f"{CPU_POD}|serviceAccountName": "ray-workers"}, set()),
    ("claim-unknown", {f"{CPU_POD}|volumes|0|persistentVolumeClaim|claimName": "efs2"}, set()),
    ("secret-unknown", {f"{CLUSTER}|spec|authOptions|secretName": "ray-tokens"}, set()),
    ("secret-unknown", {f"{CPU_CONTAINER}|envFrom": [{"secretRef": {"name": "aws-creds"}}]}, set()),
    ("config-map-unknown", {f"{CPU_CONTAINER}|envFrom": [{"configMapRef": {"name": "settings"}}]}, set()),
    ("volume-unknown", {f"{CPU_CONTAINER}|volumeMounts|0|name": "efs2"}, set()),
    ("volume-unknown", {f"{SCALER}|volumeMounts|0|name": "api"}, set()),
    ("selector-of-others",
     {"Deployment/cluster-autoscaler|spec|selector|matchLabels": {"app": "autoscaler"}}, set()),
    ("persistent-volume-unknown", {"PersistentVolumeClaim/efs|spec|volumeName": "ray-efs"}, set()),
    ("persistent-volume-unknown", {"PersistentVolumeClaim/efs|spec|storageClassName": GONE}, set()),
    ("storage-class-unknown", {"+": document("PersistentVolumeClaim", "scratch", spec={
        "accessModes": ["ReadWriteOnce"], "storageClassName": "gp4", "resources": {"requests": {"storage": "1Gi"}},
    })}, set()),
    ("role-unknown", {"ClusterRoleBinding/cluster-autoscaler|roleRef|name": "autoscaler"}, set()),
    ("role-unknown", {"ClusterRoleBinding/cluster-autoscaler|subjects|0|name": "autoscaler"}, set()),
    ("s3-mount-for-root-only", {"PersistentVolume/ray-eks-s3-datasets|spec|mountOptions": ["region us-west-2"]}, set()),
    ("s3-mount-user", {"PersistentVolume/ray-eks-s3-datasets|spec|mountOptions|1": "uid=1001"}, set()),
    ("volume-handle-repeated", {
        f"{EFS_DRIVER}|driver": "fsx.csi.aws.com", f"{EFS_DRIVER}|volumeHandle": "fs-00000000000000000",
    }, set()),
    ("volume-free-for-all", {"PersistentVolume/ray-eks-efs|spec|claimRef": GONE}, set()),
    ("volume-deleted-with-claim", {"PersistentVolume/ray-eks-efs|spec|persistentVolumeReclaimPolicy": "Delete"}, set()),
    ("efs-without-tls", {f"{EFS_DRIVER}|volumeAttributes": {"encryptInTransit": "false"}}, set()),
    ("load-balancer-open", {"+": document("Service", "ray", spec={
        "type": "LoadBalancer", "selector": {"ray.io/cluster": "ray-eks"}, "ports": [{"port": 8265}],
    })}, set()),
    ("head-service-exposed", {f"{HEAD}|serviceType": "LoadBalancer"}, set()),
    ("head-service-exposed", {f"{HEAD}|enableIngress": True}, set()),
    ("service-selects-nothing", {"+": document("Service", "ray", spec={
        "selector": {"ray.io/cluster": "ray"}, "ports": [{"port": 8265}],
    })}, set()),
    ("network-policy-selects-nothing", {
        "NetworkPolicy/cluster-head|spec|podSelector|matchLabels|rayform/workload": "clusters",
    }, set()),
    ("network-policy-not-for-all", {
        "NetworkPolicy/ray-default-deny|spec|podSelector": {"matchLabels": {"rayform/workload": "cluster"}},
    }, set()),
    ("network-policy-not-for-all", {"NetworkPolicy/ray-default-deny|spec|policyTypes": ["Egress"]}, set()),
    ("network-policy-open", {"NetworkPolicy/cluster-head|spec|ingress|0|from|+": WORLD}, set()),
    ("network-policy-open", {"NetworkPolicy/cluster-head|spec|ingress|0|from": GONE}, set()),
    ("network-policy-port", {"NetworkPolicy/cluster-head|spec|ingress|1|ports|0|port": 8266}, set()),
    ("network-policy-without-names", {"NetworkPolicy/ray-names|spec|egress|0|ports": [{"port": 5353}]}, set()),
    ("network-policy-without-api", {
        "NetworkPolicy/ray-aws|spec|egress|0|ports|0|port": 444,
        "NetworkPolicy/cluster-head|spec|egress|1": GONE,
    }, set()),
    ("network-policy-without-store", {"NetworkPolicy/cluster-store|spec|egress": []}, set()),
    ("monitor-selects-nothing", {"+": document("PodMonitor", "a", MONITOR, spec={
        "selector": {"matchLabels": {"ray.io/node-type": "heads"}}, "podMetricsEndpoints": [{"port": "metrics"}],
    })}, set()),
    ("monitor-port-unknown", {"+": document("PodMonitor", "a", MONITOR, spec={
        "selector": HEADS, "podMetricsEndpoints": [{"port": "as_metrics"}],
    })}, set()),
    ("unknown-field", {"+": document("PodMonitor", "a", MONITOR, spec={
        "selector": HEADS, "podMetricsEndpoints": [{"ports": "metrics"}],
    })}, set()),
]  # fmt: skip
