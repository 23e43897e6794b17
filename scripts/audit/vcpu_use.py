"""vCPUs that the environment's nodes use, and may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from config.autoscaling_ec2 import HEAD_TYPE, AutoscalingEc2Config
from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.node_groups import node_groups
from config.vcpu_quotas import VcpuQuota, vcpu_quota_of
from scripts.audit.declared_nodes import declared_names, declared_nodes, most_of, ray_type_of, ray_types
from scripts.inventory import Inventory
from scripts.inventory.eks_made import node_group_of
from scripts.inventory.instances import RUNNING
from scripts.inventory.reading import NotReadableError, Unreadable, readable


@dataclass(frozen=True)
class VcpuUse:
    """Of one quota."""

    quota: VcpuQuota
    used: float
    """In the whole account: CloudWatch's figure, or that of our own nodes when it is more, for CloudWatch is late."""
    more: int
    """For declared nodes that do not run, for workers that Ray's autoscaler may still make, and for one replacement
    of the largest node that Terraform makes."""


@dataclass
class _Wanted:
    """Instance types that count against one quota."""

    fixed: dict[str, str] = field(default_factory=dict)
    """Of the nodes that Terraform makes, by name."""
    made: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Of Ray's node types, by name, and how many nodes of one there may be."""


def node_group_uses(inventory: Inventory, config: KuberayEksConfig, *, spot: bool) -> Iterator[VcpuUse]:
    """Use of every quota that node groups count against, each with as many nodes as it may have; types of a group are
    of one size. Raises NotReadableError.
    """
    nodes = [node for node in readable(inventory.nodes.instances) if node.state in RUNNING]
    wanted: dict[VcpuQuota, int] = {}
    for group in node_groups(config):
        quota = vcpu_quota_of(group.instance_types[0], spot=spot) if group.spot == spot else None
        if quota is not None:
            wanted[quota] = wanted.get(quota, 0) + group.bounds.most * _vcpus(inventory, group.instance_types[0])
    for quota, most in wanted.items():
        counted = [node for node in nodes if vcpu_quota_of(node.instance_type, spot=node.spot) == quota]
        own = _sum(inventory, (node.instance_type for node in counted if node_group_of(config, node.tags)))
        used = max(readable(inventory.quotas.vcpus_in_use).get(quota.code, 0), own)
        yield VcpuUse(quota=quota, used=used, more=max(most - own, 0))


def vcpu_uses(inventory: Inventory, config: Ec2ClusterConfig, *, spot: bool) -> Iterator[VcpuUse]:
    """Use of every quota that declared nodes count against. Raises NotReadableError."""
    nodes = [node for node in readable(inventory.nodes.instances) if node.state in RUNNING]
    names = {node.name for node in declared_nodes(inventory, config) if node.instance.state in RUNNING}
    for quota, wanted in _wanted(config, spot=spot).items():
        counted = [node for node in nodes if vcpu_quota_of(node.instance_type, spot=node.spot) == quota]
        by_ray = _sum(inventory, (node.instance_type for node in counted if ray_type_of(node, config)))
        missing = [type_ for name, type_ in wanted.fixed.items() if name not in names]
        replaced = max((_vcpus(inventory, type_) for type_ in wanted.fixed.values()), default=0)
        yield VcpuUse(
            quota=quota,
            used=max(
                readable(inventory.quotas.vcpus_in_use).get(quota.code, 0),
                _sum(inventory, (node.instance_type for node in counted)),
            ),
            more=_sum(inventory, missing) + replaced + max(_most_by_ray(inventory, config, wanted) - by_ray, 0),
        )


def _wanted(config: Ec2ClusterConfig, *, spot: bool) -> dict[VcpuQuota, _Wanted]:
    """What is declared, by the quota that it counts against."""
    found: dict[VcpuQuota, _Wanted] = {}
    for name, declaration in declared_names(config).items():
        type_ = declaration.settings.instance_type
        quota = vcpu_quota_of(type_, spot=spot) if declaration.spot == spot else None
        if quota is not None:
            found.setdefault(quota, _Wanted()).fixed[name] = type_
    for node_type in ray_types(config).values():
        type_ = node_type.settings.instance_type
        quota = vcpu_quota_of(type_, spot=spot) if node_type.spot == spot else None
        if quota is not None:
            found.setdefault(quota, _Wanted()).made[node_type.name] = (type_, most_of(node_type))
    return found


def _most_by_ray(inventory: Inventory, config: FoundationConfig, wanted: _Wanted) -> int:
    """vCPUs of as many nodes as Ray may make at most, the largest types first: a limit bounds all types together."""
    left = config.max_workers if isinstance(config, AutoscalingEc2Config) else 0
    vcpus = 0
    sizes = [(_vcpus(inventory, type_), name, most) for name, (type_, most) in wanted.made.items()]
    for size, name, most in sorted(sizes, reverse=True):
        count = most if name == HEAD_TYPE else min(most, left)
        left -= 0 if name == HEAD_TYPE else count
        vcpus += size * count
    return vcpus


def _sum(inventory: Inventory, types: Iterable[str]) -> int:
    return sum(_vcpus(inventory, type_) for type_ in types)


def _vcpus(inventory: Inventory, instance_type: str) -> int:
    vcpus = readable(inventory.quotas.vcpus_of_types)
    if instance_type not in vcpus:
        raise NotReadableError(Unreadable("ec2:DescribeInstanceTypes", "no answer: not a type", instance_type))
    return vcpus[instance_type]
