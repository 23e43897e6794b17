"""Addresses as sets of numbers, one set for each version of IP."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

from scripts.audit.reachability.intervals import Intervals

VERSIONS = (4, 6)

EVERYWHERE = {4: Intervals(((0, 2**32 - 1),)), 6: Intervals(((0, 2**128 - 1),))}

_NOT_ON_THE_INTERNET = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3",
)  # fmt: skip
"""This network, private, shared, loopback, link-local, multicast and reserved addresses. Those that are only kept for
examples are left in: examples stand for public ones. https://www.iana.org/assignments/iana-ipv4-special-registry"""

_SHOWN_BLOCKS = 3


@lru_cache(maxsize=4096)
def addresses(cidr: str) -> Intervals:
    """The addresses of a block, or of one address."""
    network = ip_network(cidr, strict=False)
    return Intervals(((int(network.network_address), int(network.broadcast_address)),))


@lru_cache(maxsize=4096)
def prefix_length(cidr: str) -> int:
    """32 of one IPv4 address."""
    return ip_network(cidr, strict=False).prefixlen


@lru_cache(maxsize=4096)
def version_of(cidr: str) -> int:
    """4 or 6."""
    return 6 if ":" in cidr else 4


def all_addresses(cidrs: Iterable[str], version: int) -> Intervals:
    """The addresses of those blocks that are of a version."""
    return Intervals.of(span for cidr in cidrs if version_of(cidr) == version for span in addresses(cidr).spans)


INTERNET = {
    4: EVERYWHERE[4] - all_addresses(_NOT_ON_THE_INTERNET, 4),
    # https://www.iana.org/assignments/ipv6-address-space: all that is handed out.
    6: addresses("2000::/3"),
}
"""What an internet gateway lets in, by version."""


def shown_addresses(found: Intervals, whole: Intervals, version: int) -> str:
    """A set in words: its blocks when they are few, else how much it is of the whole."""
    if not whole - found:
        return "all of it"
    blocks = [block for first, last in found.spans[:_SHOWN_BLOCKS] for block in _blocks(first, last, version)]
    if len(found.spans) <= _SHOWN_BLOCKS and len(blocks) <= _SHOWN_BLOCKS:
        return ", ".join(blocks)
    percent = 100 * found.size / whole.size
    return f"{percent:.0f} % of it" if 1 <= percent <= 99 else "nearly all of it" if percent > 99 else "parts of it"


def shown_address(number: int, version: int) -> str:
    """One address."""
    return str(IPv4Address(number) if version == 4 else IPv6Address(number))


def _blocks(first: int, last: int, version: int) -> list[str]:
    ends = (ip_address(shown_address(number, version)) for number in (first, last))
    return [str(block) for block in summarize_address_range(*ends)]
