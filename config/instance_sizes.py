"""Facts of EC2's instance types, known offline: CPUs, memory, accelerators, and the regions that offer a type.

Source: DescribeInstanceTypes and DescribeInstanceTypeOfferings, as far as `make docs` found them; AWS adds types and
regions to them all the time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from config.instance_types import Architecture

_DATA = Path(__file__).parent / "data" / "instance_types.json"


class _Group(TypedDict):
    """Types that have their family, architecture and regions in common."""

    architecture: Architecture
    regions: str
    types: dict[str, list[Any]]


@dataclass(frozen=True)
class InstanceSize:
    """What an instance type has."""

    architecture: Architecture
    vcpus: int
    memory_mib: int
    addresses_for_pods: int
    """How many pods of EKS find an address: those of the network interfaces but the first of each, and two pods that
    use the node's own: https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html"""
    gpus: int = 0
    accelerator: str | None = None
    """Ray's name for GPUs or Neuron cores: the `L4` of `accelerator_type:L4`."""
    neuron_cores: int = 0


def size_of(instance_type: str) -> InstanceSize | None:
    """What a type has; None for a type that is not known here."""
    group = _groups_by_type().get(instance_type)
    return InstanceSize(group["architecture"], *group["types"][instance_type]) if group is not None else None


def is_offered(instance_type: str, region: str) -> bool | None:
    """Whether a region offers a type; None when type or region are not known here."""
    group = _groups_by_type().get(instance_type)
    return region in group["regions"].split() if group is not None and region in _regions() else None


def known_types() -> list[str]:
    """Every type that is known here."""
    return list(_groups_by_type())


@cache
def _groups() -> list[_Group]:
    """Read on first use: many commands need none of it."""
    groups: list[_Group] = json.loads(_DATA.read_text(encoding="utf-8"))
    return groups


@cache
def _groups_by_type() -> Mapping[str, _Group]:
    return {name: group for group in _groups() for name in group["types"]}


@cache
def _regions() -> frozenset[str]:
    return frozenset(region for group in _groups() for region in group["regions"].split())
