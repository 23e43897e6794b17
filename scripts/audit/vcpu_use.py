"""vCPUs that the environment's nodes use, and may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from config.static_ec2 import StaticEc2Config
from config.vcpu_quotas import VcpuQuota, vcpu_quota_of
from scripts.audit.declared_nodes import declared_names
from scripts.inventory import Inventory
from scripts.inventory.reading import NotReadableError, Unreadable, readable

RUNNING = frozenset({"pending", "running"})
"""States that count. https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html"""


@dataclass(frozen=True)
class VcpuUse:
    """Of one quota."""

    quota: VcpuQuota
    used: float
    """In the whole account: CloudWatch's figure, or that of our own nodes when it is more, for CloudWatch is late."""
    more: int
    """For declared nodes that do not run, and for one replacement of the largest type."""


def vcpu_uses(inventory: Inventory, config: StaticEc2Config, *, spot: bool) -> Iterator[VcpuUse]:
    """Use of every quota that declared nodes count against. Raises NotReadableError."""
    nodes = [node for node in readable(inventory.nodes.instances) if node.state in RUNNING]
    names = {node.name for node in nodes}
    for quota, wanted in _wanted(config, spot=spot).items():
        own = [node.instance_type for node in nodes if vcpu_quota_of(node.instance_type, spot=node.spot) == quota]
        missing = [type_ for name, type_ in wanted.items() if name not in names]
        yield VcpuUse(
            quota=quota,
            used=max(readable(inventory.quotas.vcpus_in_use).get(quota.code, 0), _sum(inventory, own)),
            more=_sum(inventory, missing) + max(_vcpus(inventory, type_) for type_ in wanted.values()),
        )


def _wanted(config: StaticEc2Config, *, spot: bool) -> dict[VcpuQuota, dict[str, str]]:
    """Instance types of the declared nodes by name, by the quota that they count against."""
    found: dict[VcpuQuota, dict[str, str]] = {}
    for name, declaration in declared_names(config).items():
        type_ = declaration.settings.instance_type
        quota = vcpu_quota_of(type_, spot=spot) if declaration.spot == spot else None
        if quota is not None:
            found.setdefault(quota, {})[name] = type_
    return found


def _sum(inventory: Inventory, types: Iterable[str]) -> int:
    return sum(_vcpus(inventory, type_) for type_ in types)


def _vcpus(inventory: Inventory, instance_type: str) -> int:
    vcpus = readable(inventory.quotas.vcpus_of_types)
    if instance_type not in vcpus:
        raise NotReadableError(Unreadable("ec2:DescribeInstanceTypes", "no answer: not a type", instance_type))
    return vcpus[instance_type]
