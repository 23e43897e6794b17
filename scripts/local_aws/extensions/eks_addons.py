"""Add-ons of EKS clusters."""

from __future__ import annotations

import json
import uuid
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from scripts.local_aws.extensions.eks_addon_versions import check_addon_version, default_version, namespace_of
from scripts.local_aws.extensions.eks_clusters import Cluster, need_cluster
from scripts.local_aws.extensions.eks_pod_identity import associate
from scripts.local_aws.extensions.eks_refusals import IN_USE, INVALID, NOT_FOUND, check_role
from scripts.local_aws.extensions.eks_updates import note_update
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, page

PATH = "{0}/clusters/(?P<name>[^/]+)/addons"
url_paths[f"{PATH}$"] = EKSResponse.dispatch
url_paths[f"{PATH}/(?P<addonName>[^/]+)$"] = EKSResponse.dispatch
url_paths[f"{PATH}/(?P<addonName>[^/]+)/update$"] = EKSResponse.dispatch


@op(EKSResponse)
def create_addon(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html"""
    cluster, name = need_cluster(self, params["clusterName"]), params["addonName"]
    if name in cluster.addons:
        raise AwsError(IN_USE, "Addon already exists.")
    kubernetes = cluster.document["version"]
    version = params.get("addonVersion") or default_version(name, kubernetes)
    check_addon_version(name, version, kubernetes)
    _check(self, params)
    addon: Params = {
        "addonName": name,
        "clusterName": cluster.name,
        "status": "ACTIVE",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": cluster.arn_of("addon", name, str(uuid.uuid4())),
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "tags": params.get("tags") or {},
        "namespaceConfig": {"namespace": (params.get("namespaceConfig") or {}).get("namespace") or namespace_of(name)},
    }
    copy_given(params, addon, ["serviceAccountRoleArn", "configurationValues"])
    addon["podIdentityAssociations"] = _associate(self, cluster, addon, params.get("podIdentityAssociations") or [])
    cluster.addons[name] = addon
    return {"addon": addon}


@op(EKSResponse)
def describe_addon(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddon.html"""
    return {"addon": _addon(need_cluster(self, params["clusterName"]), params)}


@op(EKSResponse)
def list_addons(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAddons.html"""
    names, rest = page(sorted(need_cluster(self, params["clusterName"]).addons), params)
    return {"addons": names, **rest}


@op(EKSResponse)
def update_addon(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html"""
    cluster = need_cluster(self, params["clusterName"])
    addon = _addon(cluster, params)
    _check(self, params)
    if version := params.get("addonVersion"):
        check_addon_version(addon["addonName"], version, cluster.document["version"])
    copy_given(params, addon, ["addonVersion", "serviceAccountRoleArn", "configurationValues"])
    if params.get("podIdentityAssociations") is not None:
        _dissociate(cluster, addon)
        addon["podIdentityAssociations"] = _associate(self, cluster, addon, params["podIdentityAssociations"])
    addon["modifiedAt"] = utcnow()
    values = {
        "AddonVersion": params.get("addonVersion"),
        "ResolveConflicts": params.get("resolveConflicts"),
        "ConfigurationValues": params.get("configurationValues"),
    }
    return {"update": note_update(cluster, "AddonUpdate", values)}


@op(EKSResponse)
def delete_addon(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteAddon.html"""
    cluster = need_cluster(self, params["clusterName"])
    addon = _addon(cluster, params)
    _dissociate(cluster, addon)
    del cluster.addons[addon["addonName"]]
    return {"addon": {**addon, "status": "DELETING"}}


def _addon(cluster: Cluster, params: Params) -> Params:
    message = f"No addon: {params['addonName']} found in cluster: {cluster.name}"
    return need(cluster.addons, params["addonName"], NOT_FOUND, message)


def _associate(self: Any, cluster: Cluster, addon: Params, wanted: list[Params]) -> list[str]:
    """ARNs of the associations that the add-on asked for."""
    namespace = addon["namespaceConfig"]["namespace"]
    made = [associate(self, cluster, {**each, "namespace": namespace}, addon["addonArn"]) for each in wanted]
    return [str(each["associationArn"]) for each in made]


def _dissociate(cluster: Cluster, addon: Params) -> None:
    for association_id, association in list(cluster.associations.items()):
        if association.get("ownerArn") == addon["addonArn"]:
            del cluster.associations[association_id]


def _check(self: Any, params: Params) -> None:
    if params.get("serviceAccountRoleArn"):
        check_role(self, params["serviceAccountRoleArn"])
    values: str = params.get("configurationValues") or "{}"
    try:
        valid = isinstance(json.loads(values), dict)
    except ValueError:
        valid = ":" in values and not values.lstrip().startswith("{")  # YAML is taken, too
    if not valid:
        raise AwsError(INVALID, "ConfigurationValue provided in request is not supported: it is no JSON or YAML object")
