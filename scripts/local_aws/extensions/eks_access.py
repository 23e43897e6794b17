"""Access entries of EKS clusters: which IAM principals may use the Kubernetes API, and by which access policies."""

from __future__ import annotations

import re
import uuid
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from scripts.local_aws.extensions.eks_clusters import Cluster, need_cluster
from scripts.local_aws.extensions.eks_refusals import IN_USE, INVALID, NOT_FOUND
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, need, op, page

ENTRIES = "{0}/clusters/(?P<name>[^/]+)/access-entries"
POLICY_ARN = "arn:aws:eks::aws:cluster-access-policy/"
POLICIES = ("AmazonEKSAdminPolicy", "AmazonEKSAdminViewPolicy", "AmazonEKSClusterAdminPolicy", "AmazonEKSEditPolicy",
            "AmazonEKSViewPolicy", "AmazonPrometheusScraperPolicy")  # fmt: skip
"""https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""
CLUSTER_WIDE = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminViewPolicy")
TYPES = ("STANDARD", "FARGATE_LINUX", "EC2_LINUX", "EC2_WINDOWS", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")
PRINCIPAL = re.compile(r"arn:aws:iam::\d{12}:(user|role)/.+")

url_paths[f"{ENTRIES}$"] = EKSResponse.dispatch
# Which operation it is, moto reads off the raw path: here an ARN's slash cannot be told from the others.
url_paths[f"{ENTRIES}/(?P<principalArn>.+)$"] = EKSResponse.dispatch
url_paths["{0}/access-policies$"] = EKSResponse.dispatch


@op(EKSResponse)
def create_access_entry(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html"""
    cluster, principal = _cluster(self, params), params["principalArn"]
    kind = params.get("type") or "STANDARD"
    _refuse_principal(self, principal)
    if principal in cluster.access_entries:
        raise AwsError(IN_USE, "The specified access entry resource is already in use on this cluster.")
    if kind not in TYPES:
        raise AwsError(INVALID, f"Invalid access entry type: {kind}")
    groups = params.get("kubernetesGroups") or []
    if kind != "STANDARD" and groups:
        raise AwsError(INVALID, f"Kubernetes groups cannot be given for an access entry of type {kind}")
    _refuse_groups(groups)
    return {"accessEntry": _add(cluster, principal, kind, params)}


