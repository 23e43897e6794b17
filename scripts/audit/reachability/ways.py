"""Whole ways: the stages between two parties, in from outside of the VPC, and out to it.

What is not seen: routing beyond the VPC (peering, transit gateway, VPN), endpoint policies, firewalls on the nodes, and
whether anything listens. What follows from that:

- A range of clients comes in wherever the table of the node's subnet has a way back to it: the VPC's own route, for the
  part of the range that lies in the VPC, or a route to a peering, transit, VPN or other gateway, beyond which all is
  taken to be open. A route to a NAT gateway is no way back; an internet gateway is one for public addresses only.
  A declared range without a way back is a closed cell that says so, not a failure: the route may be yet to come.
- The internet comes in by internet gateways. Where the way back leads to another gateway, nobody knows whether it comes
  in there: such a cell is UNKNOWN, unless something else is closed.
- Nodes go out by whatever the table says; beyond a peering or transit gateway all is taken to be open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from scripts.audit.reachability.acls import Acls
from scripts.audit.reachability.addresses import EVERYWHERE, INTERNET
from scripts.audit.reachability.guards import Guards, everything
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import PORTS, Packets, Region, without_all
from scripts.audit.reachability.parties import NODE_TIERS, Party
from scripts.audit.reachability.routes import LOCAL, Hop, Routes, inside
from scripts.audit.reachability.stage import Stage
from scripts.audit.reachability.trace import Trace, trace
from scripts.inventory import Inventory
from scripts.inventory.endpoints import DESCRIBE_VPC_ENDPOINTS
from scripts.inventory.network import DESCRIBE_ROUTE_TABLES, NatGateway
from scripts.inventory.reading import Unreadable

LINUX_PORTS = Intervals(((32768, 60999),))
"""Ports that a node connects from: the kernel's net.ipv4.ip_local_port_range.
https://docs.kernel.org/networking/ip-sysctl.html"""
ANY_CLIENT_PORTS = Intervals(((1024, 65535),))
"""Ports that NAT gateways and unknown clients connect from.
https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports"""

FEW_PORTS = 64
"""Ports of a NAT gateway that may be closed to replies: an ACL that denies RDP from the internet, as auditors ask for,
costs one connection in 64,512, which is tried again."""


@dataclass(frozen=True)
class Outside:
    """A range of addresses outside of our tiers."""

    name: str
    """`internet`, or a range as the environment writes it."""
    internet: bool
    addresses: Intervals


