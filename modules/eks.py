"""The Kubernetes cluster: one that is made, or one that is there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from cdktf import ITerraformDependable
from constructs import Construct

from config.eks import EksAccessConfig, EksConfig, ExistingClusterConfig
from config.eks_logs import control_plane_log_group
from config.eks_roles import cluster_statements
from config.kuberay_eks import CLUSTER_ROLE
from config.label import Label
from config.place import Place
from config.statement import Condition, service_trust
from modules.aws import (
    DataAwsEksCluster,
    EksCluster,
    EksClusterAccessConfig,
    EksClusterEncryptionConfig,
    EksClusterEncryptionConfigProvider,
    EksClusterKubernetesNetworkConfig,
    EksClusterTimeouts,
    EksClusterUpgradePolicy,
    EksClusterVpcConfig,
)
from modules.log_group import LogGroup
from modules.protection import musts, protected, waive
from modules.role import Role

_TIMEOUTS = {"create": "45m", "update": "90m", "delete": "45m"}
"""A new cluster takes about a quarter of an hour, a new Kubernetes version up to an hour."""

_KNOWN_TO_CHECKOV = ("1.34", "1.35")
"""Versions in support that its check CKV_AWS_339 lists."""


class Cluster(Construct):
    """What an environment is told of its cluster, whoever made it."""

    _cluster: EksCluster | DataAwsEksCluster

    @cached_property
    def name(self) -> str:
        """Name of the cluster, a token that makes others wait for it."""
        return str(self._cluster.name)

    @cached_property
    def arn(self) -> str:
        """ARN of the cluster, a token until apply."""
        return str(self._cluster.arn)

    @cached_property
    def endpoint(self) -> str:
        """URL of the Kubernetes API, a token until apply."""
        return str(self._cluster.endpoint)

    @cached_property
    def version(self) -> str:
        """Kubernetes version, a token until apply."""
        return str(self._cluster.version)

    @cached_property
    def certificate_authority(self) -> str:
        """Certificate that the API's is signed with, PEM in base64, a token until apply."""
        return str(self._cluster.certificate_authority.get(0).data)

    @cached_property
    def issuer(self) -> str:
        """URL of the OIDC issuer of service accounts, a token until apply."""
        return str(self._cluster.identity.get(0).oidc.get(0).issuer)

    @property
    def security_group_id(self) -> str:
        """Group that EKS has made for the control plane, a token until apply."""
        raise NotImplementedError

    @property
    def service_cidr(self) -> str:
        """Addresses of Kubernetes services, a token until apply."""
        raise NotImplementedError


