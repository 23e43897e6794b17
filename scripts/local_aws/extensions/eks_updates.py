"""Changes of EKS clusters, and what EKS says of each change afterwards: all are done at once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from scripts.local_aws.extensions import eks_network
from scripts.local_aws.extensions.eks_clusters import LOG_TYPES, Cluster, described_logging, need_cluster
from scripts.local_aws.extensions.eks_refusals import (
    AUTHENTICATION_MODES,
    INVALID,
    NOT_FOUND,
    check_access_config,
    check_encryption,
    check_logging,
)
from scripts.local_aws.extensions.eks_versions import check_supported, minor
from scripts.local_aws.extensions.plumbing import AwsError, Params, need, op, page

url_paths["{0}/clusters/(?P<name>[^/]+)/updates$"] = EKSResponse.dispatch
url_paths["{0}/clusters/(?P<name>[^/]+)/updates/(?P<updateId>[^/]+)$"] = EKSResponse.dispatch
url_paths["{0}/clusters/(?P<name>[^/]+)/encryption-config/associate$"] = EKSResponse.dispatch

UNCHANGED = "Cluster is already at the desired configuration"


def note_update(cluster: Cluster, kind: str, values: Params) -> Params:
    """What an operation answers that changes something, kept for DescribeUpdate.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_Update.html
    """
    params = [
        {"type": name, "value": value if isinstance(value, str) else json.dumps(value)}
        for name, value in values.items()
        if value is not None
    ]
    update = {
        "id": str(uuid.uuid4()),
        "status": "Successful",
        "type": kind,
        "params": params,
        "createdAt": utcnow(),
        "errors": [],
    }
    cluster.updates[str(update["id"])] = update
    return update


@op(EKSResponse)
def describe_update(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeUpdate.html"""
    updates, wanted = need_cluster(self, params["name"]).updates, params["updateId"]
    return {"update": need(updates, wanted, NOT_FOUND, f"No update found for ID: {wanted}")}


@op(EKSResponse)
def list_updates(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListUpdates.html"""
    ids, rest = page(sorted(need_cluster(self, params["name"]).updates), params)
    return {"updateIds": ids, **rest}


@op(EKSResponse)
def update_cluster_version(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterVersion.html"""
    cluster, wanted = need_cluster(self, params["name"]), params["version"]
    check_supported(wanted)
    now = cluster.document["version"]
    if minor(wanted) != minor(now) + 1:
        raise AwsError(INVALID, f"Unsupported Kubernetes minor version update from {now} to {wanted}")
    cluster.document["version"] = wanted
    return {"update": note_update(cluster, "VersionUpdate", {"Version": wanted, "PlatformVersion": "eks.9"})}


@op(EKSResponse, replaces=True)
def update_cluster_config(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html"""
    cluster = need_cluster(self, params["name"])
    for member, change in CHANGES.items():
        if params.get(member) is not None:
            return {"update": change(self, cluster, params[member])}
    raise AwsError(INVALID, "An update of a cluster names what is to be changed")


@op(EKSResponse)
def associate_encryption_config(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html"""
    cluster, config = need_cluster(self, params["clusterName"]), params["encryptionConfig"]
    check_encryption(self, config)
    if cluster.document.get("encryptionConfig"):
        raise AwsError("InvalidRequestException", "Encryption is already enabled on the cluster")
    cluster.document["encryptionConfig"] = config
    return {"update": note_update(cluster, "AssociateEncryptionConfig", {"EncryptionConfig": config})}


def _place(self: Any, cluster: Cluster, given: Params) -> Params:
    before = cluster.document["resourcesVpcConfig"]
    after = {**before, **{name: value for name, value in given.items() if value is not None}}
    if after["endpointPublicAccess"] and not after["publicAccessCidrs"]:
        after["publicAccessCidrs"] = ["0.0.0.0/0"]
    if after == before:
        raise AwsError(INVALID, UNCHANGED)
    eks_network.check_endpoints(after)
    moved = given.get("subnetIds") is not None or given.get("securityGroupIds") is not None
    if moved:
        cluster.interfaces = eks_network.place_interfaces(self, cluster.name, after, cluster.interfaces)
    cluster.document["resourcesVpcConfig"] = after
    values = {
        "EndpointPublicAccess": after["endpointPublicAccess"],
        "EndpointPrivateAccess": after["endpointPrivateAccess"],
        "PublicAccessCidrs": after["publicAccessCidrs"],
    }
    return note_update(cluster, "VpcConfigUpdate" if moved else "EndpointAccessUpdate", values)


def _logging(_self: Any, cluster: Cluster, given: Params) -> Params:
    """A type of log that the request does not name stays as it is."""
    check_logging(given)
    now = {kind: setup["enabled"] for setup in cluster.document["logging"]["clusterLogging"] for kind in setup["types"]}
    wanted = {kind: bool(setup.get("enabled")) for setup in given["clusterLogging"] for kind in setup["types"]}
    if {**now, **wanted} == now:
        raise AwsError(INVALID, "No changes needed for the logging config provided")
    on = [kind for kind in LOG_TYPES if {**now, **wanted}.get(kind)]
    cluster.document["logging"] = described_logging({"clusterLogging": [{"types": on, "enabled": True}]})
    return note_update(cluster, "LoggingUpdate", {"ClusterLogging": cluster.document["logging"]})


def _access(_self: Any, cluster: Cluster, given: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/userguide/setting-up-access-entries.html"""
    check_access_config(given)
    before, after = cluster.document["accessConfig"]["authenticationMode"], given["authenticationMode"]
    if AUTHENTICATION_MODES.index(after) <= AUTHENTICATION_MODES.index(before):
        message = f"Unsupported authentication mode update from {before} to {after}"
        raise AwsError("InvalidRequestException", message)
    cluster.document["accessConfig"] = {"authenticationMode": after}
    return note_update(cluster, "AccessConfigUpdate", {"AuthenticationMode": after})


def _member(member: str, kind: str, name: str) -> Callable[[Any, Cluster, Any], Params]:
    def change(_self: Any, cluster: Cluster, given: Any) -> Params:
        before = cluster.document.get(member)
        cluster.document[member] = {**(before or {}), **given} if isinstance(given, dict) else given
        return note_update(cluster, kind, {name: given})

    return change


CHANGES: dict[str, Callable[[Any, Cluster, Any], Params]] = {
    "resourcesVpcConfig": _place,
    "logging": _logging,
    "accessConfig": _access,
    "upgradePolicy": _member("upgradePolicy", "UpgradePolicyUpdate", "UpgradePolicy"),
    "zonalShiftConfig": _member("zonalShiftConfig", "ZonalShiftConfigUpdate", "ZonalShiftConfig"),
    "deletionProtection": _member("deletionProtection", "DeletionProtectionUpdate", "DeletionProtection"),
    "kubernetesNetworkConfig": _member("kubernetesNetworkConfig", "AutoModeUpdate", "KubernetesNetworkConfig"),
}
"""How each member of UpdateClusterConfig is carried out; EKS takes one at a time."""
