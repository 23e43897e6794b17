"""VPC, subnets, routes and endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from config.static_ec2 import StaticEc2Config
from scripts.audit import applies
from scripts.audit.policies import allows_everything
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict, expect
from scripts.audit.wanted import tagged
from scripts.inventory import Inventory
from scripts.inventory.network import Network, Route, RouteTable, Subnet
from scripts.inventory.reading import readable

ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})


@check("network.vpc_cidr_declared", severity=Severity.HIGH, applies=applies.own_vpc)
def vpc_cidr_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """The VPC has the declared addresses and no others.

    Fix: remove the block that was added; `network.cidr` itself cannot be changed.
    """
    for vpc in readable(inventory.network.vpcs):
        yield expect(vpc.vpc_id, "CIDR", vpc.cidrs, (str(config.network.cidr),))


@check("network.dns_on", severity=Severity.MEDIUM)
def dns_on(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """DNS support and DNS hostnames are on: EFS, interface endpoints and the head's name need them.

    Fix: apply again; in an existing VPC ask its owner.
    """
    yield expect("vpc", "DNS support", inventory.network.dns_support, True)
    yield expect("vpc", "DNS hostnames", inventory.network.dns_hostnames, True)


@check("network.vpc_tagged", severity=Severity.LOW, applies=applies.own_vpc)
def vpc_tagged(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """VPC and subnets carry every tag of the environment.

    Fix: apply again.
    """
    for vpc in readable(inventory.network.vpcs):
        yield tagged(vpc.vpc_id, vpc.tags, config)
    for subnet in readable(inventory.network.subnets):
        yield tagged(subnet.subnet_id, subnet.tags, config)


@check("network.subnets_declared", severity=Severity.HIGH, applies=applies.own_vpc)
def subnets_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Exactly the declared subnets are there, each with its CIDR and zone.

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


@check("network.subnets_give_no_public_address", severity=Severity.HIGH, applies=applies.own_vpc)
def subnets_give_no_public_address(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """No subnet hands out public addresses by itself: nodes that need one ask for it.

    Fix: apply again.
    """
    for subnet in readable(inventory.network.subnets):
        yield expect(subnet.subnet_id, "public address on launch", subnet.maps_public_ip, False)


@check("network.public_subnets_reach_internet", severity=Severity.MEDIUM, applies=applies.has_public_subnets)
def public_subnets_reach_internet(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Public subnets have a working route to the internet gateway of the VPC.

    Fix: apply again.
    """
    gateways = {gateway.internet_gateway_id for gateway in readable(inventory.network.internet_gateways)}
    for subnet in _subnets(inventory, {str(cidr) for cidr in config.layout.public.values()}):
        route = _default_route(inventory.network, subnet)
        yield Verdict(subnet.subnet_id, route is not None and route.target in gateways, _seen(route))


@check("network.private_subnets_stay_private", severity=Severity.HIGH, applies=applies.has_private_subnets)
def private_subnets_stay_private(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """No private subnet has a route to an internet gateway, whatever its destination.

    Fix: remove the route, or apply again.
    """
    for subnet in _subnets(inventory, {str(cidr) for cidr in config.layout.private.values()}):
        table = _table_of(inventory.network, subnet)
        opened = [route for route in (table.routes if table else ()) if route.target.startswith("igw-")]
        detail = ", ".join(map(_seen, opened)) or "no route to an internet gateway"
        yield Verdict(subnet.subnet_id, not opened, detail)


@check("network.private_subnets_reach_nat", severity=Severity.MEDIUM, applies=applies.has_private_subnets)
def private_subnets_reach_nat(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every private subnet goes out through an available NAT gateway, or nowhere when none is declared.

    Fix: `network.nat`, then apply.
    """
    available = {nat.nat_gateway_id for nat in readable(inventory.network.nat_gateways) if nat.state == "available"}
    for subnet in _subnets(inventory, {str(cidr) for cidr in config.layout.private.values()}):
        route = _default_route(inventory.network, subnet)
        ok = route is not None and route.target in available if config.layout.nat_zones else route is None
        yield Verdict(subnet.subnet_id, ok, _seen(route))


@check("network.nat_gateways_declared", severity=Severity.MEDIUM, applies=applies.own_vpc)
def nat_gateways_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """NAT gateways are as many as declared, each in the public subnet of its zone.

    Fix: `network.nat`, then apply.
    """
    zones = {subnet.subnet_id: subnet.zone for subnet in readable(inventory.network.subnets)}
    found = tuple(sorted(zones.get(nat.subnet_id, "?") for nat in readable(inventory.network.nat_gateways)))
    yield expect("vpc", "zones with a NAT gateway", found, tuple(sorted(config.layout.nat_zones)))


@check("network.s3_endpoint_on_every_table", severity=Severity.MEDIUM, applies=applies.own_vpc)
def s3_endpoint_on_every_table(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """Every route table of a subnet leads to S3 through the gateway endpoint: free, and inside AWS.

    Fix: apply again.
    """
    endpoints = [endpoint for endpoint in readable(inventory.vpc_endpoints) if endpoint.service == "s3"]
    served = {table for endpoint in endpoints for table in endpoint.route_table_ids}
    for table in readable(inventory.network.route_tables):
        if table.subnet_ids:
            yield expect(table.route_table_id, "S3 endpoint", table.route_table_id in served, True)


@check("network.endpoint_policies_narrow", severity=Severity.MEDIUM, applies=applies.own_vpc)
def endpoint_policies_narrow(inventory: Inventory, _config: StaticEc2Config) -> Iterator[Verdict]:
    """Endpoints have a policy of their own: AWS's default lets any credentials reach any resource through them.

    Fix: apply again.
    """
    for endpoint in readable(inventory.vpc_endpoints):
        wide = not endpoint.policy or allows_everything(endpoint.policy)
        yield Verdict(endpoint.service, not wide, "the policy allows everything" if wide else "the policy is narrowed")


@check("network.interface_endpoints_declared", severity=Severity.MEDIUM, applies=applies.has_interface_endpoints)
def interface_endpoints_declared(inventory: Inventory, config: StaticEc2Config) -> Iterator[Verdict]:
    """Every declared interface endpoint is available under the service's own DNS name.

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


def _table_of(network: Network, subnet: Subnet) -> RouteTable | None:
    """The subnet's own table, or the main one, which counts for all that have none."""
    tables = readable(network.route_tables)
    own = next((table for table in tables if subnet.subnet_id in table.subnet_ids), None)
    return own or next((table for table in tables if table.main), None)


def _default_route(network: Network, subnet: Subnet) -> Route | None:
    table = _table_of(network, subnet)
    return next((route for route in (table.routes if table else ()) if route.destination in ANYWHERE), None)


def _seen(route: Route | None) -> str:
    return "no default route" if route is None else f"route {route.destination} to {route.target}"
