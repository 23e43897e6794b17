"""Route tables as stages: the longest prefix first, the subnet's own table or else the main one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from scripts.audit.reachability.acls import Far
from scripts.audit.reachability.addresses import addresses, prefix_length, shown_address, version_of
from scripts.audit.reachability.guards import everything
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import Packets
from scripts.audit.reachability.stage import Clause, Stage, unreadable_stage
from scripts.inventory import Inventory
from scripts.inventory.network import DESCRIBE_ROUTE_TABLES, Route, RouteTable
from scripts.inventory.reading import Reading, Unreadable

LOCAL = "local"
BLACKHOLE = "blackhole"


@dataclass(frozen=True)
class Hop:
    """What a route means for some of the packets that take it."""

    passes: bool | Unreadable
    text: str
    packets: Packets | None = None
    """None for all of them; else the first hop that matches counts."""


Meaning = Callable[[str], Iterable[Hop]]
"""What it means to be sent to a target, `igw-…`."""


@dataclass(frozen=True)
class Routes:
    """All route tables, as seen by packets of one version of IP."""

    inventory: Inventory
    version: int

    def stage(self, subnet_id: str, *, far: Far, meaning: Meaning, shown: bool = True) -> Stage:
        """The table of a subnet for packets to, or replies to, the far end."""
        table = self._table_of(subnet_id)
        if isinstance(table, Unreadable):
            return unreadable_stage(table, everything(self.version))
        clauses = tuple(self._clauses(table, far, meaning))

        def refusal(packets: Packets) -> str:
            end = shown_address(getattr(packets, far).first, self.version)
            return f"{table.route_table_id} has no route to {end}"

        return Stage(clauses, refusal, shown)

    def _clauses(self, table: RouteTable, far: Far, meaning: Meaning) -> Iterator[Clause]:
        for route, block in self._by_prefix(table):
            if isinstance(block, Unreadable):
                yield Clause(everything(self.version), block, str(block))
                continue
            taken = everything(self.version)._replace(**{far: block})
            name = f"{table.route_table_id} route {route.destination} to {route.target}"
            if route.state == BLACKHOLE:
                yield Clause(taken, False, f"{name} is a black hole: its target is gone")
                continue
            for hop in meaning(route.target):
                yield Clause(_narrowed(taken, hop.packets), hop.passes, f"{name}{hop.text}")

    def _by_prefix(self, table: RouteTable) -> list[tuple[Route, Reading[Intervals]]]:
        """Routes of this version with their addresses; lists are spread out, each block at its own place."""
        inside_vpc = Intervals.of(
            span
            for route in table.routes
            if route.target == LOCAL and version_of(route.destination) == self.version
            for span in addresses(route.destination).spans
        )
        found: list[tuple[tuple[int, int], Route, Reading[Intervals]]] = []
        for route in table.routes:
            for cidr in self._destinations(route):
                if isinstance(cidr, Unreadable):
                    # It may take any packet that leaves the VPC: before all routes that lead out.
                    found.append(((1, 0), route, cidr))
                elif version_of(cidr) == self.version:
                    block, length = addresses(cidr), prefix_length(cidr)
                    found.append(((2 if block - inside_vpc else 0, -length), route, block))
        found.sort(key=lambda each: each[0])
        return [(route, block) for _, route, block in found]

    def _destinations(self, route: Route) -> Iterable[Reading[str]]:
        if not route.destination.startswith("pl-"):
            return [route.destination]
        cidrs = self.inventory.prefix_lists.cidrs_of(route.destination)
        return [cidrs] if isinstance(cidrs, Unreadable) else cidrs

    def _table_of(self, subnet_id: str) -> Reading[RouteTable]:
        tables = self.inventory.network.route_tables
        if isinstance(tables, Unreadable):
            return tables
        own = next((table for table in tables if subnet_id in table.subnet_ids), None)
        main = next((table for table in tables if table.main), None)
        return own or main or Unreadable(DESCRIBE_ROUTE_TABLES.name, "no table", subnet_id)


def inside(target: str) -> Iterable[Hop]:
    """Between two ends in the VPC: only the VPC's own route leads there straight."""
    if target == LOCAL:
        yield Hop(True, "")
    else:
        yield Hop(False, ", not straight to the other end")


def _narrowed(packets: Packets, other: Packets | None) -> Packets:
    if other is None:
        return packets
    return Packets(*(mine & theirs for mine, theirs in zip(packets, other, strict=True)))
