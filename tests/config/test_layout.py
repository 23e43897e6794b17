"""Subnets: never overlapping, inside the VPC, and never moved by another zone."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations, product

import pytest

from config.layout import NetworkLayout, network_layout
from config.network import NetworkConfig
from config.zones import zones_of

REGION = "us-east-1"
SHAPES = [
    pytest.param(cidr, prefix, zones, id=f"{cidr}-{prefix}-{zones}")
    for cidr, prefix, zones in product(
        ("10.0.0.0/16", "10.20.0.0/17", "192.168.0.0/20", "10.9.8.0/24"), (20, 22, 24, 26, 28), range(1, 7)
    )
    if 2 ** (prefix - IPv4Network(cidr).prefixlen) >= 2 * zones
]


def _layout(cidr: str, prefix: int, zones: int | list[str]) -> NetworkLayout:
    return network_layout(NetworkConfig(cidr=IPv4Network(cidr), subnet_prefix=prefix, zones=zones), REGION)


def _cidrs(layout: NetworkLayout) -> list[IPv4Network]:
    subnets = [*layout.public.values(), *layout.private.values()]
    return [subnet for subnet in subnets if isinstance(subnet, IPv4Network)]


@pytest.mark.parametrize(("cidr", "prefix", "zones"), SHAPES)
def test_subnets_lie_apart_inside_the_vpc(cidr: str, prefix: int, zones: int) -> None:
    subnets = _cidrs(_layout(cidr, prefix, zones))
    assert len(subnets) == 2 * zones
    assert all(subnet.prefixlen == prefix and subnet.subnet_of(IPv4Network(cidr)) for subnet in subnets)
    assert not any(a.overlaps(b) for a, b in combinations(subnets, 2))


@pytest.mark.parametrize(("cidr", "prefix", "zones"), [shape for shape in SHAPES if shape.values[2] != 1])
def test_another_zone_moves_no_subnet(cidr: str, prefix: int, zones: int) -> None:
    before, after = _layout(cidr, prefix, zones - 1), _layout(cidr, prefix, zones)
    assert before.public.items() <= after.public.items()
    assert before.private.items() <= after.private.items()


def test_another_named_zone_at_the_end_moves_no_subnet() -> None:
    before = _layout("10.0.0.0/16", 22, ["us-east-1c", "us-east-1b"])
    after = _layout("10.0.0.0/16", 22, ["us-east-1c", "us-east-1b", "us-east-1a"])
    assert before.private.items() <= after.private.items()
    assert before.public.items() <= after.public.items()


def test_as_many_zones_as_named_subnets_are_computed() -> None:
    assert list(_layout("10.0.0.0/16", 22, 3).private) == zones_of(REGION)[:3]


def test_turning_public_subnets_off_moves_no_private_one() -> None:
    network = NetworkConfig(public_subnets="none", nat="none")
    assert network_layout(network, REGION).private == network_layout(NetworkConfig(), REGION).private


def test_given_subnets_are_taken_as_they_are() -> None:
    given = {"us-east-1a": IPv4Network("10.0.1.0/24")}
    layout = network_layout(NetworkConfig(public_subnets=given, private_subnets="none"), REGION)
    assert (layout.public, layout.private) == (given, {})


def test_default_subnet_has_the_addresses_that_the_documentation_names() -> None:
    (subnet, *_) = _cidrs(_layout("10.0.0.0/16", NetworkConfig().subnet_prefix, 1))
    assert subnet.num_addresses - 5 == 1019  # AWS keeps five: network, router, DNS, future, broadcast
