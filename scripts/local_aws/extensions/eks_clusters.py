"""EKS clusters: everything of one is kept here as EKS describes it, with its certificate authority.

A cluster is ready at once. moto's own table of clusters holds them, so that they are saved with moto's state.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.eks.models import eks_backends
from moto.eks.responses import EKSResponse

from scripts.local_aws.extensions import eks_network
from scripts.local_aws.extensions.eks_refusals import (
    INVALID,
    NOT_FOUND,
    check_access_config,
    check_encryption,
    check_logging,
    check_role,
    check_service_range,
)
from scripts.local_aws.extensions.eks_versions import DEFAULT_VERSION, check_supported
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, op, page
from scripts.local_aws.identity import ACCOUNT_ID

if TYPE_CHECKING:
    from scripts.local_aws.kubernetes.certificates import Authority

NAME = re.compile(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}")
LOG_TYPES = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
KEPT = ("roleArn", "encryptionConfig", "zonalShiftConfig", "deletionProtection", "remoteNetworkConfig", "computeConfig")
"""Members of CreateCluster that DescribeCluster gives back as they are."""


@dataclass
class Cluster:
    """One cluster, and what belongs to it, in the words of EKS's own answers."""

    document: Params
    """What DescribeCluster says."""
    authority: Authority
    """Signs for the Kubernetes API's server."""
    interfaces: list[str]
    """Network interfaces of the control plane."""
    node_groups: dict[str, Params] = field(default_factory=dict)
    addons: dict[str, Params] = field(default_factory=dict)
    access_entries: dict[str, Params] = field(default_factory=dict)
    """By the ARN of the principal."""
    policies: dict[str, dict[str, Params]] = field(default_factory=dict)
    """Access policies by the ARN of the principal and of the policy."""
    associations: dict[str, Params] = field(default_factory=dict)
    """Pod Identity associations by id."""
    updates: dict[str, Params] = field(default_factory=dict)
    """What was changed, by the id that DescribeUpdate takes."""
    kubernetes: dict[str, Any] = field(default_factory=dict)
    """Objects of the cluster's Kubernetes API."""
    fargate_profiles: dict[str, Any] = field(default_factory=dict)
    fargate_profile_count: int = 0
    """Both are moto's."""

    @property
    def name(self) -> str:
        """Its name in the region."""
        return str(self.document["name"])

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.document["arn"])

    @property
    def host(self) -> str:
        """Host of its Kubernetes API."""
        return str(self.document["endpoint"]).removeprefix("https://")

    @property
    def region(self) -> str:
        """Where it stands."""
        return self.arn.split(":")[3]

    @property
    def has_access_entries(self) -> bool:
        """Whether IAM principals are let in by access entries."""
        return str(self.document["accessConfig"]["authenticationMode"]).startswith("API")

    @property
    def is_active(self) -> bool:
        """Always; moto asks."""
        return True

    def arn_of(self, kind: str, *names: str) -> str:
        """ARN of something in the cluster: those of EKS end in an id of 32 digits, by groups."""
        return ":".join([*self.arn.split(":")[:5], "/".join([kind, self.name, *names])])


def clusters() -> Iterator[Cluster]:
    """Every cluster of the account."""
    for backend in list(eks_backends[ACCOUNT_ID].values()):
        yield from list(backend.clusters.values())


def by_host(host: str) -> Cluster | None:
    """The cluster whose Kubernetes API has this name."""
    return next((cluster for cluster in clusters() if cluster.host == host), None)


def need_cluster(response: Any, name: str) -> Cluster:
    """One cluster of the request's region; refused when there is none."""
    found: Cluster | None = response.eks_backend.clusters.get(name)
    if found is None:
        raise AwsError(NOT_FOUND, f"No cluster found for name: {name}.")
    return found


