"""The Kubernetes service accounts that have IAM roles."""

from __future__ import annotations

from dataclasses import dataclass

from config.eks import AddonName
from config.kuberay_eks import KuberayEksConfig

RAY_HEAD = "ray-head"
RAY_WORKER = "ray-worker"
CLUSTER_AUTOSCALER = "cluster-autoscaler"


@dataclass(frozen=True)
class ServiceAccount:
    """A service account with a role of its own."""

    part: str
    """Last part of the role's AWS name."""
    namespace: str
    name: str
    addon: AddonName | None = None
    """The add-on that makes the account; None for one that is in our manifests."""


_FSX_DRIVER: AddonName = "aws-fsx-csi-driver"
_OF_ADDONS: dict[AddonName, tuple[str, str, str]] = {
    "vpc-cni": ("vpc-cni", "kube-system", "aws-node"),
    "aws-ebs-csi-driver": ("ebs-csi", "kube-system", "ebs-csi-controller-sa"),
    "aws-efs-csi-driver": ("efs-csi", "kube-system", "efs-csi-node-sa"),
    "aws-fsx-csi-driver": ("fsx-csi", "kube-system", "fsx-csi-controller-sa"),
    "aws-mountpoint-s3-csi-driver": ("s3-csi", "kube-system", "s3-csi-driver-sa"),
    "amazon-cloudwatch-observability": ("cloudwatch", "amazon-cloudwatch", "cloudwatch-agent"),
}
"""Part, namespace and name: https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html

That of EFS is the driver on the node: it mounts with its own rights, with the mount option `iam`; the controller, which
makes access points, has nothing to do. https://github.com/kubernetes-sigs/aws-efs-csi-driver/issues/1759
"""


def service_accounts(environment: KuberayEksConfig) -> list[ServiceAccount]:
    """Every service account that gets a role, in the order of the addresses."""
    namespace = environment.kuberay.namespace
    ours = [ServiceAccount(RAY_HEAD, namespace, RAY_HEAD), ServiceAccount(RAY_WORKER, namespace, RAY_WORKER)]
    if environment.node_autoscaling:
        ours.append(ServiceAccount(CLUSTER_AUTOSCALER, "kube-system", CLUSTER_AUTOSCALER))
    # A file system that is there is mounted with no rights at all.
    makes_fsx = environment.fsx is not None and environment.fsx.storage_class
    with_role = [name for name in environment.addons if name in _OF_ADDONS and (makes_fsx or name != _FSX_DRIVER)]
    return [*ours, *(ServiceAccount(*_OF_ADDONS[name], addon=name) for name in with_role)]
