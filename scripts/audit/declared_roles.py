"""The roles that an environment declares: who takes them on, and which policies they have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from config.anyscale_arns import expected_arns
from config.anyscale_cloud import CLUSTER_NODE, CONTROL_PLANE, AnyscaleCloudConfig
from config.anyscale_permissions import (
    cluster_node_managed_policies,
    cluster_node_policies,
    control_plane_policies,
    control_plane_trust,
)
from config.ec2_cluster import BASTION, Ec2ClusterConfig
from config.eks_permissions import expected_arns as expected_eks_arns
from config.eks_permissions import managed_policy_arns, service_account_statements
from config.eks_roles import node_managed_policy_arns
from config.foundation import FoundationConfig
from config.kuberay_eks import CLUSTER_ROLE, NODE_ROLE, KuberayEksConfig
from config.ports import TIERS
from config.service_accounts import service_accounts
from scripts.audit import applies

_LAUNCHER = "launcher"
"""Last part of the name of the role with which `ray up` runs."""
_FLOW_LOGS = "flow-logs"


@dataclass(frozen=True)
class DeclaredRole:
    """One role, as the stacks make it."""

    name: str
    inline_policies: frozenset[str]
    """Names."""
    managed_policy_arns: frozenset[str] = frozenset()
    trusts: tuple[str, ...] = ()
    """Who may take it on beside services of AWS, in order: `AWS arn:aws:iam::…:root`."""
    of_nodes: bool = False
    """Whether nodes run with it: only EC2 takes it on, and it must do what nodes need."""
    in_profile: bool = False
    """Whether an instance profile of the same name holds it."""
    of_accounts: bool = False
    """Whether pods of a Kubernetes service account run with it."""
    by_provider: bool = False
    """Whether an identity provider hands it out; `eks.account_roles_bound` says which, and to whom."""
    of_flow_logs: bool = False
    """Whether VPC flow logs are delivered with it: what fails there, the flow log says itself."""


def declared_roles(config: FoundationConfig) -> list[DeclaredRole]:
    """Every role of an environment."""
    roles = list(_own_roles(config))
    if applies.own_vpc(config):
        roles.append(DeclaredRole(config.label.name(_FLOW_LOGS), frozenset({"write"}), of_flow_logs=True))
    return roles


def _own_roles(config: FoundationConfig) -> Iterator[DeclaredRole]:
    if isinstance(config, AnyscaleCloudConfig):
        return _of_cloud(config)
    return _of_eks(config) if isinstance(config, KuberayEksConfig) else _of_cluster(config)


def node_roles(config: FoundationConfig) -> set[str]:
    """Names of the roles that nodes run with."""
    return {role.name for role in declared_roles(config) if role.of_nodes}


def control_plane_role(config: FoundationConfig) -> str | None:
    """Name of the role that Anyscale's control plane takes on; None where there is none."""
    return config.role_name(CONTROL_PLANE) if isinstance(config, AnyscaleCloudConfig) else None


def _of_cluster(config: FoundationConfig) -> Iterator[DeclaredRole]:
    assert isinstance(config, Ec2ClusterConfig)
    nodes = {"node"}
    if any(bucket.node_access != "none" for bucket in config.all_buckets.values()):
        nodes.add("buckets")
    if config.efs is not None:
        nodes.add("efs")
    if config.ray.wheel_source is not None:
        nodes.add("wheels")
    managed = {"head": config.iam.head_managed_policy_arns, "worker": config.iam.worker_managed_policy_arns}
    for tier in TIERS:
        launches = {"autoscaler"} if tier == "head" and applies.is_autoscaling(config) else set()
        yield DeclaredRole(
            config.label.name(tier),
            frozenset(nodes | launches),
            frozenset(managed[tier]),
            of_nodes=True,
            in_profile=True,
        )
    yield from _beside_nodes(config)


def _beside_nodes(config: Ec2ClusterConfig) -> Iterator[DeclaredRole]:
    """Of who runs `ray up`, and of a bastion: one that launches has one role for both."""
    has_bastion = config.access.bastion != "none"
    session = {"session"} if has_bastion else set()
    if applies.is_made_by_ray_up(config):
        yield DeclaredRole(
            config.label.name(_LAUNCHER),
            frozenset({"launch", *session}),
            trusts=tuple(f"AWS {arn}" for arn in sorted(config.iam.launcher_principal_arns)),
            in_profile=has_bastion,
        )
    elif has_bastion:
        yield DeclaredRole(config.label.name(BASTION), frozenset(session), in_profile=True)


def _of_cloud(config: AnyscaleCloudConfig) -> Iterator[DeclaredRole]:
    arns = expected_arns(config)
    trust = (statement.principals["AWS"] for statement in control_plane_trust(config))
    yield DeclaredRole(
        config.role_name(CONTROL_PLANE),
        frozenset(control_plane_policies(config, arns)),
        trusts=tuple(f"AWS {arn}" for arns_of_statement in trust for arn in arns_of_statement),
    )
    yield DeclaredRole(
        config.role_name(CLUSTER_NODE),
        frozenset(cluster_node_policies(config, arns)),
        frozenset(cluster_node_managed_policies(config)),
        of_nodes=True,
        in_profile=True,
    )


def _of_eks(config: KuberayEksConfig) -> Iterator[DeclaredRole]:
    name, place, arns = config.label.name, config.place, expected_eks_arns(config)
    if config.makes_cluster:
        yield DeclaredRole(name(CLUSTER_ROLE), frozenset({"cluster"}))
    # EKS makes the profile of its nodes itself.
    managed = frozenset(node_managed_policy_arns(place))
    yield DeclaredRole(name(NODE_ROLE), frozenset({"session"}), managed, of_nodes=True)
    by_provider = config.eks.service_account_roles == "irsa"
    for account in service_accounts(config):
        part = account.part
        yield DeclaredRole(
            name(part),
            frozenset({part} if service_account_statements(config, part, arns) else ()),
            frozenset(managed_policy_arns(part, place)),
            of_accounts=True,
            by_provider=by_provider,
        )
