"""How much of the internet a set of ranges is."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

Network = IPv4Network | IPv6Network

_NOT_PUBLIC: tuple[Network, ...] = (
    *map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8")),
    *map(IPv6Network, ("fc00::/7", "fe80::/10")),
)
"""Addresses that no packet from the internet has: RFC 1918, 6598, 4193."""

MOST_PUBLIC = {4: 2 ** (32 - 8), 6: 2 ** (128 - 16)}
"""Public addresses that a group may let in, by IP version: those of one /8 or /16, as wide as config/ takes a range."""


def networks(cidrs: Iterable[str]) -> list[Network]:
    """Parse ranges; host bits do not matter to AWS, and not here."""
    return [ip_network(cidr, strict=False) for cidr in cidrs]


def public_addresses(ranges: Iterable[Network], version: int) -> int:
    """How many public addresses ranges have together, each counted once."""
    if version == 4:
        ours: list[Network] = list(collapse_addresses(each for each in ranges if isinstance(each, IPv4Network)))
    else:
        ours = list(collapse_addresses(each for each in ranges if isinstance(each, IPv6Network)))
    return sum(each.num_addresses - _not_public(each) for each in ours)


def _not_public(network: Network) -> int:
    return sum(
        min(network.num_addresses, other.num_addresses)
        for other in _NOT_PUBLIC
        if other.version == network.version and other.overlaps(network)
    )


def is_the_world(ranges: Iterable[Network]) -> bool:
    """Whether ranges together are so wide that they are open to the world, in either IP version."""
    listed = list(ranges)
    return any(public_addresses(listed, version) > most for version, most in MOST_PUBLIC.items())
