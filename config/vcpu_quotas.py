"""Which quota an instance type counts against: vCPUs, by group of families, on-demand and spot apart.

Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html; codes and classes as
ListServiceQuotas gives them.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.instance_types import family_of


@dataclass(frozen=True)
class VcpuQuota:
    """A limit of vCPUs that run at the same time."""

    code: str
    families: str
    """In words: `G and VT spot`."""
    usage_class: str
    """Dimension `Class` of CloudWatch's metric of use; empty where none is known."""
    default: int
    """What a new account has."""


_ON_DEMAND = {
    "standard": VcpuQuota("L-1216C47A", "Standard on-demand", "Standard/OnDemand", 5),
    "g": VcpuQuota("L-DB2E81BA", "G and VT on-demand", "G/OnDemand", 0),
    "p": VcpuQuota("L-417A185B", "P on-demand", "P/OnDemand", 0),
    "f": VcpuQuota("L-74FC7D96", "F on-demand", "F/OnDemand", 0),
    "inf": VcpuQuota("L-1945791B", "Inf on-demand", "Inf/OnDemand", 0),
    "trn": VcpuQuota("L-2C3B7624", "Trn on-demand", "", 0),
    "x": VcpuQuota("L-7295265B", "X on-demand", "X/OnDemand", 0),
    "dl": VcpuQuota("L-6E869C2A", "DL on-demand", "DL/OnDemand", 0),
    "hpc": VcpuQuota("L-F7808C92", "HPC on-demand", "", 0),
    "u": VcpuQuota("L-43DA4232", "High Memory on-demand", "HighMem/OnDemand", 0),
}
_SPOT = {
    "standard": VcpuQuota("L-34B43A08", "Standard spot", "Standard/Spot", 5),
    "g": VcpuQuota("L-3819A6DF", "G and VT spot", "G/Spot", 0),
    "p": VcpuQuota("L-7212CCBC", "P spot", "P/Spot", 0),
    "f": VcpuQuota("L-88CF9481", "F spot", "F/Spot", 0),
    "inf": VcpuQuota("L-B5D1601B", "Inf spot", "Inf/Spot", 0),
    "trn": VcpuQuota("L-6B0D517C", "Trn spot", "", 0),
    "x": VcpuQuota("L-E3A00192", "X spot", "X/Spot", 0),
    "dl": VcpuQuota("L-85EED4F7", "DL spot", "DL/Spot", 0),
}
ALL_VCPU_QUOTAS = (*_ON_DEMAND.values(), *_SPOT.values())

_GROUPS = {"gr": "g", "vt": "g"}
"""Series that count with another."""
_SERIES = ("hpc", "inf", "trn", "dl", "gr", "vt", "g", "p", "f", "x", "u")
"""Those with a quota of their own; the longer name is tried first. All others are Standard."""


def vcpu_quota_of(instance_type: str, *, spot: bool) -> VcpuQuota | None:
    """The quota that a type counts against; None where AWS sells no spot instances of it."""
    return (_SPOT if spot else _ON_DEMAND).get(_group_of(family_of(instance_type)))


def _group_of(family: str) -> str:
    letters = family[: next((index for index, char in enumerate(family) if not char.isalpha()), len(family))]
    series = letters if letters in _SERIES else "standard"
    return _GROUPS.get(series, series)
