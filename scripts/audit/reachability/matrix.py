"""The port matrix: who reaches which port of which tier, and how, or what stops them.

A port that nodes need is open when all of its numbers are open between all pairs of nodes; any other is open when a
single packet may get through. What a path consists of, and what is not seen of it, stands in `ways.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from weakref import ref

from config.foundation import FoundationConfig
from scripts.audit.reachability.addresses import INTERNET, VERSIONS, all_addresses
from scripts.audit.reachability.cell import Cell as Cell
from scripts.audit.reachability.declared import Declared, NamedPorts, ports_of, ports_outside
from scripts.audit.reachability.guards import everything
from scripts.audit.reachability.parties import NODE_TIERS, Party, parties_by_tier
from scripts.audit.reachability.rows import Way, needed_cell, other_cell, unreadable_cell
from scripts.audit.reachability.ways import Outside, Ways
from scripts.inventory import Inventory
from scripts.inventory.prefix_lists import DESCRIBE_PREFIX_LISTS
from scripts.inventory.reading import Reading, Unreadable, readable

INTERNET_NAME = "internet"
S3_NAME = "s3"


@dataclass(frozen=True)
class PortMatrix:
    """All cells, ordered by source, destination and port."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    cells: tuple[Cell, ...]


def port_matrix(inventory: Inventory, config: FoundationConfig) -> PortMatrix:
    """Compute the matrix from what was read; pure. A cell whose parts could not be read is Unreadable.

    Checks and reports ask for the same one after another: the last is kept.
    """
    last = _LAST.get("matrix")
    if last is not None and last.inventory() is inventory and last.config is config:
        return last.matrix
    matrix = _compute(inventory, config)
    _LAST["matrix"] = _Kept(ref(inventory), config, matrix)
    return matrix


@dataclass(frozen=True)
class _Kept:
    inventory: ref[Inventory]
    config: FoundationConfig
    matrix: PortMatrix


_LAST: dict[str, _Kept] = {}


def _compute(inventory: Inventory, config: FoundationConfig) -> PortMatrix:
    tiers = parties_by_tier(inventory, config)
    outside = [INTERNET_NAME, *_ranges(config)]
    beyond = [S3_NAME, INTERNET_NAME]
    work = _Matrix(inventory, config, tiers)
    cells = [
        *(cell for name in outside for tier in tiers for cell in work.inwards(name, tier)),
        *(cell for source in tiers for tier in tiers for cell in work.between(source, tier)),
        *(cell for source in tiers if source in NODE_TIERS for name in beyond for cell in work.outwards(source, name)),
    ]
    return PortMatrix((*outside, *tiers), (*tiers, *beyond), tuple(cells))


def _ranges(config: FoundationConfig) -> list[str]:
    """Ranges that the access section names, each once."""
    return list(dict.fromkeys(str(cidr) for cidrs in config.access.ranges.values() for cidr in cidrs))