@op(EKSResponse, replaces=True)
def create_cluster(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html"""
    name, backend = params["name"], self.eks_backend
    _refuse(self, params)
    place = {"endpointPublicAccess": True, "endpointPrivateAccess": False, **params["resourcesVpcConfig"]}
    settled, interfaces = eks_network.settle(self, name, place)
    endpoint = _endpoint(self.region)
    authority = _new_authority(endpoint)
    document = {
        "name": name,
        "arn": f"arn:aws:eks:{self.region}:{self.current_account}:cluster/{name}",
        "createdAt": utcnow(),
        "version": params.get("version") or DEFAULT_VERSION,
        "platformVersion": "eks.9",
        "endpoint": f"https://{endpoint}",
        "resourcesVpcConfig": settled,
        "kubernetesNetworkConfig": _network_config(params.get("kubernetesNetworkConfig") or {}, settled["vpcId"], self),
        "logging": described_logging(params.get("logging") or {}),
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{self.region}.amazonaws.com/id/{endpoint.split('.')[0]}"}},
        "status": "ACTIVE",
        "certificateAuthority": {"data": base64.b64encode(authority.certificate_pem).decode()},
        "tags": params.get("tags") or {},
        "health": {"issues": []},
        "accessConfig": {"authenticationMode": (params.get("accessConfig") or {}).get("authenticationMode", "API")},
        "upgradePolicy": {"supportType": "EXTENDED", **(params.get("upgradePolicy") or {})},
        "deletionProtection": False,
    }
    copy_given(params, document, KEPT)
    cluster = backend.clusters[name] = Cluster(document, authority, interfaces)
    _let_creator_in(self, cluster, params)
    return {"cluster": document}


@op(EKSResponse, replaces=True)
def describe_cluster(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeCluster.html"""
    return {"cluster": need_cluster(self, params["name"]).document}


@op(EKSResponse, replaces=True)
def list_clusters(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html"""
    names, rest = page(sorted(self.eks_backend.clusters), params)
    return {"clusters": names, **rest}


@op(EKSResponse, replaces=True)
def delete_cluster(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteCluster.html"""
    cluster = need_cluster(self, params["name"])
    if cluster.node_groups:
        raise AwsError("ResourceInUseException", "Cluster has nodegroups attached")
    if cluster.document["deletionProtection"]:
        raise AwsError("InvalidRequestException", f"Cluster {cluster.name} has deletion protection enabled")
    del self.eks_backend.clusters[cluster.name]
    eks_network.remove(self, cluster.document["resourcesVpcConfig"], cluster.interfaces)
    return {"cluster": {**cluster.document, "status": "DELETING"}}


def described_logging(given: Params) -> Params:
    """Each type of log is in one of two lists: those that are on, and those that are off."""
    setups = given.get("clusterLogging") or []
    on = {each for setup in setups if setup.get("enabled") for each in setup.get("types") or []}
    parts = [([each for each in LOG_TYPES if (each in on) is enabled], enabled) for enabled in (True, False)]
    return {"clusterLogging": [{"types": types, "enabled": enabled} for types, enabled in parts if types]}


def _refuse(self: Any, params: Params) -> None:
    name = params["name"]
    if name in self.eks_backend.clusters:
        raise AwsError("ResourceInUseException", f"Cluster already exists with name: {name}")
    if not NAME.fullmatch(name):
        raise AwsError(INVALID, f"Invalid cluster name: {name}")
    check_supported(params.get("version"))
    check_role(self, params["roleArn"])
    check_logging(params.get("logging") or {})
    check_encryption(self, params.get("encryptionConfig") or [])
    check_access_config(params.get("accessConfig") or {})


def _endpoint(region: str) -> str:
    return f"{secrets.token_hex(16).upper()}.gr7.{region}.eks.amazonaws.com"


def _new_authority(host: str) -> Authority:
    # Late: most accounts have no cluster, and cryptography's X.509 costs a start 0.1 s.
    from scripts.local_aws.kubernetes.certificates import new_authority

    return new_authority(host)


def _network_config(given: Params, vpc_id: str, self: Any) -> Params:
    ranges = eks_network.ranges_of(self, vpc_id)
    wanted = given.get("serviceIpv4Cidr")
    check_service_range(wanted, ranges)
    chosen = "172.20.0.0/16" if any(each.startswith("10.") for each in ranges) else "10.100.0.0/16"
    return {"serviceIpv4Cidr": chosen, "ipFamily": "ipv4", "elasticLoadBalancing": {"enabled": False}, **given}


def _let_creator_in(self: Any, cluster: Cluster, params: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html"""
    from scripts.local_aws.extensions.eks_access import let_in_as_admin

    wanted = (params.get("accessConfig") or {}).get("bootstrapClusterCreatorAdminPermissions", True)
    if wanted and cluster.has_access_entries:
        let_in_as_admin(self, cluster)
