"""EKS clusters in the VPC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading, mapped
from scripts.inventory.scope import Scope

LIST_CLUSTERS = Read("eks", "ListClusters", items="clusters")
DESCRIBE_CLUSTER = Read("eks", "DescribeCluster", absent=("ResourceNotFoundException",))
DESCRIBE_CLUSTER_VERSIONS = Read("eks", "DescribeClusterVersions", items="clusterVersions")

UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True)
class EksCluster:
    """The control plane of a Kubernetes cluster."""

    name: str
    version: str
    support: Reading[str]
    """Of its version: `STANDARD_SUPPORT`, `EXTENDED_SUPPORT` or `UNSUPPORTED`."""
    public_cidrs: tuple[str, ...] | None
    """Who may try to reach its endpoint from the internet; None when the endpoint is private."""
    secrets_key_arn: str | None
    """Key that Kubernetes secrets are encrypted with, on top of what EKS does to its disks."""
    logs: tuple[str, ...]
    """Kinds of log that are sent to CloudWatch."""


def collect_eks_clusters(reader: Reader, scope: Scope) -> Reading[tuple[Reading[EksCluster], ...]]:
    """Read the clusters of the region that stand in our VPC; only a description says where one stands."""

    def describe(names: list[str]) -> tuple[Reading[EksCluster], ...]:
        answers = [reader.start(DESCRIBE_CLUSTER, name=name) for name in sorted(names)]
        if not answers:
            return ()
        support = reader.start(DESCRIBE_CLUSTER_VERSIONS).parse(_support)
        clusters = (answer.parse(lambda found: _cluster(found, scope.vpc_id, support)) for answer in answers)
        return tuple(cluster for cluster in clusters if cluster is not None)

    return reader.start(LIST_CLUSTERS).parse(describe)


def _support(answer: list[Any]) -> dict[str, str]:
    return {version["clusterVersion"]: version["versionStatus"] for version in answer}


def _cluster(answer: Mapping[str, Any] | None, vpc_id: str, support: Reading[dict[str, str]]) -> EksCluster | None:
    # A cluster elsewhere that is only connected to EKS stands in no VPC.
    if answer is None or "connectorConfig" in answer["cluster"]:
        return None
    cluster = answer["cluster"]
    if cluster["resourcesVpcConfig"]["vpcId"] != vpc_id:
        return None
    place, version = cluster["resourcesVpcConfig"], str(cluster["version"])
    return EksCluster(
        name=cluster["name"],
        version=version,
        # AWS lists no version that it no longer supports.
        support=mapped(support, lambda versions: versions.get(version, UNSUPPORTED)),
        public_cidrs=public_cidrs_of(place),
        secrets_key_arn=secrets_key_of(cluster),
        logs=tuple(sorted(logs_of(cluster))),
    )


def public_cidrs_of(place: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Ranges that reach the public endpoint; None without one."""
    if not place["endpointPublicAccess"]:
        return None
    # Nothing said is everybody.
    return tuple(sorted(place.get("publicAccessCidrs") or ("0.0.0.0/0",)))


def secrets_key_of(cluster: Mapping[str, Any]) -> str | None:
    """Key that Kubernetes secrets are encrypted with; EKS does not show its own."""
    configs = cluster.get("encryptionConfig") or ()
    keys = (str(config["provider"]["keyArn"]) for config in configs if "secrets" in config["resources"])
    return next(keys, None)


def logs_of(cluster: Mapping[str, Any]) -> list[str]:
    """Kinds of log that are sent to CloudWatch."""
    setups = (cluster.get("logging") or {}).get("clusterLogging") or ()
    return [kind for setup in setups if setup["enabled"] for kind in setup["types"]]
