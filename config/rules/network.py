"""Rules over the network."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from config.foundation import FoundationConfig
from config.layout import network_zones
from config.network import NetworkConfig
from config.problems import Problem, dotted
from config.rules.registry import rule
from config.zones import zones_of

_PREFIXES = range(16, 29)
"""VPC and subnets: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""


PRIVATE_BLOCKS = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
"""https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""


@rule("network")
def subnet_prefix_has_a_use(environment: FoundationConfig) -> Iterator[Problem]:
    """Only computed subnets have a computed size."""
    network = environment.network
    if "subnet_prefix" in network.model_fields_set and "auto" not in (network.public_subnets, network.private_subnets):
        yield Problem(("network", "subnet_prefix"), "got a size with no subnet to compute", "no subnet_prefix")


@rule("network")
def vpc_size(environment: FoundationConfig) -> Iterator[Problem]:
    """AWS takes VPCs of /16 to /28."""
    if environment.network.cidr.prefixlen not in _PREFIXES:
        yield Problem(("network", "cidr"), f"got {environment.network.cidr}", "a prefix from /16 to /28")


@rule("network")
def vpc_is_private(environment: FoundationConfig) -> Iterator[Problem]:
    """Public addresses inside a VPC hide that part of the internet from it."""
    if not any(environment.network.cidr.subnet_of(block) for block in PRIVATE_BLOCKS):
        yield Problem(("network", "cidr"), f"got {environment.network.cidr}", "a private range such as 10.0.0.0/16")


@rule("network", "region")
def zones_exist(environment: FoundationConfig) -> Iterator[Problem]:
    """Zones belong to the region, and there are enough of them."""
    zones, there = environment.network.zones, zones_of(environment.region)
    known = f"{environment.region} has {', '.join(there)}"
    if isinstance(zones, int):
        if zones > len(there):
            yield Problem(("network", "zones"), f"got {zones}", f"at most {len(there)}: {known}")
        return
    for zone in dict.fromkeys(zones):
        if zones.count(zone) > 1:
            yield Problem(("network", "zones"), f"got {zone} twice", "each zone once")
        if zone[:-1] != environment.region:  # which letters there are differs from account to account
            yield Problem(("network", "zones"), f"got {zone}", f"zones of {environment.region}")


@rule("network", "region")
def vpc_holds_the_subnets(environment: FoundationConfig) -> Iterator[Problem]:
    """Computed subnets fit into the VPC: two blocks a zone, whether both are used or not."""
    network = environment.network
    if network.existing is not None or "auto" not in (network.public_subnets, network.private_subnets):
        return
    blocks = 2 ** max(network.subnet_prefix - network.cidr.prefixlen, -1)
    zones = len(network_zones(network, environment.region))
    if blocks < 2 * zones:
        yield Problem(
            ("network", "cidr"),
            f"got {network.cidr}, which holds {int(blocks)} subnets of /{network.subnet_prefix}",
            f"room for {2 * zones} ({zones} zones, public and private): a larger cidr or subnet_prefix",
        )


@rule("network", "region")
def given_subnets_fit(environment: FoundationConfig) -> Iterator[Problem]:
    """Given subnets lie in the VPC and in its zones, and have a size that AWS takes."""
    network = environment.network
    zones = network_zones(network, environment.region)
    for kind in ("public_subnets", "private_subnets"):
        for zone, cidr in _given(network, kind).items():
            path = ("network", kind, zone)
            if not cidr.subnet_of(network.cidr):
                yield Problem(path, f"got {cidr}", f"a part of the VPC {network.cidr}")
            if cidr.prefixlen not in _PREFIXES:
                yield Problem(path, f"got {cidr}", "a prefix from /16 to /28")
            if zone not in zones:
                yield Problem(path, f"got a subnet in {zone}", f"one of the network's zones {', '.join(zones)}")


@rule("network", "region")
def subnets_do_not_overlap(environment: FoundationConfig) -> Iterator[Problem]:
    """No address belongs to two subnets."""
    if environment.network.existing is not None:
        return
    layout = environment.layout
    subnets = [(("network", kind, zone), cidr)
               for kind, by_zone in (("public_subnets", layout.public), ("private_subnets", layout.private))
               for zone, cidr in by_zone.items() if isinstance(cidr, IPv4Network)]  # fmt: skip
    for (path_a, a), (path_b, b) in combinations(subnets, 2):
        if a.overlaps(b):
            yield Problem(path_b, f"got {b}", f"no overlap with {'.'.join(path_a)}, {a}")


@rule("network")
def existing_stands_alone(environment: FoundationConfig) -> Iterator[Problem]:
    """Beside an existing VPC, settings of a new one would do nothing."""
    network = environment.network
    if network.existing is None:
        return
    # Endpoints too: their private names would change where everybody else in that VPC finds these services.
    for setting in sorted(network.model_fields_set - {"existing"}):
        yield Problem(("network", setting), "got a setting beside network.existing", "nothing beside it")


@rule("network")
def existing_has_subnets(environment: FoundationConfig) -> Iterator[Problem]:
    """Nodes need a subnet."""
    existing = environment.network.existing
    if existing is not None and not existing.private_subnets and not existing.public_subnets:
        yield Problem(("network", "existing", "private_subnets"), "got none", "a subnet id for each zone in use")


@rule("network", "region")
def existing_subnets_are_distinct(environment: FoundationConfig) -> Iterator[Problem]:
    """A subnet stands in one zone of the region."""
    existing = environment.network.existing
    if existing is None:
        return
    seen: set[str] = set()
    for kind, subnets in (("private_subnets", existing.private_subnets), ("public_subnets", existing.public_subnets)):
        for zone, subnet in subnets.items():
            path = ("network", "existing", kind, zone)
            if zone[:-1] != environment.region:
                yield Problem(path, f"got a subnet in {zone}", f"a zone of {environment.region}")
            if subnet in seen:
                yield Problem(path, f"got {subnet} twice", "each subnet once")
            seen.add(subnet)


@rule("network", "access", "region")
def nodes_have_subnets(environment: FoundationConfig) -> Iterator[Problem]:
    """The kind of subnet that the nodes are put into is there."""
    if environment.network.existing is not None and not (
        environment.network.existing.private_subnets or environment.network.existing.public_subnets
    ):
        return  # said by existing_has_subnets
    section = ("network",) if environment.network.existing is None else ("network", "existing")
    if environment.access.public_nodes and not environment.layout.public:
        wanted = dotted((*section, "public_subnets"))
        yield Problem(("access", "public_nodes"), "got true without public subnets", wanted)
    if not environment.access.public_nodes and not environment.layout.private and _has_room(environment.network):
        # Of a flavour whose nodes are always in private subnets the setting takes nothing but false.
        public = type(environment.access).model_fields["public_nodes"].annotation is bool
        wanted = "subnets for the nodes" + (", or access.public_nodes: true" if public else "")
        yield Problem((*section, "private_subnets"), "got none", wanted)


@rule("network", "region")
def endpoints_have_subnets(environment: FoundationConfig) -> Iterator[Problem]:
    """Interface endpoints stand in the private subnets, each named once."""
    endpoints = environment.network.endpoints
    if endpoints and not environment.layout.private and _has_room(environment.network):
        yield Problem(("network", "endpoints"), "got endpoints", "private subnets to put them in")
    for endpoint in dict.fromkeys(endpoints):
        if endpoints.count(endpoint) > 1:
            yield Problem(("network", "endpoints"), f"got {endpoint} twice", "each endpoint once")


def _given(network: NetworkConfig, kind: str) -> dict[str, IPv4Network]:
    subnets = getattr(network, kind)
    return subnets if isinstance(subnets, dict) and network.existing is None else {}


def _has_room(network: NetworkConfig) -> bool:
    """Whether subnets can be computed at all; `vpc_holds_the_subnets` speaks when not."""
    return network.subnet_prefix >= network.cidr.prefixlen
