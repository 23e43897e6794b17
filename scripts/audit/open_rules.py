"""What a rule opens: which of the ports that others scan for, and to how much of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import ip_network

from scripts.inventory.security_groups import SecurityGroupRule

REMOTE_ADMIN = (22, 3389)
"""SSH and RDP."""
HIGH_RISK = (
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601,
    8080, 8088, 8888, 9200, 9300,
)  # fmt: skip
"""Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19"""

_PORT_PROTOCOLS = frozenset({"tcp", "udp", "6", "17"})
_ALL = "-1"
_WIDEST = {4: 8, 6: 16}
"""Wider ranges are the internet, or large parts of it: 0.0.0.0/1 and 128.0.0.0/1 are all of it."""


def is_wide(peer: str) -> bool:
    """Whether a peer is a range wider than /8 (IPv6: /16): the internet, or a large part of it."""
    if "/" not in peer:
        return False
    network = ip_network(peer, strict=False)
    return network.prefixlen < _WIDEST[network.version]


def is_ipv6(peer: str) -> bool:
    """Whether a range is one of IPv6."""
    return ":" in peer


def remote_admin_ports(protocol: str, first: int | None, last: int | None) -> list[int]:
    """Ports of SSH and RDP that a rule opens."""
    return opened_ports(REMOTE_ADMIN, protocol, first, last)


def opened_ports(ports: Iterable[int], protocol: str, first: int | None, last: int | None) -> list[int]:
    """Those of some ports that a rule opens; no first port means all."""
    if protocol == _ALL:
        return list(ports)
    if protocol not in _PORT_PROTOCOLS:
        return []
    return [port for port in ports if first is None or last is None or first <= port <= last]


def said_of(rule: SecurityGroupRule, name: Callable[[str], str]) -> str:
    """What a rule does, for a reader; `name` gives that of a group by its id, and ranges back as they are."""
    way = f"{'out to' if rule.egress else 'in from'} {name(rule.peer)}"
    note = f" ({rule.description})" if rule.description else ""
    return f"security group {name(rule.group_id)} lets {rule.ports} {way}{note}"
