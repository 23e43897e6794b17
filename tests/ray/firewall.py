"""Security groups as rules of nftables, made from the rules that the environment declares.

As on AWS: what is not allowed is dropped, answers to what was allowed come through, and neither the instance metadata
service nor the resolver of the VPC is filtered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from config.security_rules import Direction, Group, Rule

METADATA_ADDRESS = "169.254.169.254"
Members = Mapping[Group, Sequence[str]]


@dataclass(frozen=True)
class Flow:
    """Traffic that two rules let through together: one of the source's group, one of the target's."""

    source: str
    target: str
    name: str

    def __str__(self) -> str:
        return f"{self.name}: {self.source} to {self.target}"


def flow_of(rule: Rule) -> Flow:
    """Which traffic a rule is for; ranges of addresses are clients, or the internet."""
    peer = str(rule.peer)
    if rule.direction == "ingress":
        return Flow(peer, rule.group, rule.name)
    return Flow(rule.group, peer, rule.name)


def render_ruleset(
    group: Group, rules: Iterable[Rule], members: Members, *, resolver: str, without: Iterable[Flow] = ()
) -> str:
    """The rules of a member of `group`, but for the flows taken away, whose open connections stop too."""
    missing = set(without)
    own = [rule for rule in rules if rule.group == group]
    lines = [
        "table inet security_group",
        "delete table inet security_group",
        "table inet security_group {",
        *_chain("ingress", own, members, missing, always=[]),
        *_chain("egress", own, members, missing, always=[METADATA_ADDRESS, resolver]),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _chain(
    direction: Direction, rules: Sequence[Rule], members: Members, missing: set[Flow], *, always: Sequence[str]
) -> Iterator[str]:
    hook, loopback, side = ("input", "iif", "saddr") if direction == "ingress" else ("output", "oif", "daddr")
    yield f"  chain {direction} {{"
    yield f"    type filter hook {hook} priority 0; policy drop;"
    yield f"    {loopback} lo accept"
    for rule in rules:
        if flow_of(rule) in missing:
            # Requests are of the rule's own direction, answers of the other one.
            port = "dport" if rule.direction == direction else "sport"
            yield from _matching(rule, members, side, port, "drop")
    yield "    ct state established,related accept"
    for address in always:
        yield f"    ip daddr {address} accept"
    for rule in rules:
        if rule.direction == direction and flow_of(rule) not in missing:
            yield from _matching(rule, members, side, "dport", "accept")
    yield "  }"


def _matching(rule: Rule, members: Members, side: str, port: str, verdict: str) -> Iterator[str]:
    peers = members.get(rule.peer, ()) if isinstance(rule.peer, str) else [str(rule.peer)]
    family = "ip6" if any(":" in peer for peer in peers) else "ip"
    ports = "" if rule.first_port is None else f"tcp {port} {rule.first_port}-{rule.last_port} "
    if peers:
        yield f'    {family} {side} {{ {", ".join(peers)} }} {ports}{verdict} comment "{rule.name}"'
