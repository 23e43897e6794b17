"""Whether rules of a security group let nodes ask a DNS server."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from scripts.audit.open_rules import opened_ports
from scripts.inventory.security_groups import ALL_PROTOCOLS, SecurityGroupRule

DNS_PORT = 53
_NUMBERS = {"udp": "17", "tcp": "6"}


def lets_out(rules: Iterable[SecurityGroupRule], server: str, protocol: str) -> bool:
    """Whether one of them opens port 53 of an address. Rules for groups and prefix lists are not of this project."""
    protocols = (protocol, _NUMBERS[protocol], ALL_PROTOCOLS)
    return any(
        rule.protocol in protocols
        and "/" in rule.peer
        and ip_address(server) in ip_network(rule.peer)
        and bool(opened_ports([DNS_PORT], rule.protocol, rule.first_port, rule.last_port))
        for rule in rules
    )
