"""EKS Pod Identity: which IAM role the Pods of a service account take."""

from __future__ import annotations

import secrets
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths

from scripts.local_aws.extensions.eks_clusters import Cluster, need_cluster
from scripts.local_aws.extensions.eks_refusals import IN_USE, NOT_FOUND, check_role
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, page

PATH = "{0}/clusters/(?P<name>[^/]+)/pod-identity-associations"
SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")
"""What a list says of an association: not its role."""
CHANGEABLE = ("roleArn", "disableSessionTags", "targetRoleArn", "policy")

url_paths[f"{PATH}$"] = EKSResponse.dispatch
url_paths[f"{PATH}/(?P<associationId>[^/]+)$"] = EKSResponse.dispatch


@op(EKSResponse)
def create_pod_identity_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html"""
    cluster = need_cluster(self, params["clusterName"])
    return {"association": associate(self, cluster, params)}


@op(EKSResponse)
def describe_pod_identity_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribePodIdentityAssociation.html"""
    return {"association": _association(need_cluster(self, params["clusterName"]), params)}


@op(EKSResponse)
def update_pod_identity_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdatePodIdentityAssociation.html"""
    association = _association(need_cluster(self, params["clusterName"]), params)
    if params.get("roleArn"):
        check_role(self, params["roleArn"])
    copy_given(params, association, CHANGEABLE)
    association["modifiedAt"] = utcnow()
    return {"association": association}


@op(EKSResponse)
def delete_pod_identity_association(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeletePodIdentityAssociation.html"""
    cluster = need_cluster(self, params["clusterName"])
    association = _association(cluster, params)
    del cluster.associations[association["associationId"]]
    return {"association": association}


@op(EKSResponse)
def list_pod_identity_associations(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListPodIdentityAssociations.html"""
    cluster = need_cluster(self, params["clusterName"])
    wanted = {name: params[name] for name in ("namespace", "serviceAccount") if params.get(name)}
    found = [each for each in cluster.associations.values() if wanted.items() <= each.items()]
    chosen, rest = page(found, params)
    return {"associations": [{name: each[name] for name in SUMMARY if name in each} for each in chosen], **rest}


def associate(response: Any, cluster: Cluster, params: Params, owner_arn: str | None = None) -> Params:
    """Bind a role to a service account; `owner_arn` is the add-on that asked for it."""
    account = params["namespace"], params["serviceAccount"]
    if any((each["namespace"], each["serviceAccount"]) == account for each in cluster.associations.values()):
        raise AwsError(IN_USE, "Association already exists: a service account has one role")
    check_role(response, params["roleArn"])
    association_id = "a-" + secrets.token_hex(9)[:17]
    association = cluster.associations[association_id] = {
        "clusterName": cluster.name,
        "namespace": params["namespace"],
        "serviceAccount": params["serviceAccount"],
        "roleArn": params["roleArn"],
        "associationArn": cluster.arn_of("podidentityassociation", association_id),
        "associationId": association_id,
        "tags": params.get("tags") or {},
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "disableSessionTags": False,
    }
    copy_given(params, association, CHANGEABLE)
    if owner_arn:
        association["ownerArn"] = owner_arn
    return association


def _association(cluster: Cluster, params: Params) -> Params:
    wanted = params["associationId"]
    return need(cluster.associations, wanted, NOT_FOUND, f"No pod identity association found for ID: {wanted}")
