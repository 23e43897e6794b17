"""The sections that describe the Kubernetes cluster: eks and access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from typing import Annotated, Any, Literal

from pydantic import Field

from config.access import IpNetwork, OpeningsConfig
from config.change import Change
from config.nodes import InstanceType
from config.retention import RetentionDays
from config.section import PrincipalArn, Section, Slug
from config.text import Form

KubernetesVersion = Literal["1.34", "1.35", "1.36"]
"""In standard support: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"""
AddonName = Literal[
    "vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver", "aws-efs-csi-driver",
    "aws-fsx-csi-driver", "aws-mountpoint-s3-csi-driver", "amazon-cloudwatch-observability",
]  # fmt: skip
AddonVersion = Annotated[
    str, Form(r"v\d+\.\d+\.\d+-eksbuild\.\d+", "a version of an add-on such as v1.20.4-eksbuild.2")
]
ClusterName = Annotated[
    str, Form(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", "the name of an EKS cluster: letters, digits, - and _, at most 100")
]
Namespace = Annotated[
    str, Form(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", "a namespace: at most 63 lower case letters, digits and hyphens")
]
LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]
SYSTEM_GROUP = "system"
HEAD_GROUP = "head"
"""Node groups that are there beside those of the workers; no worker group may have these names."""


class ExistingClusterConfig(Section):
    """A cluster that somebody else manages; what is added to it can be taken away again."""

    name: Annotated[ClusterName, Change.REPLACES]
    """Name of the cluster, in the VPC of `network.existing`. Its authentication mode must be API or
    API_AND_CONFIG_MAP, and it needs the Pod Identity agent, or `eks.service_account_roles: irsa`. Its VPC CNI
    must have a role of its own: the role of the nodes that are made has no rights on network interfaces."""


class AddonConfig(Section):
    """One add-on of EKS."""

    version: Annotated[AddonVersion | None, Change.IN_PLACE] = None
    """Version; the one that is pinned for the Kubernetes version, in `config/addon_versions.py`, when left out."""
    configuration: Annotated[dict[str, Any], Change.IN_PLACE] = {}
    """Configuration values, as the add-on's own schema has them; laid over what Rayform sets."""


class SystemNodesConfig(Section):
    """Nodes for what is not Ray: add-ons, the KubeRay operator, autoscalers."""

    instance_type: Annotated[InstanceType, Change.REPLACES] = "m7i.large"
    """Instance type."""
    count: Annotated[int, Field(ge=1, le=10), Change.IN_PLACE] = 2
    """How many, spread over the zones; the pods that submit jobs run on them, too."""
    root_volume_gib: Annotated[int, Field(ge=20, le=16384), Change.IN_PLACE] = 50
    """Size of the encrypted root volume."""


class AccessEntryConfig(Section):
    """Who may do what in the cluster."""

    principal_arn: Annotated[PrincipalArn, Change.REPLACES]
    """User or role of IAM."""
    policy: Annotated[Literal["cluster-admin", "admin", "edit", "view"], Change.REPLACES] = "view"
    """What it may do: one of EKS's access policies. `make deploy` needs cluster-admin."""
    namespaces: Annotated[list[Namespace], Change.IN_PLACE] = []
    """Where; the whole cluster when empty, which `cluster-admin` needs."""


class EksConfig(Section):
    """The cluster and what belongs to it."""

    version: Annotated[KubernetesVersion, Change.IN_PLACE] = "1.36"
    """Kubernetes version; EKS goes up one at a time, and never down. When standard support of a version ends (1.34: on
    2 December 2026), EKS itself takes the cluster to the next: the file must follow before the next apply."""
    existing_cluster: Annotated[ExistingClusterConfig | None, Change.REPLACES] = None
    """Use this cluster instead of making one. Its version must be that of `eks.version`."""
    log_types: Annotated[list[LogType], Change.IN_PLACE] = [
        "api", "audit", "authenticator", "controllerManager", "scheduler",
    ]  # fmt: skip
    """Logs of the control plane that go to CloudWatch."""
    log_retention_days: Annotated[RetentionDays, Change.IN_PLACE] = 365
    """Days that these logs are kept."""
    service_cidr: Annotated[IPv4Network | None, Change.REPLACES] = None
    """Addresses of Kubernetes services, /12 to /24 of a private range beside the VPC's; EKS chooses when left out."""
    addons: Annotated[dict[AddonName, AddonConfig], Change.IN_PLACE] = {}
    """Versions and settings of add-ons. Those that the environment needs are there without being named; in an existing
    cluster only those that are named here are touched."""
    service_account_roles: Annotated[Literal["pod-identity", "irsa"], Change.IN_PLACE] = "pod-identity"
    """How service accounts get their IAM roles: by EKS Pod Identity, or by the cluster's OIDC provider (IRSA)."""
    system_nodes: Annotated[SystemNodesConfig | None, Change.IN_PLACE] = SystemNodesConfig()
    """Nodes for what is not Ray; null in an existing cluster that has its own."""
    cluster_autoscaler: Annotated[bool, Change.IN_PLACE] = True
    """Deploy the Kubernetes Cluster Autoscaler, which adds and removes nodes within the bounds of the node groups; turn
    it off where a cluster that is there has one."""
    container_insights: Annotated[bool, Change.IN_PLACE] = True
    """Metrics and container logs to CloudWatch, by the add-on amazon-cloudwatch-observability."""


class EksAccessConfig(OpeningsConfig):
    """Openings of the Kubernetes API, and who may use it."""

    instead = dict.fromkeys(
        ("ssh_cidrs", "ssh_public_key", "key_pair_name", "bastion", "intra_cluster"),
        "none: pods are reached through the Kubernetes API; network policies say who reaches whom",
    ) | {"allow_unauthenticated": "none: Ray asks for its token"}

    client_cidrs: Annotated[list[IpNetwork], Change.IN_PLACE] = []
    """Who may reach the API's private endpoint, from networks that are connected to the VPC."""
    public_api_cidrs: Annotated[list[IPv4Network], Field(max_length=40), Change.IN_PLACE] = []
    """Who may reach the API's public endpoint; without any there is none."""
    entries: Annotated[dict[Slug, AccessEntryConfig], Change.IN_PLACE] = {}
    """Who may use the API, by a name of yours; whoever applies is cluster-admin without being named."""
    public_nodes: Annotated[Literal[False], Change.NEVER] = False
    """Always false: nodes are in private subnets."""

    @property
    def ranges(self) -> Mapping[str, Sequence[IpNetwork]]:
        """Who is let in, by setting."""
        return {"client_cidrs": self.client_cidrs, "public_api_cidrs": self.public_api_cidrs}
