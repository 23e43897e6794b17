"""Security groups as stages: stateful, so replies need no rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from scripts.audit.open_rules import said_of
from scripts.audit.reachability.addresses import EVERYWHERE, all_addresses, version_of
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import PORTS, Packets
from scripts.audit.reachability.parties import Party
from scripts.audit.reachability.stage import Clause, Stage, unreadable_stage
from scripts.inventory import Inventory
from scripts.inventory.reading import Reading, Unreadable, readable
from scripts.inventory.security_groups import DESCRIBE_SECURITY_GROUP_RULES, SecurityGroupRule

TCP = frozenset({"-1", "tcp", "6"})
"""Protocols of rules that TCP falls under: https://www.iana.org/assignments/protocol-numbers"""

Direction = Literal["in", "out"]


def everything(version: int) -> Packets:
    """All packets of a version."""
    return Packets(EVERYWHERE[version], EVERYWHERE[version], PORTS, PORTS)


def tcp_ports(protocol: str, first: int | None, last: int | None) -> Intervals:
    """The TCP ports that a rule is for; none when it is for another protocol."""
    if protocol not in TCP:
        return Intervals()
    if protocol == "-1" or first is None or last is None or first < 0:
        return PORTS
    return Intervals(((first, last),))


@dataclass(frozen=True)
class Guards:
    """All security groups, as seen by packets of one version of IP."""

    inventory: Inventory
    version: int

    def stage(self, party: Party, direction: Direction, *, peer: Party | None, peer_name: str) -> Stage:
        """The groups of a party, for what goes out to or comes in from a peer; None is one outside of the VPC."""
        rules, groups = self.inventory.security_groups.rules, party.group_ids
        for reading in (rules, groups):
            if isinstance(reading, Unreadable):
                return unreadable_stage(reading, everything(self.version))
        clauses = list(self._clauses(party, direction, peer))
        # What surely passes comes first: one rule that is not known takes nothing from those that are.
        clauses.sort(key=lambda clause: isinstance(clause.passes, Unreadable))
        return Stage(tuple(clauses), self._refusal(party, direction, peer_name))

    def _refusal(self, party: Party, direction: Direction, peer_name: str) -> Callable[[Packets], str]:
        guards = " and ".join(map(self._name, readable(party.group_ids)))
        way = f"{'in from' if direction == 'in' else 'out to'} {peer_name}"
        return lambda packets: f"no rule of security group {guards or 'none'} lets tcp {packets.port} {way}"

    def _clauses(self, party: Party, direction: Direction, peer: Party | None) -> Iterator[Clause]:
        group_ids, rules = readable(party.group_ids), readable(self.inventory.security_groups.rules)
        for rule in rules:
            if rule.group_id in group_ids and rule.egress == (direction == "out"):
                yield from self._clause(rule, direction, peer)
        for group_id in group_ids:
            if not self._was_read(group_id):
                unknown = Unreadable(DESCRIBE_SECURITY_GROUP_RULES.name, "was not read", group_id)
                yield Clause(everything(self.version), unknown, str(unknown))

    def _clause(self, rule: SecurityGroupRule, direction: Direction, peer: Party | None) -> Iterator[Clause]:
        ports = tcp_ports(rule.protocol, rule.first_port, rule.last_port)
        matched = self._matched(rule, peer)
        packets = everything(self.version)._replace(port=ports)
        if not ports or not matched:
            return
        if isinstance(matched, Unreadable):
            yield Clause(packets, matched, str(matched))
            return
        far = {"source": matched} if direction == "in" else {"destination": matched}
        yield Clause(packets._replace(**far), True, said_of(rule, self._name))

    def _matched(self, rule: SecurityGroupRule, peer: Party | None) -> Reading[Intervals]:
        """The addresses of the far end that the rule is for."""
        if "/" in rule.peer:
            same_version = version_of(rule.peer) == self.version
            return all_addresses([rule.peer], self.version) if same_version else Intervals()
        if rule.peer.startswith("pl-"):
            cidrs = self.inventory.prefix_lists.cidrs_of(rule.peer)
            return cidrs if isinstance(cidrs, Unreadable) else all_addresses(cidrs, self.version)
        if not rule.peer.startswith("sg-"):
            return Unreadable(DESCRIBE_SECURITY_GROUP_RULES.name, "a peer of unknown kind", rule.rule_id)
        if peer is None:
            return Intervals()
        if isinstance(peer.group_ids, Unreadable):
            return peer.group_ids
        return EVERYWHERE[self.version] if rule.peer in peer.group_ids else Intervals()

    def _name(self, id_: str) -> str:
        groups = self.inventory.security_groups.groups
        found = () if isinstance(groups, Unreadable) else groups
        return next((group.name for group in found if group.group_id == id_), id_)

    def _was_read(self, group_id: str) -> bool:
        groups = self.inventory.security_groups.groups
        return not isinstance(groups, Unreadable) and any(group.group_id == group_id for group in groups)
