"""Amounts of CPU, memory and GPUs that pods ask for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from config.room import Room
from scripts.cluster_yaml.lint.cluster import mapping
from scripts.manifests.check.pods import PodTemplate
from scripts.manifests.check.structural import QUANTITY

GPU = "nvidia.com/gpu"
_SUFFIXES = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_MIB = 2**20


def amount(value: object) -> float | None:
    """A quantity as a number; None where it is none."""
    found = QUANTITY.fullmatch(str(value))
    if isinstance(value, bool) or found is None:
        return None
    suffix = found[6] or ""
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei":
        return float(str(value))
    return float(str(value).removesuffix(suffix)) * _SUFFIXES[suffix]


def room_of(amounts: dict[str, Any]) -> Room:
    """What `requests` or `limits` add up to for a node, upwards."""
    cpu, memory, gpus = (amount(amounts.get(name, 0)) or 0.0 for name in ("cpu", "memory", GPU))
    return Room(math.ceil(cpu * 1000 - 1e-6), math.ceil(memory / _MIB - 1e-6), round(gpus))


def pod_requests(pod: PodTemplate) -> Room:
    """What the scheduler counts for a pod: its containers together, or the largest of those that run first."""
    together = _sum(_requested(container.fields) for container in pod.containers if not container.is_init)
    firsts = [_requested(container.fields) for container in pod.containers if container.is_init]
    return Room(
        max([together.cpu_millis, *(first.cpu_millis for first in firsts)]),
        max([together.memory_mib, *(first.memory_mib for first in firsts)]),
        max([together.gpus, *(first.gpus for first in firsts)]),
    )


def _requested(container: dict[str, Any]) -> Room:
    resources = mapping(container.get("resources"))
    # The API server takes the limit for a request that is missing.
    return room_of({**mapping(resources.get("limits")), **mapping(resources.get("requests"))})


def _sum(rooms: Iterable[Room]) -> Room:
    total = Room(0, 0)
    for room in rooms:
        total += room
    return total