@dataclass(frozen=True)
class _Matrix:
    inventory: Inventory
    config: FoundationConfig
    tiers: Mapping[str, Reading[tuple[Party, ...]]]

    def inwards(self, name: str, tier: str) -> Iterator[Cell]:
        """From outside to a tier; none to one without members."""
        parties = self.tiers[tier]
        if isinstance(parties, Unreadable):
            yield from (unreadable_cell(name, tier, ports, parties) for ports in ports_of(tier, self.config))
        elif parties:
            ways = list(self._ways_in(name, tier, parties))
            for ports in ports_of(tier, self.config):
                yield other_cell(name, tier, ports, ways, f"{tier} has no IPv6 address")

    def _ways_in(self, name: str, tier: str, parties: tuple[Party, ...]) -> Iterator[Way]:
        for version in VERSIONS:
            found = INTERNET[version] if name == INTERNET_NAME else all_addresses([name], version)
            outside = Outside(name, name == INTERNET_NAME, found)
            declared = Declared(self.config, version).inwards(tier)
            for party in parties:
                if found and party.addresses[version]:
                    trace = Ways(self.inventory, version).inwards(outside, party)
                    yield Way(name, party.shown, trace, declared, version, counts=False)

    def between(self, source: str, tier: str) -> Iterator[Cell]:
        """From a tier to a tier; without members there is nothing but what is missing."""
        if source == tier and source not in NODE_TIERS:
            return
        senders, receivers = self.tiers[source], self.tiers[tier]
        unreadable = next((each for each in (senders, receivers) if isinstance(each, Unreadable)), None)
        if unreadable is not None:
            yield from (unreadable_cell(source, tier, ports, unreadable) for ports in ports_of(tier, self.config))
            return
        ways = list(self._ways_between(source, tier, readable(senders), readable(receivers)))
        if source == tier and senders and not ways:
            return  # one node has nobody of its own tier to talk to
        for ports in ports_of(tier, self.config):
            if source in ports.needed_from:
                yield needed_cell(source, tier, ports, ways, _no_members(tier if senders else source))
            elif ways:
                yield other_cell(source, tier, ports, ways, "")

    def _ways_between(
        self, source: str, tier: str, senders: tuple[Party, ...], receivers: tuple[Party, ...]
    ) -> Iterator[Way]:
        for version in VERSIONS:
            declared = Declared(self.config, version).between(source, tier)
            ways = Ways(self.inventory, version)
            for sender in senders:
                for receiver in receivers:
                    if sender is receiver and sender.size == 1:
                        continue
                    if sender.addresses[version] and receiver.addresses[version]:
                        counts = version == 4 and _must_meet(sender, receiver, receivers)
                        trace = ways.between(sender, receiver)
                        yield Way(sender.shown, receiver.shown, trace, declared, version, counts)

    def outwards(self, source: str, name: str) -> Iterator[Cell]:
        """From nodes to what is outside."""
        senders, found = self.tiers[source], self._beyond(name)
        for ports in ports_outside(source, self.config):
            if name == S3_NAME and ports.name != "https":
                continue
            if isinstance(senders, Unreadable):
                yield unreadable_cell(source, name, ports, senders)
            elif isinstance(found, Unreadable):
                yield unreadable_cell(source, name, ports, found)
            else:
                # Whether an existing network has a way out is for its owner to say.
                needed = name == S3_NAME or (self.config.nodes_reach_internet and self.config.network.existing is None)
                yield self._outwards(source, senders, found, ports, needed=needed)

    def _outwards(
        self, source: str, senders: tuple[Party, ...], outside: Outside, ports: NamedPorts, *, needed: bool
    ) -> Cell:
        ways = Ways(self.inventory, 4)
        declared = (everything(4),) if self.config.nodes_reach_internet or outside.name == S3_NAME else ()
        found = [
            Way(sender.shown, outside.name, ways.outwards(sender, outside), declared, 4, sender.counts)
            for sender in senders
        ]
        row = needed_cell if needed else other_cell
        return row(source, outside.name, ports, found, _no_members(source))

    def _beyond(self, name: str) -> Reading[Outside]:
        if name == INTERNET_NAME:
            return Outside(name, True, INTERNET[4])
        lists = self.inventory.prefix_lists.of_aws
        if isinstance(lists, Unreadable):
            return lists
        wanted = f"com.amazonaws.{self.config.region}.s3"
        for each in lists:
            if each.name == wanted:
                cidrs = self.inventory.prefix_lists.cidrs_of(each.prefix_list_id)
                return cidrs if isinstance(cidrs, Unreadable) else Outside(name, False, all_addresses(cidrs, 4))
        return Unreadable(DESCRIBE_PREFIX_LISTS.name, "no list", wanted)


def _must_meet(sender: Party, receiver: Party, receivers: tuple[Party, ...]) -> bool:
    """Nodes mount EFS by the target of their own zone, and by another only where there is none."""
    if not (sender.counts and receiver.counts):
        return False
    zones = {each.zone for each in receivers}
    return receiver.tier != "efs" or sender.zone not in zones or receiver.zone == sender.zone


def _no_members(tier: str) -> str:
    return f"nothing is there in the tier {tier}"
