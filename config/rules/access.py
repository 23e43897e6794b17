"""Rules over the openings."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.problems import Problem
from config.rules.registry import rule
from config.ssh_key import is_whole

_WIDEST_PREFIX = 8
"""A range wider than /8 is refused: 0.0.0.0/1 and 128.0.0.0/1 are the internet in two halves."""
_WIDEST_PREFIX_IPV6 = 16


@rule("access")
def public_ranges_are_asked_for(environment: FoundationConfig) -> Iterator[Problem]:
    """The internet is let in only when the file says so in a word of its own."""
    access = environment.access
    if access.allow_public:
        return
    for setting, cidrs in access.ranges.items():
        for index, cidr in enumerate(cidrs):
            widest = _WIDEST_PREFIX if cidr.version == 4 else _WIDEST_PREFIX_IPV6
            if cidr.prefixlen < widest:
                yield Problem(
                    ("access", setting, index),
                    f"got {cidr}",
                    f"a range of /{widest} or narrower, or access.allow_public: true",
                )


@rule("access")
def ranges_are_named_once(environment: FoundationConfig) -> Iterator[Problem]:
    """Rules are keyed by range, so that the same range twice is one rule."""
    for setting, cidrs in environment.access.ranges.items():
        for index, cidr in enumerate(cidrs):
            if cidr in cidrs[:index]:
                yield Problem(("access", setting, index), f"got {cidr} twice", "each range once")


RULES_PER_GROUP = 60
"""Quota of inbound rules: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""
_RULES_OF_NODES = 8
"""Inbound rules that the head and workers need for each other, rounded up."""


@rule("access", "ray")
def rules_fit_into_a_group(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """A range takes a rule for each port that it may reach, on the head."""
    ranges = len(environment.access.client_cidrs) * len(environment.port_table.for_clients) + len(
        environment.access.ssh_cidrs
    )
    most = RULES_PER_GROUP - _RULES_OF_NODES
    if ranges > most:
        yield Problem(("access",), f"got ranges that need {ranges} rules on the head", f"at most {most}: fewer ranges")


@rule("access")
def clients_show_a_token(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Without a token, a port that clients reach runs anybody's code (GHSA-gx77-xgc2-4888)."""
    access = environment.access
    if access.allow_unauthenticated and access.client_cidrs:
        yield Problem(
            ("access", "allow_unauthenticated"),
            f"got true with client_cidrs of {len(access.client_cidrs)}",
            "no client_cidrs: make dashboard and make submit need none",
        )


@rule("access")
def public_key_is_whole(environment: Ec2ClusterConfig) -> Iterator[Problem]:
    """Nobody can log in with a key that was cut off when it was copied."""
    key = environment.access.ssh_public_key
    if key is not None and not is_whole(key):
        kind = key.partition(" ")[0]
        yield Problem(
            ("access", "ssh_public_key"),
            f"got text that is no whole key of type {kind}",
            "the line of the file that ends in .pub",
        )
