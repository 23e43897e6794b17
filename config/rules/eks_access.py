"""Rules over who may reach and use the Kubernetes API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from config.eks_firewall import eks_rules
from config.kuberay_eks import KuberayEksConfig
from config.problems import Problem
from config.rules.access import RULES_PER_GROUP
from config.rules.network import PRIVATE_BLOCKS
from config.rules.nodes import named_twice
from config.rules.registry import rule
from config.security_rules import Direction


@rule("access")
def public_api_is_for_public_addresses(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The public endpoint sees public addresses only: a private range lets nobody in."""
    for index, cidr in enumerate(environment.access.public_api_cidrs):
        if any(cidr.subnet_of(block) for block in PRIVATE_BLOCKS):
            path = ("access", "public_api_cidrs", index)
            yield Problem(path, f"got {cidr}, a private range", "public addresses, or access.client_cidrs for these")


@rule("access")
def api_clients_come_by_ipv4(environment: KuberayEksConfig) -> Iterator[Problem]:
    """The private endpoint has IPv4 addresses."""
    for index, cidr in enumerate(environment.access.client_cidrs):
        if cidr.version != 4:
            yield Problem(("access", "client_cidrs", index), f"got {cidr}", "an IPv4 range: the API has no IPv6")


@rule("access", "eks", "network", "efs", "fsx", "memorydb")
def api_openings_fit_into_a_group(environment: KuberayEksConfig) -> Iterator[Problem]:
    """A range of clients takes one rule."""
    rules = eks_rules(environment)
    for direction in get_args(Direction):
        count = sum(each.group == "control_plane" and each.direction == direction for each in rules)
        if count > RULES_PER_GROUP:
            got = f"got ranges that need {count} {direction} rules"
            yield Problem(("access", "client_cidrs"), got, f"at most {RULES_PER_GROUP} in a group: fewer ranges")


@rule("access")
def admins_are_of_the_cluster(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS takes cluster-admin for the whole cluster only."""
    for name, entry in environment.access.entries.items():
        path = ("access", "entries", name, "namespaces")
        if entry.policy == "cluster-admin" and entry.namespaces:
            yield Problem(path, f"got {len(entry.namespaces)} with cluster-admin", "none, or policy: admin")
        yield from named_twice(path, entry.namespaces, "namespace")


@rule("access")
def principals_are_named_once(environment: KuberayEksConfig) -> Iterator[Problem]:
    """EKS has one access entry for each user or role."""
    first: dict[str, str] = {}
    for name, entry in environment.access.entries.items():
        other = first.setdefault(entry.principal_arn, name)
        if other != name:
            path = ("access", "entries", name, "principal_arn")
            yield Problem(path, f"got {entry.principal_arn}, that of {other}", "each user or role once")
