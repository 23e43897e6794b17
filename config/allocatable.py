"""What kubelet offers to pods on a node of EKS: all that the instance has, without what system and kubelet keep.

Source of the formulas: https://github.com/awslabs/amazon-eks-ami (nodeadm/internal/kubelet/config.go).
"""

from __future__ import annotations

from functools import cache

from config.errors import UserError
from config.instance_sizes import InstanceSize, size_of
from config.room import Room

_CPU_RESERVED = ((1000, 600), (2000, 100), (4000, 50), (None, 25))
"""Up to how many thousandths of CPU, what of them kubelet keeps, in hundredths of a percent."""
_MEMORY_RESERVED_MIB = 255
_MEMORY_RESERVED_MIB_PER_POD = 11
_EVICTION_MIB = 100
"""kubelet's evictionHard, memory.available."""
_SMALL_MIB = 64 * 1024
_OVERHEAD_PERMILLE = {True: 75, False: 60}
"""What hypervisor and kernel take of the memory that AWS names, for instances below 64 GiB and others. AWS does not
document it. Karpenter assumes 7.5 %, which small instances come near to; measured on large ones: 1.7 to 5.3 %:
https://github.com/kubernetes-sigs/karpenter/issues/7929 and https://github.com/pytorch/ci-infra/pull/910"""
_MANY_VCPUS = 30
_MOST_PODS = {True: 110, False: 250}
"""EKS's limit for managed node groups, below 30 vCPUs and otherwise:
https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html"""
_DISK_KEPT_PERCENT = 12
"""kubelet's evictionHard keeps 10 % of the disk free (nodefs.available), and XFS takes some for itself."""
_DISK_RESERVED_GIB = 1
"""kubelet's kubeReserved, ephemeral-storage."""


def known_size(instance_type: str) -> InstanceSize:
    """What a type has. Raises UserError for a type that is not known here, which a rule refuses first."""
    size = size_of(instance_type)
    if size is None:
        raise UserError(f"{instance_type} is not among the instance types of config/data; choose another one")
    return size


@cache
def allocatable(instance_type: str) -> Room:
    """What a node offers to pods, DaemonSets among them; less than what it will really be."""
    size = known_size(instance_type)
    there = size.memory_mib * (1000 - _OVERHEAD_PERMILLE[size.memory_mib < _SMALL_MIB]) // 1000
    # The reserve goes by the addresses of the instance, not by EKS's lower limit.
    kept = _MEMORY_RESERVED_MIB + _MEMORY_RESERVED_MIB_PER_POD * size.addresses_for_pods + _EVICTION_MIB
    cpu_millis = size.vcpus * 1000
    return Room(cpu_millis - _reserved_cpu(cpu_millis), there - kept, size.gpus)


def most_pods(instance_type: str) -> int:
    """How many pods a node runs at most, DaemonSets among them."""
    size = known_size(instance_type)
    return min(size.addresses_for_pods, _MOST_PODS[size.vcpus < _MANY_VCPUS])


def allocatable_disk_gib(root_volume_gib: int) -> int:
    """What a root volume of that size offers to pods; less than what it will really be."""
    return root_volume_gib * (100 - _DISK_KEPT_PERCENT) // 100 - _DISK_RESERVED_GIB


def _reserved_cpu(cpu_millis: int) -> int:
    reserved = start = 0
    for end, share in _CPU_RESERVED:
        last = cpu_millis if end is None else min(cpu_millis, end)
        reserved += max(0, last - start) * share // 10000
        start = last
    return reserved
