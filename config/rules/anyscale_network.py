"""Rules over what Anyscale wants of the network."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_firewall import cloud_rules
from config.layout import network_zones
from config.problems import Path, Problem
from config.rules.access import RULES_PER_GROUP
from config.rules.registry import rule

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
    path, zones = _zones_of_nodes(environment)
    if len(zones) == 1:
        yield Problem(path, f"got {zones[0]} alone", "at least two zones with a subnet for nodes")


def _zones_of_nodes(environment: AnyscaleCloudConfig) -> tuple[Path, list[str]]:
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
    """A range of clients takes one rule, one of a machine pool 22."""
    into = [each for each in cloud_rules(environment) if each.group == "cloud" and each.direction == "ingress"]
    if len(into) > RULES_PER_GROUP:
        yield Problem(
            ("access",),
            f"got ranges that need {len(into)} rules",
            f"at most {RULES_PER_GROUP} in a group: fewer ranges",
        )
