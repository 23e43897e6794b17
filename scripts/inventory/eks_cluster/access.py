"""Access entries: who may use the Kubernetes API, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks_cluster.listed import GONE, Later, later, tags_of
from scripts.inventory.reader import Answer, Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags

LIST_ACCESS_ENTRIES = Read("eks", "ListAccessEntries", items="accessEntries", absent=GONE)
DESCRIBE_ACCESS_ENTRY = Read("eks", "DescribeAccessEntry", absent=GONE)
LIST_ACCESS_POLICIES = Read("eks", "ListAssociatedAccessPolicies", items="associatedAccessPolicies", absent=GONE)


@dataclass(frozen=True)
class AccessPolicy:
    """An access policy of EKS, and where it counts."""

    arn: str
    namespaces: tuple[str, ...]
    """The whole cluster when empty."""


@dataclass(frozen=True)
class AccessEntry:
    """A principal of IAM that may use the API."""

    principal_arn: str
    type: str
    """`STANDARD`, or a kind of node: `EC2_LINUX`."""
    groups: tuple[str, ...]
    """Of Kubernetes, to which RBAC may give more rights."""
    username: str
    created: datetime
    policies: Reading[tuple[AccessPolicy, ...]]
    tags: Tags


def start_access_entries(
    reader: Reader, scope: Scope, environment: KuberayEksConfig
) -> Later[Reading[tuple[Reading[AccessEntry], ...]]]:
    """Describe the entries with their policies."""
    cluster = environment.cluster_name
    known = scope.state.values("aws_eks_access_entry", "principal_arn")
    ours = {*known, *(entry.principal_arn for entry in environment.access.entries.values())}

    def policies_of(principal: str) -> Answer:
        return reader.start(LIST_ACCESS_POLICIES, clusterName=cluster, principalArn=principal)

    def describe(principal: str) -> Answer:
        policies_of(principal)
        return reader.start(DESCRIBE_ACCESS_ENTRY, clusterName=cluster, principalArn=principal)

    def parse(found: Mapping[str, Any]) -> AccessEntry:
        entry = found["accessEntry"]
        return _entry(entry, policies_of(entry["principalArn"]).parse(_policies))

    return later(
        reader.start(LIST_ACCESS_ENTRIES, clusterName=cluster),
        known,
        describe,
        parse,
        lambda principal: principal if environment.makes_cluster or principal in ours else None,
    )


def _entry(entry: Mapping[str, Any], policies: Reading[tuple[AccessPolicy, ...]]) -> AccessEntry:
    return AccessEntry(
        principal_arn=entry["principalArn"],
        type=entry.get("type", "STANDARD"),
        groups=tuple(sorted(entry.get("kubernetesGroups") or ())),
        username=entry.get("username", ""),
        created=entry["createdAt"],
        policies=policies,
        tags=tags_of(entry),
    )


def _policies(answer: list[Any]) -> tuple[AccessPolicy, ...]:
    found = (
        AccessPolicy(each["policyArn"], tuple(sorted((each.get("accessScope") or {}).get("namespaces") or ())))
        for each in answer
    )
    return tuple(sorted(found, key=lambda policy: (policy.arn, policy.namespaces)))
