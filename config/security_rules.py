"""What a security-group rule is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

Group = Literal[
    "head", "worker", "cloud", "control_plane", "node", "efs", "fsx", "memorydb", "endpoints", "bastion"
]  # fmt: skip
Direction = Literal["ingress", "egress"]
Peer = Group | IPv4Network | IPv6Network
Transport = Literal["tcp", "udp"]

ALL_PROTOCOLS = "-1"
INTERNET = IPv4Network("0.0.0.0/0")


@dataclass(frozen=True)
class Rule:
    """One rule of one security group; ports are None for all protocols."""

    group: Group
    direction: Direction
    name: str
    """What the rule is for; unique per group, direction and peer."""
    peer: Peer
    description: str
    """At most 255 of letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, or EC2 refuses it."""
    first_port: int | None = None
    last_port: int | None = None
    transport: Transport = "tcp"
    """Protocol of the ports."""

    @property
    def protocol(self) -> str:
        """`tcp` or `udp`, or `-1` for all traffic."""
        return ALL_PROTOCOLS if self.first_port is None else self.transport


def flow(source: Group, target: Group, name: str, first: int | None, last: int | None, purpose: str) -> Iterator[Rule]:
    """Traffic between two groups: out of one and into the other."""
    yield Rule(target, "ingress", name, source, f"{purpose}, from {source}", first, last)
    yield Rule(source, "egress", name, target, f"{purpose}, to {target}", first, last)
