"""Make on the emulator the EKS cluster that an environment finds in its VPC, and whom it lets into one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from scripts.local_aws.existing_network import client
from scripts.local_aws.identity import ACCOUNT_ID

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ADDONS = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns")
LOG_TYPES: Any = ("api", "audit", "authenticator", "controllerManager", "scheduler")
NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


def create_existing_cluster(
    endpoint: str, *, region: str, name: str, version: str, subnet_ids: Sequence[str], oidc: bool
) -> None:
    """Create a cluster when it is missing, as careful owners keep theirs: private, logged, its secrets encrypted.

    It has the add-ons that every cluster needs, and a node group for them. With `oidc` the account has its OIDC
    provider, too, for roles of service accounts.
    """
    with ExitStack() as stack:
        eks: Any = stack.enter_context(closing(client("eks", endpoint, region)))
        if name in [found for page in eks.get_paginator("list_clusters").paginate() for found in page["clusters"]]:
            return
        iam: IAMClient = stack.enter_context(closing(client("iam", endpoint, region)))
        key = stack.enter_context(closing(client("kms", endpoint, region))).create_key(Description=name)["KeyMetadata"]
        _create(eks, name, version, subnet_ids, _role(iam, f"{name}-cluster", "eks", ["AmazonEKSClusterPolicy"]), key)
        for addon in ADDONS:
            eks.create_addon(clusterName=name, addonName=addon)
        _start_nodes(eks, name, subnet_ids, _role(iam, f"{name}-node", "ec2", NODE_POLICIES))
        if oidc:
            issuer = eks.describe_cluster(name=name)["cluster"]["identity"]["oidc"]["issuer"]
            iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])


def create_existing_principals(endpoint: str, *, region: str, arns: Sequence[str]) -> None:
    """Create what is missing of roles and users of the account, with no rights: those that an environment lets in."""
    with closing(client("iam", endpoint, region)) as iam:
        for arn in arns:
            kind, _, name = arn.rpartition(":")[2].partition("/")
            path, _, name = f"/{name}".rpartition("/")
            if f"::{ACCOUNT_ID}:" not in arn or _is_there(iam, kind, name):
                continue
            if kind == "role":
                iam.create_role(RoleName=name, Path=f"{path}/", AssumeRolePolicyDocument=_trust({"AWS": ACCOUNT_ID}))
            else:
                iam.create_user(UserName=name, Path=f"{path}/")


def _is_there(iam: IAMClient, kind: str, name: str) -> bool:
    try:
        iam.get_role(RoleName=name) if kind == "role" else iam.get_user(UserName=name)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def _create(eks: Any, name: str, version: str, subnet_ids: Sequence[str], role_arn: str, key: Any) -> None:
    eks.create_cluster(
        name=name,
        version=version,
        roleArn=role_arn,
        resourcesVpcConfig={
            "subnetIds": list(subnet_ids),
            "endpointPrivateAccess": True,
            "endpointPublicAccess": False,
        },
        accessConfig={"authenticationMode": "API"},
        encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": key["Arn"]}}],
        logging={"clusterLogging": [{"types": list(LOG_TYPES), "enabled": True}]},
        bootstrapSelfManagedAddons=False,
    )


def _start_nodes(eks: Any, name: str, subnet_ids: Sequence[str], role_arn: str) -> None:
    eks.create_nodegroup(
        clusterName=name,
        nodegroupName="system",
        nodeRole=role_arn,
        subnets=list(subnet_ids),
        instanceTypes=["m7i.large"],
        amiType="AL2023_x86_64_STANDARD",
        scalingConfig={"minSize": 2, "maxSize": 2, "desiredSize": 2},
    )


def _role(iam: IAMClient, name: str, service: str, policies: Sequence[str]) -> str:
    """ARN of a role for a service of AWS, with policies of AWS."""
    document = _trust({"Service": f"{service}.amazonaws.com"})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    for policy in policies:
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/{policy}")
    return role["Arn"]


def _trust(principal: dict[str, str]) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
