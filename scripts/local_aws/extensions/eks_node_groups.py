"""Managed node groups of EKS clusters."""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from scripts.local_aws.extensions import eks_scaling
from scripts.local_aws.extensions.eks_access import let_nodes_in
from scripts.local_aws.extensions.eks_clusters import Cluster, need_cluster
from scripts.local_aws.extensions.eks_network import need_subnets
from scripts.local_aws.extensions.eks_node_refusals import check_image, check_settings, check_version
from scripts.local_aws.extensions.eks_refusals import IN_USE, INVALID, NOT_FOUND, check_role
from scripts.local_aws.extensions.eks_templates import Template, find_template
from scripts.local_aws.extensions.eks_updates import note_update
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, page

GROUP = "{0}/clusters/(?P<name>[^/]+)/node-groups/(?P<nodegroupName>[^/]+)"
RELEASE_DATE = "20260917"
"""Of the image for nodes: its release is called after it."""

url_paths[f"{GROUP}/update-version$"] = EKSResponse.dispatch


@op(EKSResponse, replaces=True)
def create_nodegroup(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html"""
    cluster, name = need_cluster(self, params["clusterName"]), params["nodegroupName"]
    if name in cluster.node_groups:
        message = f"NodeGroup already exists with name {name} and cluster name {cluster.name}"
        raise AwsError(IN_USE, message)
    need_subnets(self, params["subnets"])
    check_role(self, params["nodeRole"])
    check_settings(params)
    template = find_template(self, params["launchTemplate"]) if params.get("launchTemplate") else None
    group = _described(cluster, params, template)
    check_image(params, group, template)
    check_version(cluster, group["version"])
    let_nodes_in(cluster, params["nodeRole"])
    eks_scaling.create(self, group)
    cluster.node_groups[name] = group
    return {"nodegroup": group}


@op(EKSResponse, replaces=True)
def describe_nodegroup(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeNodegroup.html"""
    return {"nodegroup": _group(need_cluster(self, params["clusterName"]), params)}


@op(EKSResponse, replaces=True)
def list_nodegroups(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListNodegroups.html"""
    names, rest = page(sorted(need_cluster(self, params["clusterName"]).node_groups), params)
    return {"nodegroups": names, **rest}


@op(EKSResponse, replaces=True)
def update_nodegroup_config(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html"""
    cluster = need_cluster(self, params["clusterName"])
    group = _group(cluster, params)
    labels, taints = params.get("labels") or {}, params.get("taints") or {}
    scaling = {**group["scalingConfig"], **(params.get("scalingConfig") or {})}
    check_settings({**params, "scalingConfig": scaling, "taints": taints.get("addOrUpdateTaints")})
    group["labels"].update(labels.get("addOrUpdateLabels") or {})
    for key in labels.get("removeLabels") or []:
        group["labels"].pop(key, None)
    _change_taints(group, taints)
    group["scalingConfig"] = scaling
    copy_given(params, group, ["updateConfig", "nodeRepairConfig"])
    group["modifiedAt"] = utcnow()
    eks_scaling.scale(self, group)
    values = {"MinSize": scaling["minSize"], "MaxSize": scaling["maxSize"], "DesiredSize": scaling["desiredSize"]}
    return {"update": note_update(cluster, "ConfigUpdate", values)}


@op(EKSResponse)
def update_nodegroup_version(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupVersion.html"""
    cluster = need_cluster(self, params["clusterName"])
    group = _group(cluster, params)
    if wanted := params.get("launchTemplate"):
        _change_template(self, group, wanted)
    version = params.get("version") or (group["version"] if wanted else cluster.document["version"])
    check_version(cluster, version)
    group["version"] = version
    if group["amiType"] != "CUSTOM":
        group["releaseVersion"] = params.get("releaseVersion") or release_of(version)
    group["modifiedAt"] = utcnow()
    values = {"Version": version, "ReleaseVersion": group["releaseVersion"]}
    return {"update": note_update(cluster, "VersionUpdate", values)}


@op(EKSResponse, replaces=True)
def delete_nodegroup(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteNodegroup.html"""
    cluster = need_cluster(self, params["clusterName"])
    group = _group(cluster, params)
    eks_scaling.delete(self, group)
    del cluster.node_groups[group["nodegroupName"]]
    return {"nodegroup": {**group, "status": "DELETING"}}


def release_of(version: str) -> str:
    """Release of the image for the nodes of a Kubernetes version."""
    return f"{version}.4-{RELEASE_DATE}"


def _group(cluster: Cluster, params: Params) -> Params:
    name = params["nodegroupName"]
    return need(cluster.node_groups, name, NOT_FOUND, f"No node group found for name: {name}.")


def _described(cluster: Cluster, params: Params, template: Template | None) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html"""
    name, unique = params["nodegroupName"], str(uuid.uuid4())
    version = params.get("version") or cluster.document["version"]
    image = template.data.get("ImageId") if template else None
    group: Params = {
        "nodegroupName": name,
        "nodegroupArn": cluster.arn_of("nodegroup", name, unique),
        "clusterName": cluster.name,
        "version": version,
        "releaseVersion": image or params.get("releaseVersion") or release_of(version),
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "status": "ACTIVE",
        "capacityType": params.get("capacityType") or "ON_DEMAND",
        "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 2, **(params.get("scalingConfig") or {})},
        "subnets": params["subnets"],
        "amiType": "CUSTOM" if image else params.get("amiType") or "AL2023_x86_64_STANDARD",
        "nodeRole": params["nodeRole"],
        "labels": params.get("labels") or {},
        "resources": {"autoScalingGroups": [{"name": f"eks-{name}-{unique}"}]},
        "health": {"issues": []},
        "updateConfig": params.get("updateConfig") or {"maxUnavailable": 1},
        "tags": params.get("tags") or {},
    }
    copy_given(params, group, ["instanceTypes", "taints", "remoteAccess", "nodeRepairConfig", "warmPoolConfig"])
    if template:
        group["launchTemplate"] = template.described
    else:
        group["diskSize"] = params.get("diskSize") or 20
    if not (template and template.data.get("InstanceType")):
        group.setdefault("instanceTypes", ["t3.medium"])
    return group


def _change_taints(group: Params, given: Params) -> None:
    """A taint is its key and its effect."""
    added, removed = given.get("addOrUpdateTaints") or [], given.get("removeTaints") or []
    named = {(taint["key"], taint["effect"]) for taint in [*added, *removed]}
    kept = [taint for taint in group.get("taints", []) if (taint["key"], taint["effect"]) not in named]
    group["taints"] = [*kept, *added]


def _change_template(self: Any, group: Params, wanted: Params) -> None:
    before = group.get("launchTemplate")
    if before is None:
        raise AwsError(INVALID, "You cannot specify a launch template for a node group that was made without one")
    template = find_template(self, wanted)
    if template.described["id"] != before["id"]:
        raise AwsError(
            INVALID, f"You cannot change the launch template {before['id']} of a node group, only its version"
        )
    group["launchTemplate"] = template.described
    if image := template.data.get("ImageId"):
        group["releaseVersion"] = image
    eks_scaling.replace(self, group)
