"""Managed node groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.eks_cluster.listed import GONE, Later, issues_of, later, tags_of
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Tags

LIST_NODE_GROUPS = Read("eks", "ListNodegroups", items="nodegroups", absent=GONE)
DESCRIBE_NODE_GROUP = Read("eks", "DescribeNodegroup", absent=GONE)


@dataclass(frozen=True)
class NodeGroup:
    """A managed node group."""

    name: str
    arn: str
    status: str
    """`ACTIVE`."""
    issues: tuple[str, ...]
    version: str
    """Of Kubernetes."""
    release_version: str
    """Of EKS's image: `1.36.4-20260917`."""
    ami_type: str
    capacity_type: str
    instance_types: tuple[str, ...]
    min_size: int
    max_size: int
    desired_size: int
    labels: Tags
    taints: tuple[tuple[str, str, str], ...]
    """Key, value and effect."""
    subnet_ids: tuple[str, ...]
    role_arn: str
    template_id: str | None
    template_version: int | None
    remote_access: bool
    """Whether EKS lets SSH in, which it does without a launch template only."""
    autoscaling_groups: tuple[str, ...]
    tags: Tags


def start_node_groups(
    reader: Reader, scope: Scope, environment: KuberayEksConfig
) -> Later[Reading[tuple[Reading[NodeGroup], ...]]]:
    """Describe the node groups."""
    cluster = environment.cluster_name
    return later(
        reader.start(LIST_NODE_GROUPS, clusterName=cluster),
        scope.state.values("aws_eks_node_group", "node_group_name"),
        lambda name: reader.start(DESCRIBE_NODE_GROUP, clusterName=cluster, nodegroupName=name),
        lambda found: _node_group(found["nodegroup"]),
        lambda name: name if environment.makes_cluster or name in environment.node_group_names else None,
    )


def _node_group(group: Mapping[str, Any]) -> NodeGroup:
    scaling, template = group["scalingConfig"], group.get("launchTemplate") or {}
    taints = (
        (taint.get("key", ""), taint.get("value", ""), taint.get("effect", "")) for taint in group.get("taints") or ()
    )
    scaling_groups = (group.get("resources") or {}).get("autoScalingGroups") or ()
    return NodeGroup(
        name=group["nodegroupName"],
        arn=group["nodegroupArn"],
        status=group["status"],
        issues=issues_of(group),
        version=group.get("version", ""),
        release_version=group.get("releaseVersion", ""),
        ami_type=group.get("amiType", ""),
        capacity_type=group["capacityType"],
        instance_types=tuple(group.get("instanceTypes") or ()),
        min_size=scaling["minSize"],
        max_size=scaling["maxSize"],
        desired_size=scaling["desiredSize"],
        labels=dict(sorted((group.get("labels") or {}).items())),
        taints=tuple(sorted(taints)),
        subnet_ids=tuple(sorted(group["subnets"])),
        role_arn=group["nodeRole"],
        template_id=template.get("id"),
        template_version=int(template["version"]) if template.get("version") else None,
        remote_access=bool(group.get("remoteAccess")),
        autoscaling_groups=tuple(sorted(each["name"] for each in scaling_groups)),
        tags=tags_of(group),
    )