class MadeCluster(Cluster):
    """Define a cluster: secrets encrypted, private endpoint, access by access entries, logs of the control plane.

    Whoever applies first is its admin; `access.entries` names others. Stateful: all that runs in it goes with it, so
    that `protect` maps to Terraform `prevent_destroy`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: EksConfig,
        access: EksAccessConfig,
        label: Label,
        place: Place,
        subnet_ids: Sequence[str],
        security_group_id: str,
        key_arn: str,
        permissions_boundary_arn: str | None,
        protect: bool,
        wait_for: Sequence[ITerraformDependable],
    ) -> None:
        super().__init__(scope, id_)
        role = Role(
            self,
            "role",
            label=label,
            part=CLUSTER_ROLE,
            # https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html
            trust=[
                service_trust(
                    "eks.amazonaws.com",
                    [Condition("ArnLike", "aws:SourceArn", place.arn("eks", f"cluster/{label.cluster}"))],
                )
            ],
            permissions_boundary_arn=permissions_boundary_arn,
        )
        policy = role.allow("cluster", cluster_statements(key_arn, place))
        # EKS would make it, kept for ever and without the key.
        logs = LogGroup(
            self,
            "log_group",
            label=label,
            part="control-plane",
            name=control_plane_log_group(label.cluster),
            retention_days=config.log_retention_days,
            key_arn=key_arn,
        )
        self._cluster: EksCluster = EksCluster(
            self,
            "cluster",
            name=label.cluster,
            role_arn=role.arn,
            version=config.version,
            upgrade_policy=EksClusterUpgradePolicy(support_type="STANDARD"),
            access_config=EksClusterAccessConfig(
                authentication_mode="API",  # not an option
                bootstrap_cluster_creator_admin_permissions=True,
            ),
            # They are add-ons of ours, with versions that are pinned.
            bootstrap_self_managed_addons=False,
            vpc_config=EksClusterVpcConfig(
                subnet_ids=subnet_ids,
                security_group_ids=[security_group_id],
                endpoint_private_access=True,  # not an option
                endpoint_public_access=bool(access.public_api_cidrs),
                public_access_cidrs=[str(cidr) for cidr in access.public_api_cidrs] or None,
            ),
            kubernetes_network_config=_service_network(config),
            encryption_config=EksClusterEncryptionConfig(
                provider=EksClusterEncryptionConfigProvider(key_arn=key_arn), resources=["secrets"]
            ),
            enabled_cluster_log_types=list(config.log_types),
            timeouts=EksClusterTimeouts(**_TIMEOUTS),
            depends_on=[policy, logs.resource, *wait_for],
            lifecycle=protected(protect),
            tags=label.tags("cluster"),
        )
        if reasons := _waivers(config, access):
            waive(self._cluster, **reasons)

    @cached_property
    def security_group_id(self) -> str:
        """Group that EKS has made for the control plane, a token until apply."""
        return str(self._cluster.vpc_config.cluster_security_group_id)

    @cached_property
    def service_cidr(self) -> str:
        """Addresses of Kubernetes services, a token until apply."""
        return str(self._cluster.kubernetes_network_config.service_ipv4_cidr)


class ExistingCluster(Cluster):
    """Look up a cluster; a plan fails when it is not what the environment file says."""

    def __init__(self, scope: Construct, id_: str, *, config: ExistingClusterConfig, version: str, vpc_id: str) -> None:
        super().__init__(scope, id_)
        self._cluster: DataAwsEksCluster = DataAwsEksCluster(self, "cluster", name=config.name)
        name = f"cluster {config.name}"
        self._cluster.lifecycle = musts(
            (f'self.vpc_config[0].vpc_id == "{vpc_id}"', f"{name} must be in {vpc_id}, as network.existing says."),
            (f'self.version == "{version}"', f"{name} has Kubernetes ${{self.version}}, want eks.version {version}."),
            (
                'self.access_config[0].authentication_mode != "CONFIG_MAP"',
                f"{name} must have authentication mode API or API_AND_CONFIG_MAP.",
            ),
        )

    @cached_property
    def security_group_id(self) -> str:
        """Group that EKS has made for the control plane, which nodes are in, too."""
        return str(self._cluster.vpc_config.get(0).cluster_security_group_id)

    @cached_property
    def service_cidr(self) -> str:
        """Addresses of Kubernetes services."""
        return str(self._cluster.kubernetes_network_config.get(0).service_ipv4_cidr)


def _service_network(config: EksConfig) -> EksClusterKubernetesNetworkConfig | None:
    if config.service_cidr is None:
        return None
    return EksClusterKubernetesNetworkConfig(ip_family="ipv4", service_ipv4_cidr=str(config.service_cidr))


def _waivers(config: EksConfig, access: EksAccessConfig) -> dict[str, str]:
    reasons = {}
    if config.version not in _KNOWN_TO_CHECKOV:
        reasons["CKV_AWS_339"] = f"EKS supports {config.version}; checkov's list of versions is older."
    if access.public_api_cidrs:
        reasons["CKV_AWS_39"] = "Those in access.public_api_cidrs are meant to reach the API from outside."
    if any(cidr.prefixlen == 0 for cidr in access.public_api_cidrs):
        reasons["CKV_AWS_38"] = "Everybody is meant to reach the API (access.allow_public)."
    return reasons
