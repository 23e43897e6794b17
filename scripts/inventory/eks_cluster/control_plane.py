"""The control plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks import DESCRIBE_CLUSTER, DESCRIBE_CLUSTER_VERSIONS, logs_of, public_cidrs_of, secrets_key_of
from scripts.inventory.eks_cluster.listed import Later, issues_of, tags_of
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Reading
from scripts.inventory.shapes import Tags


@dataclass(frozen=True)
class ControlPlane:
    """The environment's cluster."""

    name: str
    arn: str
    created: datetime
    status: str
    """`ACTIVE`."""
    issues: tuple[str, ...]
    version: str
    platform_version: str
    endpoint: str
    role_arn: str
    authentication_mode: str
    """`API`; AWS's own default is `CONFIG_MAP`."""
    private_endpoint: bool
    public_cidrs: tuple[str, ...] | None
    """Who may try to reach its endpoint from the internet; None when there is no public one."""
    vpc_id: str
    subnet_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    """Security groups beside the cluster's own."""
    cluster_group_id: str
    """The security group that EKS made."""
    service_cidr: str
    logs: tuple[str, ...]
    secrets_key_arn: str | None
    support_type: str
    """What AWS does at the end of standard support: `STANDARD` upgrades, `EXTENDED` charges for more support."""
    issuer: str
    """URL of its OIDC issuer."""
    deletion_protection: bool
    tags: Tags


def start_control_plane(reader: Reader, environment: KuberayEksConfig) -> Later[Reading[ControlPlane | None]]:
    """Describe the cluster; the versions, too, which the comparison of all clusters in the VPC reads."""
    answer = reader.start(DESCRIBE_CLUSTER, name=environment.cluster_name)
    reader.start(DESCRIBE_CLUSTER_VERSIONS)
    return lambda: answer.parse(lambda found: None if found is None else _control_plane(found["cluster"]))


def _control_plane(cluster: Mapping[str, Any]) -> ControlPlane:
    place = cluster["resourcesVpcConfig"]
    return ControlPlane(
        name=cluster["name"],
        arn=cluster["arn"],
        created=cluster["createdAt"],
        status=cluster["status"],
        issues=issues_of(cluster),
        version=str(cluster["version"]),
        platform_version=cluster.get("platformVersion", ""),
        endpoint=cluster.get("endpoint", ""),
        role_arn=cluster["roleArn"],
        authentication_mode=(cluster.get("accessConfig") or {}).get("authenticationMode", "CONFIG_MAP"),
        private_endpoint=place["endpointPrivateAccess"],
        public_cidrs=public_cidrs_of(place),
        vpc_id=place["vpcId"],
        subnet_ids=tuple(sorted(place["subnetIds"])),
        group_ids=tuple(sorted(place.get("securityGroupIds") or ())),
        cluster_group_id=place.get("clusterSecurityGroupId", ""),
        service_cidr=(cluster.get("kubernetesNetworkConfig") or {}).get("serviceIpv4Cidr", ""),
        logs=tuple(sorted(logs_of(cluster))),
        secrets_key_arn=secrets_key_of(cluster),
        support_type=(cluster.get("upgradePolicy") or {}).get("supportType", ""),
        issuer=((cluster.get("identity") or {}).get("oidc") or {}).get("issuer", ""),
        deletion_protection=cluster.get("deletionProtection", False),
        tags=tags_of(cluster),
    )
