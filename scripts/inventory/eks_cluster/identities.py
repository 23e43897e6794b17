"""Roles of service accounts: by EKS Pod Identity, or by the cluster's OIDC provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from config.service_accounts import service_accounts
from scripts.inventory.eks_cluster.listed import GONE, Later, later, tags_of
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags

LIST_POD_IDENTITIES = Read("eks", "ListPodIdentityAssociations", items="associations", absent=GONE)
DESCRIBE_POD_IDENTITY = Read("eks", "DescribePodIdentityAssociation", absent=GONE)
GET_OIDC_PROVIDER = Read("iam", "GetOpenIDConnectProvider", absent=("NoSuchEntity",))


@dataclass(frozen=True)
class PodIdentity:
    """A Pod Identity association: the role that pods of a service account get."""

    association_id: str
    namespace: str
    service_account: str
    role_arn: str
    target_role_arn: str | None
    """Role that is taken on with it, in another account."""
    owner_arn: str | None
    """The add-on that made it, if one did."""
    tags: Tags


@dataclass(frozen=True)
class OidcProvider:
    """An identity provider of IAM that trusts the cluster's issuer."""

    arn: str
    url: str
    """Without `https://`."""
    audiences: tuple[str, ...]


def start_pod_identities(
    reader: Reader, scope: Scope, environment: KuberayEksConfig
) -> Later[Reading[tuple[Reading[PodIdentity], ...]]]:
    """Describe the associations: the list does not say their roles."""
    cluster = environment.cluster_name
    accounts = {(account.namespace, account.name) for account in service_accounts(environment)}

    def wanted(item: Mapping[str, Any]) -> str | None:
        ours = (item["namespace"], item["serviceAccount"]) in accounts
        in_namespace = item["namespace"] == environment.kuberay.namespace
        return str(item["associationId"]) if environment.makes_cluster or ours or in_namespace else None

    return later(
        reader.start(LIST_POD_IDENTITIES, clusterName=cluster),
        scope.state.values("aws_eks_pod_identity_association", "association_id"),
        lambda id_: reader.start(DESCRIBE_POD_IDENTITY, clusterName=cluster, associationId=id_),
        lambda found: _pod_identity(found["association"]),
        wanted,
    )


def start_oidc_providers(reader: Reader, scope: Scope) -> Later[tuple[Reading[OidcProvider], ...]]:
    """Describe the providers of the state; one that is gone is left out."""
    answers = {
        arn: reader.start(GET_OIDC_PROVIDER, OpenIDConnectProviderArn=arn)
        for arn in scope.state.values("aws_iam_openid_connect_provider", "arn")
    }

    def providers() -> tuple[Reading[OidcProvider], ...]:
        found = [answer.parse(partial(_provider, arn)) for arn, answer in answers.items()]
        return tuple(each for each in found if each is not None)

    return providers


def _pod_identity(association: Mapping[str, Any]) -> PodIdentity:
    return PodIdentity(
        association_id=association["associationId"],
        namespace=association["namespace"],
        service_account=association["serviceAccount"],
        role_arn=association["roleArn"],
        target_role_arn=association.get("targetRoleArn"),
        owner_arn=association.get("ownerArn"),
        tags=tags_of(association),
    )


def _provider(arn: str, document: Mapping[str, Any] | None) -> OidcProvider | None:
    if document is None:
        return None
    audiences = tuple(sorted(document.get("ClientIDList") or ()))
    return OidcProvider(arn, document["Url"].removeprefix("https://"), audiences)
