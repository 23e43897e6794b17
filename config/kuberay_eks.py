"""Flavour `kuberay-eks`: Ray on EKS, by the KubeRay operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from config.addon_versions import addon_version
from config.change import Change
from config.efs import MountedEfsConfig
from config.eks import HEAD_GROUP, SYSTEM_GROUP, AddonName, EksAccessConfig, EksConfig
from config.foundation import FoundationConfig
from config.fsx import FsxConfig
from config.kuberay import (
    EcrConfig,
    KubeBucketConfig,
    KuberayConfig,
    PrometheusConfig,
    RayAutoscalerConfig,
    RayImageConfig,
    RayJobConfig,
    RayServiceConfig,
)
from config.kubernetes_versions import KUBERNETES_VERSIONS
from config.ray_pods import HeadPodConfig, RayPodConfig, WorkerPodsConfig
from config.s3 import LOGS_BUCKET, BucketConfig
from config.section import Slug

NODE_ROLE = "node"
CLUSTER_ROLE = "cluster"
"""Last parts of AWS names."""
NODE_GROUP_LABEL = "rayform/node-group"
"""Label and taint of the nodes of a group; its value is the group's name."""


class NodeBounds(NamedTuple):
    """How many nodes a node group has."""

    least: int
    most: int


class KuberayEksConfig(FoundationConfig):
    """One environment of flavour `kuberay-eks`."""

    instead = {
        **dict.fromkeys(("anyscale", "adopted"), "flavour: anyscale-cloud to go with it"),
        "bucket": "buckets",
        "observability": "eks.container_insights, or prometheus",
    }

    flavour: Annotated[Literal["kuberay-eks"], Change.NEVER] = "kuberay-eks"
    """The kind of deployment."""
    access: Annotated[EksAccessConfig, Change.IN_PLACE] = EksAccessConfig()
    """Who may reach and use the Kubernetes API."""
    eks: Annotated[EksConfig, Change.IN_PLACE] = EksConfig()
    """The Kubernetes cluster."""
    ray: Annotated[RayImageConfig, Change.IN_PLACE] = RayImageConfig()
    """Ray in its pods."""
    kuberay: Annotated[KuberayConfig, Change.IN_PLACE] = KuberayConfig()
    """The KubeRay operator and what it watches."""
    head: Annotated[HeadPodConfig, Change.IN_PLACE] = HeadPodConfig()
    """The head's pod and its node."""
    workers: Annotated[dict[Slug, WorkerPodsConfig], Change.IN_PLACE] = {}
    """Worker groups by name."""
    autoscaler: Annotated[RayAutoscalerConfig, Change.IN_PLACE] = RayAutoscalerConfig()
    """Ray's autoscaler."""
    jobs: Annotated[dict[Slug, RayJobConfig], Change.IN_PLACE] = {}
    """Jobs with a cluster of their own, by name."""
    services: Annotated[dict[Slug, RayServiceConfig], Change.IN_PLACE] = {}
    """Applications of Ray Serve, by name."""
    buckets: Annotated[dict[Slug, KubeBucketConfig], Change.IN_PLACE] = {}
    """Buckets by name. One called `logs` takes the access logs of the others and is there when any other is."""
    efs: Annotated[MountedEfsConfig | None, Change.REPLACES] = None
    """Shared file system, mounted by Ray's pods; off when left out, `{}` for the defaults."""
    fsx: Annotated[FsxConfig | None, Change.REPLACES] = None
    """FSx for Lustre, mounted by Ray's pods; off when left out, `{}` for the defaults."""
    ecr: Annotated[EcrConfig | None, Change.REPLACES] = None
    """Repository for images; off when left out, `{}` for the defaults."""
    prometheus: Annotated[PrometheusConfig | None, Change.REPLACES] = None
    """Amazon Managed Service for Prometheus; off when left out, `{}` for the defaults."""

    @property
    def makes_cluster(self) -> bool:
        """Whether the cluster is made here."""
        return self.eks.existing_cluster is None

    @property
    def cluster_name(self) -> str:
        """Name of the EKS cluster."""
        return self.label.cluster if self.eks.existing_cluster is None else self.eks.existing_cluster.name

    @property
    def ray_groups(self) -> Mapping[str, RayPodConfig]:
        """Head and worker groups by the name of their node group."""
        return {HEAD_GROUP: self.head, **self.workers}

    @property
    def node_group_names(self) -> list[str]:
        """The node groups that are made."""
        system = [] if self.eks.system_nodes is None else [SYSTEM_GROUP]
        return [*system, *self.ray_groups]

    @property
    def most_heads(self) -> int:
        """How many heads there may be at once, each on a node of its own.

        Each Ray cluster has one: the RayCluster, each service (two while a new version takes over from the old one),
        and each job while it runs.
        """
        return 1 + 2 * len(self.services) + len(self.jobs)

    def node_bounds(self, group: str) -> NodeBounds:
        """Least and most nodes of a node group; it is made with the least."""
        if group == SYSTEM_GROUP:
            count = self.eks.system_nodes.count if self.eks.system_nodes is not None else 0
            return NodeBounds(count, count)
        if group == HEAD_GROUP:
            # Neither follows jobs and services: EKS refuses a least above, and a most below, the number that there is.
            return NodeBounds(1, self.head.max_nodes if self.jobs or self.services else 1)
        worker = self.workers[group]
        return NodeBounds(worker.min_nodes, worker.max_nodes)

    @property
    def all_buckets(self) -> Mapping[str, BucketConfig]:
        """The buckets that are made: those declared, and the logs bucket they need."""
        if not self.buckets:
            return {}
        others = {name: bucket for name, bucket in self.buckets.items() if name != LOGS_BUCKET}
        logs = self.buckets.get(LOGS_BUCKET, KubeBucketConfig(expire_days=365))
        # Pods that could write access logs could hide what they did.
        return {LOGS_BUCKET: logs.model_copy(update={"node_access": "none", "mount_path": None}), **others}

    @property
    def mounted_buckets(self) -> Mapping[str, KubeBucketConfig]:
        """Buckets that pods mount."""
        return {name: bucket for name, bucket in self.buckets.items() if bucket.mount_path is not None}

    @property
    def node_autoscaling(self) -> bool:
        """Whether the Cluster Autoscaler is deployed: it is asked for, and some group has room."""
        bounds = [self.node_bounds(group) for group in self.ray_groups]
        return self.eks.cluster_autoscaler and any(each.least < each.most for each in bounds)

    @property
    def addons(self) -> list[AddonName]:
        """Add-ons that Terraform manages: in an existing cluster only those that are named."""
        needed: dict[AddonName, bool] = {
            "vpc-cni": True,
            "kube-proxy": True,
            "coredns": True,
            "eks-pod-identity-agent": True,
            "aws-ebs-csi-driver": True,
            "aws-efs-csi-driver": self.efs is not None,
            "aws-fsx-csi-driver": self.fsx is not None,
            "aws-mountpoint-s3-csi-driver": bool(self.mounted_buckets),
            "amazon-cloudwatch-observability": self.eks.container_insights,
        }
        return [name for name, wanted in needed.items() if name in self.eks.addons or (wanted and self.makes_cluster)]

    def addon_version(self, name: AddonName) -> str:
        """Version of an add-on: the one of the file, or the one that is pinned for the Kubernetes version."""
        named = self.eks.addons.get(name)
        return addon_version(name, self.eks.version) if named is None or named.version is None else named.version

    @property
    def autoscaler_image(self) -> str:
        """Image of the Cluster Autoscaler for the Kubernetes version."""
        return KUBERNETES_VERSIONS[self.eks.version].autoscaler_image
