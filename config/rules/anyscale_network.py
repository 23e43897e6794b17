"""Rules over what Anyscale wants of the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_firewall import cloud_rules
from config.foundation import FoundationConfig
from config.layout import network_zones
from config.problems import Path, Problem
from config.rules.access import RULES_PER_GROUP
from config.rules.registry import rule
from config.security_rules import Direction

_SMALLEST_PREFIX = 24
"""`anyscale cloud register` refuses a smaller VPC, and subnets below /28, which AWS has not:
https://docs.anyscale.com/reference/cli/cloud#anyscale-cloud-register"""
_SMALLEST_OF_AWS = 28


@rule("network")
def vpc_has_room_for_a_cloud(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Anyscale registers no VPC below 256 addresses."""
    cidr = environment.network.cidr
    if _SMALLEST_PREFIX < cidr.prefixlen <= _SMALLEST_OF_AWS:
        yield Problem(("network", "cidr"), f"got {cidr}", f"a prefix from /16 to /{_SMALLEST_PREFIX} for Anyscale")


@rule("network", "access", "region")
def nodes_have_two_zones(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """Anyscale registers subnets of at least two zones."""
    path, zones = zones_of_nodes(environment)
    if len(zones) == 1:
        yield Problem(path, f"got {zones[0]} alone", "at least two zones with a subnet for nodes")


def zones_of_nodes(environment: FoundationConfig) -> tuple[Path, list[str]]:
    """The zones that nodes are in, and the setting that says so."""
    network = environment.network
    kind = "public_subnets" if environment.access.public_nodes else "private_subnets"
    if network.existing is not None:
        return ("network", "existing", kind), environment.node_zones
    if isinstance(getattr(network, kind), dict):
        return ("network", kind), environment.node_zones
    return ("network", "zones"), list(dict.fromkeys(network_zones(network, environment.region)))


@rule("access", "network", "memorydb")
def openings_fit_into_the_group(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """A range of clients takes one rule, one of a machine pool 22, an entry of egress one."""
    rules = [each for each in cloud_rules(environment) if each.group == "cloud"]
    for direction in get_args(Direction):
        count = sum(each.direction == direction for each in rules)
        if count > RULES_PER_GROUP:
            yield Problem(
                ("access",),
                f"got ranges that need {count} {direction} rules",
                f"at most {RULES_PER_GROUP} in a group: fewer ranges",
            )


@rule("access")
def egress_has_ports_in_order(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """A range of ports begins before it ends."""
    for index, each in enumerate(environment.access.egress):
        first, last = each.ports
        if last < first:
            yield Problem(
                ("access", "egress", index, "last_port"), f"got {last}", f"{first} or more, the entry's first_port"
            )


@rule("access", "network", "memorydb")
def egress_is_named_once(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """EC2 refuses a rule that is there, such as 443 of the internet."""
    named = [(each.cidr, each.protocol, each.ports) for each in environment.access.egress]
    out = [each for each in cloud_rules(environment) if each.direction == "egress"]
    keys = [(each.peer, each.protocol, (each.first_port, each.last_port)) for each in out]
    for index, key in enumerate(named):
        if key in named[:index] or keys.count(key) > named.count(key):
            cidr, protocol, (first, last) = key
            ports = first if first == last else f"{first}-{last}"
            yield Problem(("access", "egress", index), f"got {protocol} {ports} of {cidr} twice", "each opening once")


@rule("access", "network")
def clients_come_by_ipv4(environment: AnyscaleCloudConfig) -> Iterator[Problem]:
    """The VPC that is made has no IPv6 addresses: a rule for a range of them would let nobody in."""
    if environment.network.existing is not None:
        return
    for setting, cidrs in environment.access.ranges.items():
        for index, cidr in enumerate(cidrs):
            if cidr.version != 4:
                yield Problem(
                    ("access", setting, index),
                    f"got {cidr}",
                    "an IPv4 range: the VPC of the cloud has no IPv6, or network.existing with one that has",
                )
