"""Which routes count for a subnet."""

from __future__ import annotations

from scripts.inventory.network import Network, Route, RouteTable, Subnet
from scripts.inventory.reading import readable

ANYWHERE = frozenset({"0.0.0.0/0", "::/0"})
INTERNET_GATEWAY = "igw-"


def table_of(network: Network, subnet: Subnet) -> RouteTable | None:
    """The subnet's own table, or the main one, which counts for all that have none."""
    tables = readable(network.route_tables)
    own = next((table for table in tables if subnet.subnet_id in table.subnet_ids), None)
    return own or next((table for table in tables if table.main), None)


def routes_of(network: Network, subnet: Subnet) -> tuple[Route, ...]:
    """The routes of that table."""
    table = table_of(network, subnet)
    return table.routes if table is not None else ()


def default_route(network: Network, subnet: Subnet) -> Route | None:
    """The way to everywhere else."""
    return next((route for route in routes_of(network, subnet) if route.destination in ANYWHERE), None)


def internet_routes(network: Network, subnet: Subnet) -> list[Route]:
    """Routes to an internet gateway, whatever their destination: with one, a subnet is public."""
    return [route for route in routes_of(network, subnet) if route.target.startswith(INTERNET_GATEWAY)]


def shown_route(route: Route | None) -> str:
    """A route as a person reads it."""
    return "no default route" if route is None else f"route {route.destination} to {route.target}"
