"""VPC, subnets, routes and endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from config.foundation import FoundationConfig
from scripts.audit import applies
from scripts.audit.policies import allows_everything
from scripts.audit.registry import Severity, check
from scripts.audit.subnet_routes import default_route, internet_routes, shown_route
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import tagged
from scripts.inventory import Inventory
from scripts.inventory.network import RouteTable, Subnet
from scripts.inventory.reading import readable

LOCAL = "local"
OWN_TARGETS = ("igw-", "nat-", "vpce-")
"""Where the tables of a VPC of our own lead: the internet gateway, NAT gateways and gateway endpoints."""
BLACKHOLE = "blackhole"


@check("network.vpc_cidr_declared", severity=Severity.HIGH, applies=applies.own_vpc, setting="network.cidr")
def vpc_cidr_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The VPC has the declared addresses and no others.

    Why: an added block may overlap what the VPC is connected to, and no subnet of ours lies in it.

    Fix: remove the block that was added; `network.cidr` itself cannot be changed.
    """
    for vpc in readable(inventory.network.vpcs):
        yield expect(vpc.vpc_id, "CIDR", vpc.cidrs, (str(config.network.cidr),))


@check("network.dns_on", severity=Severity.MEDIUM, setting="network")
def dns_on(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """DNS support and DNS hostnames are on: EFS, interface endpoints and the head's name need them.

    Why: without them mounts fail and workers do not find the head at their next boot.

    Fix: apply again; in an existing VPC ask its owner.
    """
    yield expect("vpc", "DNS support", inventory.network.dns_support, True)
    yield expect("vpc", "DNS hostnames", inventory.network.dns_hostnames, True)


@check(
    "network.vpc_tagged",
    severity=Severity.LOW,
    applies=applies.own_vpc,
    standards=("Config required-tags",),
    setting="tags",
)
def vpc_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """VPC and subnets carry every tag of the environment.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    for vpc in readable(inventory.network.vpcs):
        yield tagged(vpc.vpc_id, vpc.tags, config)
    for subnet in readable(inventory.network.subnets):
        yield tagged(subnet.subnet_id, subnet.tags, config)


@check("network.subnets_declared", severity=Severity.HIGH, applies=applies.own_vpc, setting="network.private_subnets")
def subnets_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Exactly the declared subnets are there, each with its CIDR and zone.

    Why: a subnet added by hand uses the main route table and ACL, which nobody declared.

    Fix: `network.public_subnets` and `network.private_subnets`, then apply.
    """
    layout = config.layout
    wanted = {(zone, str(cidr)) for subnets in (layout.public, layout.private) for zone, cidr in subnets.items()}
    found = {(subnet.zone, subnet.cidr): subnet.subnet_id for subnet in readable(inventory.network.subnets)}
    for zone, cidr in sorted(wanted | found.keys()):
        place = f"{cidr} in {zone}"
        if (zone, cidr) not in found:
            yield Verdict(place, False, "the declared subnet is missing")
        else:
            declared = (zone, cidr) in wanted
            yield Verdict(found[zone, cidr], declared, place if declared else f"{place} is not declared")


@check(
    "network.subnets_give_no_public_address",
    severity=Severity.HIGH,
    applies=applies.own_vpc,
    standards=("FSBP EC2.15", "Config subnet-auto-assign-public-ip-disabled"),
    setting="access.public_nodes",
)
def subnets_give_no_public_address(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No subnet hands out public addresses by itself: nodes that need one ask for it.

    Anyscale's nodes do not ask: where its direct networking is declared (`access.public_nodes` of a cloud), public
    subnets hand them out, and no others.

    Why: whatever is started there by mistake would stand on the internet.

    Fix: apply again; `access.public_nodes: true` gives nodes an address of their own.
    """
    public = {str(cidr) for cidr in config.layout.public.values()} if applies.gives_public_addresses(config) else set()
    for subnet in readable(inventory.network.subnets):
        yield expect(subnet.subnet_id, "public address on launch", subnet.maps_public_ip, subnet.cidr in public)


@check(
    "network.public_subnets_reach_internet",
    severity=Severity.MEDIUM,
    applies=applies.has_public_subnets,
    setting="network.public_subnets",
)
def public_subnets_reach_internet(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Public subnets have a working route to the internet gateway of the VPC.

    Why: NAT gateways and public nodes stand there; without it nothing installs a package.

    Fix: apply again.
    """
    gateways = {gateway.internet_gateway_id for gateway in readable(inventory.network.internet_gateways)}
    for subnet in _subnets(inventory, {str(cidr) for cidr in config.layout.public.values()}):
        route = default_route(inventory.network, subnet)
        yield Verdict(subnet.subnet_id, route is not None and route.target in gateways, shown_route(route))


@check(
    "network.private_subnets_stay_private",
    severity=Severity.HIGH,
    applies=applies.has_private_subnets,
    standards=("Config no-unrestricted-route-to-igw",),
    setting="network.private_subnets",
)
def private_subnets_stay_private(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No private subnet has a route to an internet gateway, whatever its destination.

    Why: with such a route, a public address on any interface there is all that the internet needs.

    Fix: remove the route, or apply again.
    """
    for subnet in _subnets(inventory, {str(cidr) for cidr in config.layout.private.values()}):
        opened = internet_routes(inventory.network, subnet)
        detail = ", ".join(map(shown_route, opened)) or "no route to an internet gateway"
        yield Verdict(subnet.subnet_id, not opened, detail)


@check(
    "network.private_subnets_reach_nat",
    severity=Severity.MEDIUM,
    applies=applies.has_private_subnets,
    setting="network.nat",
)
def private_subnets_reach_nat(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every private subnet goes out through an available NAT gateway, or nowhere when none is declared.

    Why: a node that boots without a way out cannot install Ray.

    Fix: `network.nat`, then apply.
    """
    available = {nat.nat_gateway_id for nat in readable(inventory.network.nat_gateways) if nat.state == "available"}
    for subnet in _subnets(inventory, {str(cidr) for cidr in config.layout.private.values()}):
        route = default_route(inventory.network, subnet)
        ok = route is not None and route.target in available if config.layout.nat_zones else route is None
        yield Verdict(subnet.subnet_id, ok, shown_route(route))


@check("network.nat_gateways_declared", severity=Severity.MEDIUM, applies=applies.own_vpc, setting="network.nat")
def nat_gateways_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """NAT gateways are as many as declared, each in the public subnet of its zone.

    Why: one too few takes a zone off the internet, one too many is paid by the hour.

    Fix: `network.nat`, then apply.
    """
    zones = {subnet.subnet_id: subnet.zone for subnet in readable(inventory.network.subnets)}
    found = tuple(sorted(zones.get(nat.subnet_id, "?") for nat in readable(inventory.network.nat_gateways)))
    yield expect("vpc", "zones with a NAT gateway", found, tuple(sorted(config.layout.nat_zones)))


@check("network.routes_stay_inside", severity=Severity.HIGH, applies=applies.own_vpc, standards=("CIS 5.5",))
def routes_stay_inside(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No route leads to another network: a peering connection, a transit gateway, somebody's interface.

    Why: such a route joins the cluster to a network whose security nobody here looks after.

    Fix: remove the route, or apply again; use `network.existing` for a VPC that is part of a larger network.
    """
    for table in _tables(inventory):
        foreign = [route for route in table.routes if not _is_own(route.target)]
        detail = ", ".join(map(shown_route, foreign)) or f"{len(table.routes)} routes, all of the VPC itself"
        yield Verdict(table.route_table_id, not foreign, detail)


@check("network.routes_alive", severity=Severity.MEDIUM, applies=applies.own_vpc, setting="network.nat")
def routes_alive(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """No route leads to something that is gone.

    Why: EC2 drops what is sent there without a word, so that downloads hang until they time out.

    Fix: apply again.
    """
    for table in _tables(inventory):
        dead = [route for route in table.routes if route.state == BLACKHOLE]
        detail = ", ".join(f"{shown_route(route)} is a black hole" for route in dead)
        yield Verdict(table.route_table_id, not dead, detail or "no black hole")


@check("network.main_table_closed", severity=Severity.LOW, applies=applies.own_vpc)
def main_table_closed(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The VPC's main route table leads nowhere.

    Why: it counts for every subnet that has no table of its own, such as one that was added by hand.

    Fix: remove its routes; a subnet that needs a way out gets a table of its own.
    """
    for table in _tables(inventory):
        if table.main:
            outward = [route for route in table.routes if route.target != LOCAL]
            detail = ", ".join(map(shown_route, outward)) or "no route out of the VPC"
            yield Verdict(table.route_table_id, not outward, detail)


@check("network.s3_endpoint_on_every_table", severity=Severity.MEDIUM, applies=applies.own_vpc)
def s3_endpoint_on_every_table(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Every route table of a subnet leads to S3 through the gateway endpoint: free, and inside AWS.

    Why: without it, data sets pass a NAT gateway, which is paid by the gigabyte, or do not come at all.

    Fix: apply again.
    """
    endpoints = [endpoint for endpoint in readable(inventory.vpc_endpoints) if endpoint.service == "s3"]
    served = {table for endpoint in endpoints for table in endpoint.route_table_ids}
    for table in _tables(inventory):
        if table.subnet_ids:
            yield expect(table.route_table_id, "S3 endpoint", table.route_table_id in served, True)


@check(
    "network.endpoint_policies_narrow",
    severity=Severity.MEDIUM,
    applies=applies.own_vpc,
    setting="network.s3_endpoint_buckets",
)
def endpoint_policies_narrow(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """Endpoints have a policy of their own: AWS's default lets any credentials reach any resource through them.

    Why: whoever runs code on a node could carry data to a bucket of another account.

    Fix: apply again; `network.s3_endpoint_buckets` names buckets of others that nodes may read.
    """
    for endpoint in readable(inventory.vpc_endpoints):
        wide = not endpoint.policy or allows_everything(endpoint.policy)
        yield Verdict(endpoint.service, not wide, "the policy allows everything" if wide else "the policy is narrowed")


@check(
    "network.interface_endpoints_declared",
    severity=Severity.MEDIUM,
    applies=applies.has_interface_endpoints,
    standards=("FSBP EC2.55", "FSBP EC2.56", "FSBP EC2.57", "Config vpc-endpoint-enabled"),
    setting="network.endpoints",
)
def interface_endpoints_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every declared interface endpoint is available under the service's own DNS name.

    The standards want those of ECR and Systems Manager in every VPC. Here they are wanted where the environment
    declares them: they are paid by the hour, and a NAT gateway serves as well.

    Why: nodes without another way out do not reach the service.

    Fix: `network.endpoints`, then apply.
    """
    found = {
        endpoint.service: endpoint for endpoint in readable(inventory.vpc_endpoints) if endpoint.type == "Interface"
    }
    for service in config.network.endpoints:
        endpoint = found.get(service)
        if endpoint is None:
            yield Verdict(service, False, "the declared endpoint is missing")
        else:
            yield expect(service, "state and private DNS", (endpoint.state, endpoint.private_dns), ("available", True))


def _subnets(inventory: Inventory, cidrs: set[str]) -> list[Subnet]:
    return [subnet for subnet in readable(inventory.network.subnets) if subnet.cidr in cidrs]


def _tables(inventory: Inventory) -> tuple[RouteTable, ...]:
    return readable(inventory.network.route_tables)


def _is_own(target: str) -> bool:
    return target == LOCAL or target.startswith(OWN_TARGETS)
