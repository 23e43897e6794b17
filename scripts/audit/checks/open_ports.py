"""Ports that the whole internet looks for, in the security groups of the VPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.foundation import FoundationConfig
from scripts.audit.open_rules import HIGH_RISK, REMOTE_ADMIN, is_ipv6, is_wide, opened_ports
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import readable


@check(
    "open_ports.remote_admin_ipv4",
    severity=Severity.HIGH,
    standards=(
        "CIS 5.2",
        "Config restricted-ssh",
        "Config vpc-sg-port-restriction-check",
    ),
    setting="access.ssh_cidrs",
)
def remote_admin_ipv4(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No security group lets the IPv4 internet, or a large part of it, in to SSH or RDP: declared or not.

    Why: passwords and keys are tried on an open port within minutes.

    Fix: `access.ssh_cidrs` with the ranges that you come from; or none, because Session Manager needs no open port.
    """
    yield from _closed(inventory, REMOTE_ADMIN, lambda peer: not is_ipv6(peer))


@check(
    "open_ports.remote_admin_ipv6",
    severity=Severity.HIGH,
    standards=("CIS 5.3", "Config vpc-sg-port-restriction-check"),
    setting="access.ssh_cidrs",
)
def remote_admin_ipv6(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No security group lets the IPv6 internet, or a large part of it, in to SSH or RDP: declared or not.

    Why: what looks for open ports on IPv4 looks on IPv6, too, and rules for it are easily forgotten.

    Fix: `access.ssh_cidrs` with the ranges that you come from; or none, because Session Manager needs no open port.
    """
    yield from _closed(inventory, REMOTE_ADMIN, is_ipv6)


@check(
    "open_ports.high_risk",
    severity=Severity.HIGH,
    standards=("FSBP EC2.19", "Config restricted-common-ports"),
    setting="access.client_cidrs",
)
def high_risk(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No security group lets the internet, or a large part of it, in to a port of a database, a notebook and the like.

    Why: these are the ports that are scanned for, because what listens there often asks for no password.

    Fix: remove the rule; for a port of Ray's, `access.client_cidrs` with the ranges that you come from.
    """
    yield from _closed(inventory, HIGH_RISK, lambda _peer: True)


def _closed(inventory: Inventory, ports: tuple[int, ...], counts: Callable[[str], bool]) -> Iterator[Verdict]:
    """One verdict for each group."""
    rules = [rule for rule in readable(inventory.security_groups.rules) if not rule.egress]
    wide = [rule for rule in rules if is_wide(rule.peer) and counts(rule.peer)]
    for group in readable(inventory.security_groups.groups):
        opened = [
            f"{', '.join(map(str, found))} open to {rule.peer} ({rule.description or 'no description'})"
            for rule in wide
            if rule.group_id == group.group_id
            and (found := opened_ports(ports, rule.protocol, rule.first_port, rule.last_port))
        ]
        yield Verdict(group.name, not opened, "; ".join(opened) or "closed")