@dataclass(frozen=True)
class Ways:
    """Everything that packets of one version of IP can pass."""

    inventory: Inventory
    version: int

    def between(self, source: Party, destination: Party) -> Trace:
        """From one party of the VPC to another."""
        start = Packets(source.addresses[self.version], destination.addresses[self.version], PORTS, _ports_of(source))
        return trace(start, tuple(self._stages_between(source, destination)))

    def inwards(self, source: Outside, destination: Party) -> Trace:
        """From outside to a party: the return route comes first, because it says whether there is a way at all."""
        start = Packets(source.addresses, destination.addresses[self.version], PORTS, ANY_CLIENT_PORTS)
        way_in = partial(self._way_in, source, destination)
        acl = partial(self._acls.stage, destination.subnet_id, far="source")
        stages = (
            self._routes.stage(destination.subnet_id, far="source", meaning=way_in),
            acl("in"),
            self._guards.stage(destination, "in", peer=None, peer_name=source.name),
            acl("out", reply=True),
        )
        return trace(start, stages)

    def outwards(self, source: Party, destination: Outside) -> Trace:
        """From a party to outside."""
        start = Packets(source.addresses[self.version], destination.addresses, PORTS, _ports_of(source))
        acl = partial(self._acls.stage, source.subnet_id, far="destination")
        stages = (
            self._guards.stage(source, "out", peer=None, peer_name=destination.name),
            acl("out"),
            self._routes.stage(source.subnet_id, far="destination", meaning=partial(self._way_out, source, start)),
            acl("in", reply=True),
        )
        return trace(start, stages)

    def _stages_between(self, source: Party, destination: Party) -> Iterator[Stage]:
        yield self._guards.stage(source, "out", peer=destination, peer_name=destination.tier)
        yield self._routes.stage(source.subnet_id, far="destination", meaning=inside)
        crosses = source.subnet_id != destination.subnet_id  # a network ACL stands around a subnet
        if crosses:
            yield self._acls.stage(source.subnet_id, "out", far="destination")
            yield self._acls.stage(destination.subnet_id, "in", far="source")
        yield self._guards.stage(destination, "in", peer=source, peer_name=source.tier)
        yield self._routes.stage(destination.subnet_id, far="source", meaning=inside, shown=False)
        if crosses:
            yield self._acls.stage(destination.subnet_id, "out", far="source", reply=True)
            yield self._acls.stage(source.subnet_id, "in", far="destination", reply=True)

    @property
    def _guards(self) -> Guards:
        return Guards(self.inventory, self.version)

    @property
    def _acls(self) -> Acls:
        return Acls(self.inventory, self.version)

    @property
    def _routes(self) -> Routes:
        return Routes(self.inventory, self.version)

    def _way_in(self, source: Outside, destination: Party, target: str) -> Iterable[Hop]:
        """What the return route says about the way in."""
        if target == LOCAL:
            yield Hop(not source.internet, " of the VPC itself")
        elif target.startswith("igw-"):
            yield from self._gateway(destination, target, far="source")
        elif target.startswith(("nat-", "eigw-")) or self._is_gateway_endpoint(target):
            yield Hop(False, ", which lets nothing in")
        else:
            beyond = Unreadable(DESCRIBE_ROUTE_TABLES.name, "a way that ends outside of the VPC", target)
            yield Hop(beyond if source.internet else True, ", beyond which nothing is seen")

    def _way_out(self, source: Party, start: Packets, target: str) -> Iterable[Hop]:
        if target.startswith("igw-"):
            yield from self._gateway(source, target, far="destination")
        elif target.startswith("nat-"):
            yield from self._nat_gateway(source, start, target)
        elif target.startswith("vpce-"):
            yield from self._endpoint(target)
        elif target == LOCAL or target.startswith("eigw-"):
            yield Hop(True, "")
        else:
            yield Hop(True, ", beyond which nothing is seen")

    def _gateway(self, party: Party, target: str, *, far: str) -> Iterable[Hop]:
        """An internet gateway serves who has a public address, and carries public addresses only."""
        gateways = self.inventory.network.internet_gateways
        if isinstance(gateways, Unreadable):
            yield Hop(gateways, f": {gateways}")
            return
        if target not in {gateway.internet_gateway_id for gateway in gateways}:
            yield Hop(False, ", which is not attached to the VPC")
            return
        public = everything(self.version)._replace(**{far: INTERNET[self.version]})
        if self.version == 6 or party.public:
            yield Hop(True, "", public)
        else:
            yield Hop(False, ", but it has no public address", public)
        yield Hop(False, ", which carries no private addresses")

    def _is_gateway_endpoint(self, target: str) -> bool:
        endpoints = self.inventory.vpc_endpoints
        found = () if isinstance(endpoints, Unreadable) else endpoints
        return any(each.vpc_endpoint_id == target and each.type == "Gateway" for each in found)

    def _endpoint(self, target: str) -> Iterable[Hop]:
        endpoints = self.inventory.vpc_endpoints
        if isinstance(endpoints, Unreadable):
            yield Hop(endpoints, f": {endpoints}")
            return
        state = next((each.state for each in endpoints if each.vpc_endpoint_id == target), None)
        if state is None:
            yield Hop(Unreadable(DESCRIBE_VPC_ENDPOINTS.name, "no such endpoint", target), "")
        else:
            yield Hop(state == "available", "" if state == "available" else f", which is {state}")

    def _nat_gateway(self, source: Party, start: Packets, target: str) -> Iterable[Hop]:
        """A NAT gateway: available, and itself with a way to the internet and back."""
        gateways, subnets = self.inventory.network.nat_gateways, self.inventory.network.subnets
        for reading in (gateways, subnets):
            if isinstance(reading, Unreadable):
                yield Hop(reading, f": {reading}")
                return
        assert not isinstance(gateways, Unreadable)
        gateway = next((each for each in gateways if each.nat_gateway_id == target), None)
        if gateway is None or gateway.state != "available":
            yield Hop(False, f", which is {gateway.state if gateway else 'gone'}")
            return
        yield from self._through(source, start, gateway)

    def _through(self, source: Party, start: Packets, gateway: NatGateway) -> Iterator[Hop]:
        """Two ways: that of the node's packets, and that of the replies to the gateway's own port."""
        own, replies = (trace(*way) for way in self._ways_of_nat(source, start, gateway))
        lost = _lost(replies.start, replies.possible)
        sure = without_all(own.sure, _lost(replies.start, replies.sure))
        yield from (Hop(True, "", packets) for packets in sure)
        for perhaps in without_all(without_all(own.possible, lost), sure):
            unreadable = _unreadable(own, replies)
            yield Hop(unreadable, f": {unreadable}", perhaps)
        for packets, text in own.losses():
            yield Hop(False, f", and there: {text}", packets)
        if lost:
            yield Hop(False, f", and there: {next(replies.losses())[1]}")

    def _ways_of_nat(
        self, source: Party, start: Packets, gateway: NatGateway
    ) -> tuple[tuple[Packets, list[Stage]], tuple[Packets, list[Stage]]]:
        beside, its_own = gateway.subnet_id, _party_of(gateway)
        acl = partial(self._acls.stage, beside)
        crosses = source.subnet_id != beside
        own = [
            *([acl("in", far="source")] if crosses else []),
            acl("out", far="destination"),
            self._routes.stage(beside, far="destination", meaning=partial(self._beyond_nat, its_own)),
            *([acl("out", far="source", reply=True)] if crosses else []),
        ]
        replies = [acl("in", far="destination", reply=True)]
        return (start, own), (start._replace(reply=ANY_CLIENT_PORTS), replies)

    def _beyond_nat(self, gateway: Party, target: str) -> Iterable[Hop]:
        """What is behind a NAT gateway is not another one."""
        if target.startswith("nat-"):
            return [Hop(False, ", from one NAT gateway to another")]
        return self._way_out(gateway, everything(self.version), target)


def _lost(start: Packets, arriving: Region) -> Region:
    """What cannot be answered, whatever port of the gateway the reply would go to."""
    lost = without_all((start,), arriving)
    few = sum(packets.reply.size for packets in lost) <= FEW_PORTS
    return () if few else tuple(packets._replace(reply=PORTS) for packets in lost)


def _unreadable(*traces: Trace) -> Unreadable:
    return next(each.unreadable for each in traces if without_all(each.possible, each.sure))


def _party_of(gateway: NatGateway) -> Party:
    """Its address is not asked for: it is the gateway's whole purpose to hide those behind it."""
    everywhere = dict(EVERYWHERE)
    public = bool(gateway.public_ips)
    return Party("nat", gateway.nat_gateway_id, 1, gateway.subnet_id, "", (), everywhere, public)


def _ports_of(party: Party) -> Intervals:
    return LINUX_PORTS if party.tier in NODE_TIERS else ANY_CLIENT_PORTS