@op(EKSResponse)
def describe_access_entry(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAccessEntry.html"""
    return {"accessEntry": _entry(_cluster(self, params), params)}


@op(EKSResponse)
def update_access_entry(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAccessEntry.html"""
    entry = _entry(_cluster(self, params), params)
    _refuse_groups(params.get("kubernetesGroups") or [])
    copy_given(params, entry, ["kubernetesGroups", "username"])
    entry["modifiedAt"] = utcnow()
    return {"accessEntry": entry}


@op(EKSResponse)
def delete_access_entry(self: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteAccessEntry.html"""
    cluster = _cluster(self, params)
    _entry(cluster, params)
    del cluster.access_entries[params["principalArn"]]
    cluster.policies.pop(params["principalArn"], None)


@op(EKSResponse)
def list_access_entries(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAccessEntries.html"""
    cluster, policy = _cluster(self, params), params.get("associatedPolicyArn")
    found = [each for each in cluster.access_entries if policy is None or policy in cluster.policies.get(each, {})]
    principals, rest = page(sorted(found), params)
    return {"accessEntries": principals, **rest}


@op(EKSResponse)
def associate_access_policy(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateAccessPolicy.html"""
    cluster, principal = _cluster(self, params), params["principalArn"]
    _refuse_policy(_entry(cluster, params), params)
    policy = _associate(cluster, principal, params["policyArn"], params["accessScope"])
    return {"clusterName": cluster.name, "principalArn": principal, "associatedAccessPolicy": policy}


@op(EKSResponse)
def disassociate_access_policy(self: Any, params: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DisassociateAccessPolicy.html"""
    cluster = _cluster(self, params)
    _entry(cluster, params)
    policies, policy = cluster.policies.get(params["principalArn"], {}), params["policyArn"]
    need(policies, policy, NOT_FOUND, "The specified associatedAccessPolicy could not be found.")
    del policies[policy]


@op(EKSResponse)
def list_associated_access_policies(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAssociatedAccessPolicies.html"""
    cluster, principal = _cluster(self, params), params["principalArn"]
    _entry(cluster, params)
    policies, rest = page(list(cluster.policies.get(principal, {}).values()), params)
    return {"clusterName": cluster.name, "principalArn": principal, "associatedAccessPolicies": policies, **rest}


@op(EKSResponse)
def list_access_policies(_self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_ListAccessPolicies.html"""
    policies, rest = page([{"name": name, "arn": f"{POLICY_ARN}{name}"} for name in POLICIES], params)
    return {"accessPolicies": policies, **rest}


def let_in_as_admin(response: Any, cluster: Cluster) -> None:
    """Whoever made the cluster is its administrator."""
    principal = _caller(response)
    _add(cluster, principal, "STANDARD", {})
    _associate(cluster, principal, f"{POLICY_ARN}AmazonEKSClusterAdminPolicy", {"type": "cluster"})


def let_nodes_in(cluster: Cluster, node_role: str) -> None:
    """The entry that EKS makes for the role of a managed node group.

    https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
    """
    if cluster.has_access_entries and node_role not in cluster.access_entries:
        _add(cluster, node_role, "EC2_LINUX", {})


def let_service_in(cluster: Cluster, principal: str, policy: str) -> None:
    """The entry that another service of AWS makes for its service-linked role."""
    if cluster.has_access_entries:
        _add(cluster, principal, "STANDARD", {})
        _associate(cluster, principal, f"{POLICY_ARN}{policy}", {"type": "cluster"})


def shut_service_out(cluster: Cluster, principal: str) -> None:
    """Take that entry away."""
    cluster.access_entries.pop(principal, None)
    cluster.policies.pop(principal, None)


def _cluster(self: Any, params: Params) -> Cluster:
    cluster = need_cluster(self, params["clusterName"])
    if not cluster.has_access_entries:
        message = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]"
        raise AwsError("InvalidRequestException", message)
    return cluster


def _entry(cluster: Cluster, params: Params) -> Params:
    principal = params["principalArn"]
    message = f"The specified principalArn could not be found. You tried to access {principal}"
    return need(cluster.access_entries, principal, NOT_FOUND, message)


def _add(cluster: Cluster, principal: str, kind: str, params: Params) -> Params:
    _, _, name = principal.partition(":iam::")
    account, _, path = name.partition(":")
    role, user = path.split("/", 1)
    nodes = kind != "STANDARD"
    entry = cluster.access_entries[principal] = {
        "clusterName": cluster.name,
        "principalArn": principal,
        "kubernetesGroups": ["system:nodes"] if nodes else params.get("kubernetesGroups") or [],
        "accessEntryArn": cluster.arn_of("access-entry", role, account, user.split("/")[-1], str(uuid.uuid4())),
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "tags": params.get("tags") or {},
        "username": params.get("username") or ("system:node:{{EC2PrivateDNSName}}" if nodes else _username(principal)),
        "type": kind,
    }
    return entry


def _username(principal: str) -> str:
    """Of a role, sessions are told apart by their names."""
    if ":role/" not in principal:
        return principal
    name = principal.rpartition("/")[2]
    return f"{principal.split(':role/')[0].replace(':iam:', ':sts:')}:assumed-role/{name}/{{{{SessionName}}}}"


def _associate(cluster: Cluster, principal: str, policy_arn: str, scope: Params) -> Params:
    policies = cluster.policies.setdefault(principal, {})
    made = policies.get(policy_arn, {}).get("associatedAt") or utcnow()
    described = {"type": scope["type"], "namespaces": scope.get("namespaces") or []}
    policies[policy_arn] = {
        "policyArn": policy_arn,
        "accessScope": described,
        "associatedAt": made,
        "modifiedAt": utcnow(),
    }
    return policies[policy_arn]


def _refuse_policy(entry: Params, params: Params) -> None:
    name, scope = params["policyArn"].removeprefix(POLICY_ARN), params["accessScope"]
    if name not in POLICIES:
        raise AwsError(INVALID, f"The policyArn parameter format is not valid: {params['policyArn']}")
    if entry["type"] != "STANDARD":
        raise AwsError(INVALID, f"Access policies cannot be associated with an access entry of type {entry['type']}")
    by_namespace = scope["type"] == "namespace"
    if by_namespace and name in CLUSTER_WIDE:
        raise AwsError(INVALID, f"{name} cannot be associated with the scope of a namespace")
    if by_namespace is not bool(scope.get("namespaces")):
        raise AwsError(INVALID, "Namespaces go with an access scope of type namespace, and only so")


def _refuse_groups(groups: list[str]) -> None:
    for group in groups:
        if group.startswith(("system:", "eks:", "aws:", "amazon:", "iam:")):
            raise AwsError(INVALID, f"The kubernetes group name {group} is invalid, it cannot start with system:")


def _refuse_principal(self: Any, principal: str) -> None:
    if not PRINCIPAL.fullmatch(principal):
        raise AwsError(INVALID, "The principalArn parameter format is not valid")
    iam = iam_backends[self.current_account]["aws"]
    known = {each.arn for each in [*iam.roles.values(), *iam.users.values()]} | {_caller(self)}
    if f"::{self.current_account}:" in principal and principal not in known:
        raise AwsError(INVALID, "The specified principalArn is invalid: invalid principal.")


def _caller(self: Any) -> str:
    """The IAM principal that sent the request: of a session, its role."""
    arn: str = sts_backends[self.current_account]["aws"].get_caller_identity(self.access_key, self.region)[1]
    if ":assumed-role/" in arn:
        account, (_, role, *_session) = arn.split(":")[4], arn.split("/")
        return f"arn:aws:iam::{account}:role/{role}"
    return arn.replace(":sts:", ":iam:")
