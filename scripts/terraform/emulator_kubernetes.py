"""What an environment of flavour `kuberay-eks` finds in its account, made on the embedded AWS for a rehearsal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.environment import Environment
    from config.kuberay_eks import KuberayEksConfig


def kubernetes_of(environment: Environment) -> KuberayEksConfig | None:
    """The environment, when it finds a cluster, or people to let into one."""
    from config.kuberay_eks import KuberayEksConfig

    if not isinstance(environment, KuberayEksConfig):
        return None
    return environment if environment.access.entries or not environment.makes_cluster else None


def provide_kubernetes(environment: KuberayEksConfig, endpoint: str) -> None:
    """Make the cluster, in the private subnets that are given, and the principals."""
    from scripts.local_aws.existing_cluster import create_existing_cluster, create_existing_principals

    region = environment.region
    principals = [entry.principal_arn for entry in environment.access.entries.values()]
    create_existing_principals(endpoint, region=region, arns=principals)
    if environment.network.existing is not None and not environment.makes_cluster:
        create_existing_cluster(
            endpoint,
            region=region,
            name=environment.cluster_name,
            version=environment.eks.version,
            subnet_ids=list(environment.network.existing.private_subnets.values()),
            oidc=environment.eks.service_account_roles == "irsa",
        )
