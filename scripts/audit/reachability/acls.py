"""Network ACLs as stages: stateless, so replies need entries of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scripts.audit.reachability.addresses import addresses, shown_address, version_of
from scripts.audit.reachability.guards import Direction, everything, tcp_ports
from scripts.audit.reachability.packets import Packets
from scripts.audit.reachability.stage import Clause, Stage, unreadable_stage
from scripts.inventory import Inventory
from scripts.inventory.network_acls import DESCRIBE_NETWORK_ACLS, NetworkAcl, NetworkAclEntry
from scripts.inventory.reading import Unreadable

LAST_RULE = 32767
"""AWS's own, which denies what no other entry matches."""

Far = Literal["source", "destination"]


@dataclass(frozen=True)
class Acls:
    """All network ACLs, as seen by packets of one version of IP."""

    inventory: Inventory
    version: int

    def stage(self, subnet_id: str, direction: Direction, *, far: Far, reply: bool = False) -> Stage:
        """The ACL of a subnet, for connections or their replies; `far` is the end outside of the subnet."""
        acl = self._acl_of(subnet_id)
        if isinstance(acl, Unreadable):
            return unreadable_stage(acl, everything(self.version))
        clauses = tuple(self._clauses(acl, direction, far, reply=reply))

        def refusal(packets: Packets) -> str:
            end = shown_address(getattr(packets, far).first, self.version)
            what = _what(packets, reply=reply)
            return f"network ACL {acl.network_acl_id} has no entry that lets {what} {_way(direction)} {end}"

        return Stage(clauses, refusal, shown=not reply)

    def _clauses(self, acl: NetworkAcl, direction: Direction, far: Far, *, reply: bool) -> Iterator[Clause]:
        entries = [entry for entry in acl.entries if entry.egress == (direction == "out")]
        for entry in sorted(entries, key=lambda entry: entry.number):
            ports = tcp_ports(entry.protocol, entry.first_port, entry.last_port)
            if entry.number < LAST_RULE and ports and version_of(entry.cidr) == self.version:
                packets = everything(self.version)._replace(
                    **{far: addresses(entry.cidr), "reply" if reply else "port": ports}
                )
                yield Clause(packets, entry.allows, _text(acl, entry, direction, reply=reply))

    def _acl_of(self, subnet_id: str) -> NetworkAcl | Unreadable:
        acls = self.inventory.network_acls
        if isinstance(acls, Unreadable):
            return acls
        found = (acl for acl in acls if subnet_id in acl.subnet_ids)
        return next(found, Unreadable(DESCRIBE_NETWORK_ACLS.name, "no ACL", subnet_id))


def _text(acl: NetworkAcl, entry: NetworkAclEntry, direction: Direction, *, reply: bool) -> str:
    all_ports = entry.first_port is None or entry.last_port is None
    ports = "" if all_ports else f"tcp {_span(entry.first_port, entry.last_port)}"
    what = ("replies to " if reply and ports else "replies" if reply else "") + (ports or ("" if reply else "all"))
    verb = "lets" if entry.allows else "stops"
    return f"network ACL {acl.network_acl_id} rule {entry.number} {verb} {what} {_way(direction)} {entry.cidr}"


def _span(first: int | None, last: int | None) -> str:
    return f"{first}" if first == last else f"{first}-{last}"


def _what(packets: Packets, *, reply: bool) -> str:
    return f"replies to tcp {packets.reply}" if reply else f"tcp {packets.port}"


def _way(direction: Direction) -> str:
    return "in from" if direction == "in" else "out to"
