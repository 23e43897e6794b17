"""What runs on every node of Ray beside its pods, and what it requests: DaemonSets, and pods that mount buckets.

Requests are those of the add-ons' charts; where a chart has none, what is put here is taken off all the same, so that
a newer version may have some. Fluent Bit, CloudWatch agent, CSI drivers: their charts' values.yaml on GitHub
(aws-observability/helm-charts, kubernetes-sigs/aws-{ebs,efs,fsx}-csi-driver, awslabs/mountpoint-s3-csi-driver,
aws/amazon-vpc-cni-k8s).
"""

from __future__ import annotations

from config.instance_types import has_gpu
from config.kuberay_eks import KuberayEksConfig
from config.room import Room

NVIDIA_DEVICE_PLUGIN = Room(50, 128)
"""Requests of our own DaemonSet, which offers GPUs to pods."""
MOUNTPOINT_POD = Room(100, 512)
"""Requests of the pod that mounts a bucket; one for each mounted bucket on each node, set on the volume."""
_ALWAYS: dict[str, Room] = {
    "aws-node": Room(50, 0),
    "kube-proxy": Room(100, 0),
    "eks-pod-identity-agent": Room(10, 16),
    "ebs-csi-node": Room(30, 120),
}
_CONTAINER_INSIGHTS: dict[str, Room] = {
    "cloudwatch-agent": Room(250, 128),
    "fluent-bit": Room(50, 25),
}
_CONTAINER_INSIGHTS_GPU: dict[str, Room] = {"dcgm-exporter": Room(250, 128)}


def daemon_sets(environment: KuberayEksConfig, instance_type: str) -> dict[str, Room]:
    """Requests of what runs on each node of a type, whatever it is for, by name."""
    gpu = has_gpu(instance_type)
    found = dict(_ALWAYS)
    if environment.efs is not None:
        found["efs-csi-node"] = Room(30, 120)
    if environment.fsx is not None:
        found["fsx-csi-node"] = Room(30, 104)
    if environment.mounted_buckets:
        found["s3-csi-node"] = Room(10, 40)
    if environment.eks.container_insights:
        found |= _CONTAINER_INSIGHTS | (_CONTAINER_INSIGHTS_GPU if gpu else {})
    if gpu:
        found["nvidia-device-plugin"] = NVIDIA_DEVICE_PLUGIN
    return found


def beside_ray(environment: KuberayEksConfig, instance_type: str) -> dict[str, Room]:
    """Requests of what runs beside Ray's pods on a node of a type: DaemonSets, and the mounts of these pods."""
    mounts = {f"mountpoint of {name}": MOUNTPOINT_POD for name in environment.mounted_buckets}
    return daemon_sets(environment, instance_type) | mounts
