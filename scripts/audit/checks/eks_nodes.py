"""Managed node groups: what they are, what they start, and the nodes that run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.declared_roles import node_roles
from scripts.audit.eks.declared import control_planes, declared_groups, eks_of, found_groups
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect, shown
from scripts.audit.wanted import node_subnet_ids
from scripts.inventory import Inventory
from scripts.inventory.reading import each, readable

STALE_DAYS = 60
"""EKS brings out an image about every second week."""


@check("eks.node_groups_active", severity=Severity.HIGH, applies=applies.is_eks, setting="workers")
def node_groups_active(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Every declared node group is there, active, and EKS finds nothing wrong with it.

    Why: pods wait for ever for nodes of a group that cannot start any.

    Fix: apply again; what EKS finds wrong is in the finding.
    """
    found = {group.name: group for group in each(readable(eks_of(inventory).node_groups))}
    for name in declared_groups(config):
        group = found.get(name)
        if group is None:
            yield Verdict(name, False, "the node group is missing")
        else:
            issues = f"; {'; '.join(group.issues)}" if group.issues else ""
            yield Verdict(name, group.status == "ACTIVE" and not issues, f"status is {group.status}{issues}")


@check("eks.no_other_node_groups", severity=Severity.HIGH, applies=applies.makes_eks_cluster, setting="workers")
def no_other_node_groups(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The cluster has no node group but those that are declared.

    Why: pods of the system, and every pod that tolerates anything, may run on nodes that nobody declared.

    Fix: `aws eks delete-nodegroup`; or declare it in `workers`.
    """
    names = {group.name for group in each(readable(eks_of(inventory).node_groups))}
    others = sorted(names - set(declared_groups(config)))
    yield Verdict(config.cluster_name, not others, f"other node groups: {shown(others)}")


@check("eks.node_types_declared", severity=Severity.MEDIUM, applies=applies.is_eks, setting="workers")
def node_types_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups have the declared instance types, on demand or spot as declared.

    Why: pods are as large as the declared type has room for; on a smaller one they wait for ever.

    Fix: `instance_type`, `alternative_instance_types` or `spot` of the group, then apply.
    """
    for group, wanted in found_groups(inventory, config):
        found = (*group.instance_types, group.capacity_type)
        yield expect(group.name, "instance types", found, (*wanted.instance_types, wanted.capacity_type))


@check("eks.node_bounds_declared", severity=Severity.MEDIUM, applies=applies.is_eks, setting="workers")
def node_bounds_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups have the declared least and most nodes.

    Why: above the declared most, the bill grows; below it, Ray asks for workers that no node is started for.

    Fix: `min_nodes` and `max_nodes` of the group, then apply.
    """
    for group, wanted in found_groups(inventory, config):
        yield expect(group.name, "least and most nodes", (group.min_size, group.max_size), tuple(wanted.bounds))


@check("eks.node_labels_declared", severity=Severity.HIGH, applies=applies.is_eks, setting="workers")
def node_labels_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups give their nodes the label by which pods find them.

    Why: pods whose nodeSelector no node fulfils wait for ever.

    Fix: apply again.
    """
    for group, wanted in found_groups(inventory, config):
        found = {key: group.labels.get(key) for key in wanted.labels}
        yield expect(group.name, "labels", _pairs(found), _pairs(dict(wanted.labels)))


@check("eks.node_taints_declared", severity=Severity.HIGH, applies=applies.is_eks, setting="workers")
def node_taints_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups have exactly the declared taints.

    Why: without its taint a group's nodes, GPUs among them, fill up with pods of others; with one more no pod runs.

    Fix: apply again.
    """
    for group, wanted in found_groups(inventory, config):
        got = {f"{key}={value}:{effect}" for key, value, effect in group.taints}
        yield expect(group.name, "taints", got, {f"{key}={value}:NO_SCHEDULE" for key, value in wanted.taints.items()})


@check("eks.node_images_declared", severity=Severity.MEDIUM, applies=applies.is_eks)
def node_images_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups use EKS's image of Amazon Linux 2023 for their architecture, with NVIDIA's driver for GPUs.

    Why: on another image the driver is missing, or nobody mends holes in it.

    Fix: apply again.
    """
    for group, wanted in found_groups(inventory, config):
        yield expect(group.name, "kind of image", group.ami_type, wanted.ami_type)


@check("eks.node_versions_follow", severity=Severity.MEDIUM, applies=applies.is_eks, setting="eks.version")
def node_versions_follow(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups have the Kubernetes version of the control plane.

    Why: the next upgrade of the control plane is refused when nodes are too far behind.

    Fix: `eks.version`, then apply, which replaces the nodes group by group.
    """
    versions = [cluster.version for cluster in control_planes(inventory)]
    for group, _wanted in found_groups(inventory, config):
        for version in versions:
            yield expect(group.name, "Kubernetes", group.version, version)


@check("eks.node_images_fresh", severity=Severity.MEDIUM, applies=applies.is_eks, optional=True)
def node_images_fresh(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """The image of a node group is at most 60 days older than EKS's newest of its kind.

    Why: holes in the kernel and in containerd are mended by new images only.

    Fix: `aws eks update-nodegroup-version --cluster-name … --nodegroup-name …`, which replaces the nodes one by one.
    """
    newest = {image.ami_type: image.day for image in readable(eks_of(inventory).node_images)}
    for group, _wanted in found_groups(inventory, config):
        day = group.release_version.rpartition("-")[2]
        latest = newest.get(group.ami_type)
        if latest is not None and len(day) == len(latest) and day.isdigit():
            age = (_date(latest) - _date(day)).days
            yield Verdict(group.name, age <= STALE_DAYS, f"image is {group.release_version}, newest of {latest}")


@check("eks.node_groups_in_declared_subnets", severity=Severity.HIGH, applies=applies.is_eks, setting="network")
def node_groups_in_declared_subnets(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Node groups start nodes in the private subnets of their zones, and nowhere else.

    Why: a node in a public subnet is one rule away from the internet.

    Fix: `zones` of the group, then apply.
    """
    zones = node_subnet_ids(inventory, config)
    for group, wanted in found_groups(inventory, config):
        subnets = {id_ for id_, zone in zones.items() if zone in wanted.zones}
        yield expect(group.name, "subnets", set(group.subnet_ids), subnets)


@check("eks.node_role_declared", severity=Severity.HIGH, applies=applies.is_eks)
def node_role_declared(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes run with the role for nodes, which has no rights on data.

    Why: whoever gets out of a container has the role of its node.

    Fix: apply again: another role is another node group.
    """
    for group, _wanted in found_groups(inventory, config):
        yield expect(group.name, "role", {group.role_arn.rpartition("/")[2]}, node_roles(config))


@check("eks.nodes_without_ssh", severity=Severity.HIGH, applies=applies.is_eks)
def nodes_without_ssh(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """No node group lets SSH in.

    Why: EKS opens port 22 to everybody when a key is named and no security group is.

    Fix: apply again; Session Manager is the way to a node: `aws ssm start-session --target i-…`.
    """
    for group, _wanted in found_groups(inventory, config):
        yield expect(group.name, "remote access", group.remote_access, False)


def _pairs(labels: dict[str, str | None]) -> list[str]:
    return [f"{key}={value}" for key, value in sorted(labels.items()) if value is not None]


def _date(day: str) -> datetime:
    return datetime.strptime(day, "%Y%m%d")
