"""Who may reach what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scripts.checkov_scan.policies.firewall import GROUPS, RULES, Rule, Rules, rules_of
from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.ranges import is_the_world
from scripts.checkov_scan.policies.registry import policy

_SUBJECTS = (*GROUPS, *RULES)


@policy("CKV2_RAYFORM_1", *_SUBJECTS, setting="access.client_cidrs")
def ray_ports_are_not_public(subject: Resource, plan: Plan) -> Iterator[str]:
    """No port of Ray is open to the world.

    Why: whoever reaches a port of Ray can run code on the cluster; checkov knows none of these ports. The ranges of
    all rules of a group count together, so that halves of the internet are the internet, in IPv4 and in IPv6.
    Fix: narrow `access.client_cidrs`; ranges that are meant to be that wide need `access.allow_public: true`.
    """
    rules = _undeclared(rules_of(plan, subject, "ingress"), plan)
    for port in plan.declared.ray_ports:
        reached = [rule for rule in rules.read if rule.covers(port.first, port.last)]
        if _open(reached):
            yield f"{port.name} ({_shown(port.first, port.last)}) is open through {_addresses(reached)}"
    rules.finish()


@policy("CKV2_RAYFORM_2", *_SUBJECTS, setting="access.ssh_cidrs")
def other_ports_are_not_public(subject: Resource, plan: Plan) -> Iterator[str]:
    """No other port is open to the world, not by IPv6 and not in parts.

    Why: checkov looks at single rules for 0.0.0.0/0 and at few ports; SSH on ::/0 or on 0.0.0.0/1 and 128.0.0.0/1
    passes it. Shared files, MemoryDB and endpoints have no caller outside of the VPC at all.
    Fix: narrow `access.ssh_cidrs`, or leave it out: SSM Session Manager works without it. In an Anyscale cloud narrow
    `access.client_cidrs`, who reach port 443.
    """
    rules = _undeclared(rules_of(plan, subject, "ingress"), plan)
    others = [rule for rule in rules.read if not _is_for_ray(rule, plan)]
    for first, last in sorted({(rule.first, rule.last) for rule in others}):
        reached = [rule for rule in others if rule.first <= last and first <= rule.last]
        if _open(reached):
            yield f"{_shown(first, last)} is open through {_addresses(reached)}"
    rules.finish()


@policy("CKV2_RAYFORM_3", *_SUBJECTS, setting="access.intra_cluster")
def no_rule_lets_everything_in(subject: Resource, plan: Plan) -> Iterator[str]:
    """No rule lets in all protocols or all ports, but between nodes when the environment says so.

    Why: such a rule opens what nobody has listed: other users' services on the node, the Docker socket, metrics.
    Fix: name ports. Nodes that need all ports among each other have `access.intra_cluster`; nodes of Anyscale do.
    """
    rules = rules_of(plan, subject, "ingress")
    for rule in rules.read:
        if rule.is_all_traffic and (rule.ranges or not plan.declared.all_traffic):
            yield f"{rule.address} lets in everything from {_sources(rule)}"
    rules.finish()


@policy("CKV2_RAYFORM_4", *_SUBJECTS)
def not_everything_goes_out(subject: Resource, plan: Plan) -> Iterator[str]:
    """All ports are not open towards the world, not by IPv6 and not in parts.

    Why: a program that was talked into it sends data out on any port; nodes need HTTPS, and HTTP for some packages.
    checkov sees 0.0.0.0/0 for all protocols only.
    Fix: remove the rule; what nodes fetch from outside comes over HTTPS, or through `network.endpoints`. An Anyscale
    cloud may ask for it with `access.open_egress`.
    """
    if plan.declared.open_egress:
        return
    rules = rules_of(plan, subject, "egress")
    wide = [rule for rule in rules.read if rule.is_all_traffic]
    if _open(wide):
        yield f"everything goes out through {_addresses(wide)}"
    rules.finish()


@policy("CKV_RAYFORM_15", *RULES)
def rules_say_what_for(subject: Resource, _plan: Plan) -> Iterator[str]:
    """Every rule says what it is for.

    Why: a rule that nobody can explain is never removed. checkov takes the null of a
    plan for a description.
    Fix: none in the environment file: rules and their descriptions come from the port table (docs/ports.md).
    """
    if not str(subject.value("description") or "").strip():
        yield "it has no description"


def _undeclared(rules: Rules, plan: Plan) -> Rules:
    """Rules without the ranges that the environment file names and calls public."""
    wished = plan.declared.open_ranges
    kept = (rule for rule in rules.read if not ({str(each) for each in rule.ranges} & wished))
    return Rules(tuple(kept), rules.unread)


def _is_for_ray(rule: Rule, plan: Plan) -> bool:
    return any(rule.covers(port.first, port.last) for port in plan.declared.ray_ports)


def _open(rules: Iterable[Rule]) -> bool:
    return is_the_world(each for rule in rules for each in rule.ranges)


def _addresses(rules: Iterable[Rule]) -> str:
    return ", ".join(dict.fromkeys(rule.address for rule in rules if rule.ranges))


def _sources(rule: Rule) -> str:
    return ", ".join(map(str, rule.ranges)) or "a security group"


def _shown(first: int, last: int) -> str:
    return f"port {first}" if first == last else f"ports {first}-{last}"
