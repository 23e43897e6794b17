"""Network ACLs."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.open_rules import is_wide, remote_admin_ports
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.network_acls import NetworkAcl
from scripts.inventory.reading import readable


@check(
    "network_acls.used",
    severity=Severity.LOW,
    applies=applies.own_vpc,
    standards=("FSBP EC2.16", "Config vpc-network-acl-unused-check"),
    optional=True,
)
def used(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """A network ACL that was added guards a subnet.

    The VPC's default ACL, which no one can remove, is left out.

    Why: one that guards nothing looks like protection and is none.

    Fix: remove it.
    """
    for acl in _added(inventory):
        detail = f"guards {len(acl.subnet_ids)} subnets"
        yield Verdict(acl.network_acl_id, bool(acl.subnet_ids), detail)


@check(
    "network_acls.closed_to_remote_admin",
    severity=Severity.MEDIUM,
    applies=applies.own_vpc,
    standards=("FSBP EC2.21", "CIS 5.1", "Config nacl-no-unrestricted-ssh-rdp"),
    optional=True,
)
def closed_to_remote_admin(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """A network ACL that was added does not let the internet in to SSH and RDP.

    The VPC's default ACL is left as AWS makes it: it allows everything, and the security groups decide
    (`open_ports.remote_admin_ipv4`). The standards name it, too.

    Why: somebody who makes an ACL relies on it as a second wall.

    Fix: remove the entry.
    """
    for acl in _added(inventory):
        opened = sorted(_opened(acl))
        detail = f"allows {', '.join(map(str, opened))} from the internet" if opened else "closed to SSH and RDP"
        yield Verdict(acl.network_acl_id, not opened, detail)


def _added(inventory: Inventory) -> list[NetworkAcl]:
    return [acl for acl in readable(inventory.network_acls) if not acl.default]


def _opened(acl: NetworkAcl) -> set[int]:
    """Ports of SSH and RDP that an entry lets the internet in to. One that refuses before it does not count."""
    entries = (entry for entry in acl.entries if entry.allows and not entry.egress and is_wide(entry.cidr))
    ports = (remote_admin_ports(entry.protocol, entry.first_port, entry.last_port) for entry in entries)
    return {port for found in ports for port in found}
