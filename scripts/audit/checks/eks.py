"""EKS clusters in the VPC: that of the environment, and those of others.

One that an environment uses and does not manage is its owner's business.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.inventory import Inventory
from scripts.inventory.eks import UNSUPPORTED, EksCluster
from scripts.inventory.reading import each, mapped, readable


@check(
    "eks.endpoint_private",
    severity=Severity.HIGH,
    standards=("FSBP EKS.1", "Config eks-endpoint-no-public-access"),
    setting="access",
    optional=True,
)
def endpoint_private(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The endpoint of the control plane is not reached from the internet, but from `access.public_api_cidrs`.

    Why: one stolen token is then enough, from anywhere.

    Fix: `aws eks update-cluster-config --resources-vpc-config endpointPublicAccess=false,endpointPrivateAccess=true`.
    """
    for cluster in _clusters(inventory, config):
        wanted = None
        if isinstance(config, KuberayEksConfig) and cluster.name == config.cluster_name:
            wanted = tuple(sorted(map(str, config.access.public_api_cidrs))) or None
        yield expect(cluster.name, "ranges that reach its endpoint", cluster.public_cidrs, wanted)


@check(
    "eks.version_supported",
    severity=Severity.HIGH,
    standards=("FSBP EKS.2", "Config eks-cluster-supported-version"),
    optional=True,
)
def version_supported(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """AWS still supports the Kubernetes version.

    Why: nobody mends holes in an old one, and AWS upgrades it on a day that it chooses.

    Fix: `aws eks update-cluster-version`, one version at a time.
    """
    for cluster in _clusters(inventory, config):
        supported = mapped(cluster.support, lambda support: support != UNSUPPORTED)
        yield expect(cluster.name, f"support of Kubernetes {cluster.version}", supported, True)


@check(
    "eks.secrets_encrypted",
    severity=Severity.MEDIUM,
    standards=("FSBP EKS.3", "Config eks-secrets-encrypted"),
    optional=True,
)
def secrets_encrypted(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Kubernetes secrets are encrypted with a key of the account.

    Why: who may use the key then decides who can read them, and the key can be revoked.

    Fix: `aws eks associate-encryption-config`; it cannot be taken back.
    """
    for cluster in _clusters(inventory, config):
        yield Verdict(
            cluster.name, cluster.secrets_key_arn is not None, f"key of its secrets is {shown(cluster.secrets_key_arn)}"
        )


@check("eks.audit_logged", severity=Severity.MEDIUM, standards=("FSBP EKS.8",), optional=True)
def audit_logged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The audit log of the control plane is kept.

    Why: without it nobody can say later who did what in the cluster.

    Fix: `aws eks update-cluster-config --logging`, with the type `audit`.
    """
    for cluster in _clusters(inventory, config):
        yield Verdict(cluster.name, "audit" in cluster.logs, f"logs that are kept: {shown(cluster.logs)}")


def _clusters(inventory: Inventory, config: FoundationConfig) -> Iterator[EksCluster]:
    of_others = ""
    if isinstance(config, KuberayEksConfig) and not config.makes_cluster:
        of_others = config.cluster_name
    return (cluster for cluster in each(readable(inventory.eks_clusters)) if cluster.name != of_others)
