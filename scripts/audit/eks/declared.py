"""The cluster that was read, beside the node groups that the environment declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from config.kuberay_eks import KuberayEksConfig
from config.node_groups import NodeGroup as DeclaredGroup
from config.node_groups import node_groups
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import AccessEntry, ControlPlane, Eks, NodeGroup, TemplateVersion
from scripts.inventory.reading import NotReadableError, Unreadable, each, readable

_AT_ONCE = timedelta(minutes=5)
"""EKS lets in whoever makes a cluster while it makes it; others can be let in only when it is active, after about ten
minutes."""


def declared_groups(config: KuberayEksConfig) -> dict[str, DeclaredGroup]:
    """Every node group by its name."""
    return {group.name: group for group in node_groups(config)}


def eks_of(inventory: Inventory) -> Eks:
    """What was read of the cluster; there for every environment of the flavour."""
    assert inventory.eks is not None
    return inventory.eks


def control_planes(inventory: Inventory) -> Iterator[ControlPlane]:
    """The cluster, or none when it is gone. Raises NotReadableError."""
    found = readable(eks_of(inventory).control_plane)
    if found is not None:
        yield found


def found_groups(inventory: Inventory, config: KuberayEksConfig) -> Iterator[tuple[NodeGroup, DeclaredGroup]]:
    """Node groups that are there and declared. Raises NotReadableError, at the end when it is of one of them."""
    declared = declared_groups(config)
    for group in each(readable(eks_of(inventory).node_groups)):
        if group.name in declared:
            yield group, declared[group.name]


def template_of(inventory: Inventory, group: NodeGroup) -> TemplateVersion:
    """The version of the launch template that a node group starts nodes from. Raises NotReadableError."""
    for version in readable(eks_of(inventory).templates):
        if (version.template_id, version.version) == (group.template_id, group.template_version):
            return version
    asked = f"{group.template_id} version {group.template_version}"
    raise NotReadableError(Unreadable("ec2:DescribeLaunchTemplateVersions", "no such version", asked))


def creators(inventory: Inventory, entries: list[AccessEntry]) -> set[str]:
    """Who made the cluster, which EKS makes its admin: the first entry that is not in Terraform's state.

    Terraform keeps no record of it, and it is no finding as long as it came with the cluster. Raises NotReadableError.
    """
    known = inventory.state.values("aws_eks_access_entry", "principal_arn")
    others = [entry for entry in entries if entry.principal_arn not in known and entry.type == "STANDARD"]
    first = min(others, key=lambda entry: entry.created, default=None)
    made = [cluster.created for cluster in control_planes(inventory)]
    return {first.principal_arn} if first is not None and made and first.created - made[0] <= _AT_ONCE else set()
