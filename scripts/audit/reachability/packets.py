"""Sets of packets: which source may send to which destination on which port, and where the reply goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scripts.audit.reachability.intervals import Intervals

PORTS = Intervals(((0, 65535),))


class Packets(NamedTuple):
    """All TCP connections from any of these sources to any of these destinations, and so on."""

    source: Intervals
    destination: Intervals
    port: Intervals
    """Of the destination."""
    reply: Intervals
    """Port of the source, to which replies go."""


Region = tuple[Packets, ...]
"""A union of disjoint sets of packets."""


def common(region: Region, packets: Packets) -> Region:
    """What is in both."""
    return tuple(_both(region, packets))


def without(region: Region, packets: Packets) -> Region:
    """What is in the region only."""
    return tuple(left for each in region for left in _minus(each, packets))


def without_all(region: Region, others: Iterable[Packets]) -> Region:
    """What is in none of the others."""
    for other in others:
        if not region:
            break
        region = without(region, other)
    return region


def first_of(region: Region) -> Packets:
    """One single packet of a region that has any."""
    return Packets(*(Intervals(((part.first, part.first),)) for part in region[0]))


def _both(region: Region, packets: Packets) -> Iterator[Packets]:
    for each in region:
        parts = []
        for mine, theirs in zip(each, packets, strict=True):
            both = mine & theirs
            if not both:
                break
            parts.append(both)
        else:
            yield Packets(*parts)


def _minus(packets: Packets, other: Packets) -> Iterator[Packets]:
    """Cut off, dimension by dimension, what lies outside of the other; the rest is inside."""
    if not common((packets,), other):
        yield packets
        return
    left = list(packets)
    for dimension, theirs in enumerate(other):
        outside = left[dimension] - theirs
        if outside:
            yield Packets(*[*left[:dimension], outside, *left[dimension + 1 :]])
        left[dimension] = left[dimension] & theirs
