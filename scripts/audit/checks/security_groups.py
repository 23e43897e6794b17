"""Security groups against the declared rules."""

from __future__ import annotations

from collections.abc import Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.firewall import declared_rules
from config.foundation import FoundationConfig
from config.ports import TIERS, Port
from config.security_rules import ALL_PROTOCOLS, Direction, Rule
from scripts.audit import applies
from scripts.audit.names import group_names_of, is_of_eks
from scripts.audit.open_rules import is_wide
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.audit.wanted import group_names, present, tagged
from scripts.inventory import Inventory
from scripts.inventory.reading import readable
from scripts.inventory.security_groups import DEFAULT_GROUP, SecurityGroupRule

Line = tuple[str, str, str]
"""Group, ports and peer of a rule, by names."""


@check("security_groups.declared_groups_there", severity=Severity.HIGH)
def declared_groups_there(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every declared security group is there.

    Why: a node without its group cannot be started, and one in another group is not guarded as declared.

    Fix: apply again.
    """
    found = {group.name for group in readable(inventory.security_groups.groups)}
    yield from present("the group", found, set(group_names_of(config)))


@check("security_groups.ingress_declared", severity=Severity.HIGH, setting="access.client_cidrs")
def ingress_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """What comes in is exactly what the port table and the access section declare: nothing missing, nothing added.

    Nodes of an Anyscale cloud have no port table: their group trusts itself, and lets in the access section's
    ranges.

    A rule that was added is shown with the ports of `docs/ports.md` that it opens.

    Why: whoever reaches one of Ray's ports runs code on the cluster, with the rights of its role.

    Fix: `access.client_cidrs`, `access.ssh_cidrs` or `access.machine_pool_cidrs` for a rule that is wanted; then
    apply, which removes the others.
    """
    yield from _compare(inventory, config, "ingress")


@check("security_groups.egress_declared", severity=Severity.MEDIUM)
def egress_declared(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """What goes out is exactly what the port table declares: nothing missing, nothing added.

    Why: a missing rule breaks the cluster, an added one is a way for data to leave it.

    Fix: apply again.
    """
    yield from _compare(inventory, config, "egress")


@check(
    "security_groups.closed_to_world",
    severity=Severity.HIGH,
    standards=("FSBP EC2.18", "Config vpc-sg-open-only-to-authorized-ports"),
    setting="access.client_cidrs",
)
def closed_to_world(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """No group lets in a range wider than /8 (IPv6: /16) that the access section does not name.

    Why: two halves of the internet are the internet, and no office needs a range of that size.

    Fix: remove the rule; if it is wanted, name the range in the access section with `access.allow_public: true`.
    """
    named = {str(cidr) for cidrs in config.access.ranges.values() for cidr in cidrs}
    rules = [rule for rule in readable(inventory.security_groups.rules) if not rule.egress]
    for group in readable(inventory.security_groups.groups):
        opened = [
            rule for rule in rules if rule.group_id == group.group_id and is_wide(rule.peer) and rule.peer not in named
        ]
        detail = "; ".join(f"{rule.ports} open to {rule.peer} ({rule.description or rule.rule_id})" for rule in opened)
        yield Verdict(group.name, not opened, detail or "closed to the world")


@check("security_groups.rules_described", severity=Severity.LOW)
def rules_described(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every rule says what it is for, but those that EKS writes for its cluster.

    Why: nobody dares to remove a rule that nobody can explain.

    Fix: apply again.
    """
    names = group_names(inventory)
    for rule in readable(inventory.security_groups.rules):
        if is_of_eks(names.get(rule.group_id, ""), config):
            continue  # `eks.cluster_group_unchanged` judges them
        peer = f"{'to' if rule.egress else 'from'} {names.get(rule.peer, rule.peer)}"
        detail = f"{rule.ports} {peer}: {rule.description or 'no description'}"
        yield Verdict(names.get(rule.group_id, rule.group_id), bool(rule.description), detail)


@check(
    "security_groups.default_empty",
    severity=Severity.MEDIUM,
    applies=applies.own_vpc,
    standards=("FSBP EC2.2", "CIS 5.4", "Config vpc-default-security-group-closed"),
)
def default_empty(inventory: Inventory, _config: FoundationConfig) -> Iterator[Verdict]:
    """The VPC's default group lets nothing in or out, so that using it by mistake opens nothing.

    Why: EC2 puts in this group whatever is started without naming one.

    Fix: apply again.
    """
    for group in readable(inventory.security_groups.groups):
        if group.name == DEFAULT_GROUP:
            rules = [rule for rule in readable(inventory.security_groups.rules) if rule.group_id == group.group_id]
            detail = "; ".join(f"{'to' if rule.egress else 'from'} {rule.peer}: {rule.ports}" for rule in rules)
            yield Verdict(group.group_id, not rules, detail or "no rule")


@check("security_groups.tagged", severity=Severity.LOW, standards=("Config required-tags",), setting="tags")
def groups_tagged(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Declared security groups carry every tag of the environment.

    Why: bills, owners and this audit find what belongs together by its tags.

    Fix: apply again.
    """
    declared = set(group_names_of(config))
    for group in readable(inventory.security_groups.groups):
        if group.name in declared:
            yield tagged(group.name, group.tags, config)


def _compare(inventory: Inventory, config: FoundationConfig, direction: Direction) -> Iterator[Verdict]:
    names = group_names(inventory)
    wanted = {_declared_line(rule, config): rule for rule in declared_rules(config) if rule.direction == direction}
    found = {
        _found_line(rule, names): rule
        for rule in readable(inventory.security_groups.rules)
        if rule.egress == (direction == "egress")
    }
    for name in group_names_of(config):
        wrong = [
            *_missing(name, {line: rule for line, rule in wanted.items() if line not in found}),
            *_added(name, {line: rule for line, rule in found.items() if line not in wanted}, config),
        ]
        count = sum(line[0] == name for line in wanted)
        yield from wrong or [Verdict(name, True, f"exactly the {count} declared rules")]


def _missing(group: str, rules: dict[Line, Rule]) -> Iterator[Verdict]:
    for (name, ports, peer), rule in sorted(rules.items(), key=lambda item: item[0]):
        if name == group:
            yield Verdict(group, False, f"missing: {ports}, peer {peer} ({rule.description})")


def _added(group: str, rules: dict[Line, SecurityGroupRule], config: FoundationConfig) -> Iterator[Verdict]:
    for (name, ports, peer), rule in sorted(rules.items(), key=lambda item: item[0]):
        if name == group:
            detail = f"not declared: {ports}, peer {peer} ({rule.description or 'no description'})"
            yield Verdict(group, False, detail + _opened(group, rule, config))


def _opened(group: str, rule: SecurityGroupRule, config: FoundationConfig) -> str:
    """The ports of the table that an ingress rule opens, in words; nothing when it opens none."""
    if not isinstance(config, Ec2ClusterConfig):
        return ""
    tier = next((tier for tier in TIERS if config.label.name(tier) == group), None)
    if rule.egress or tier is None:
        return ""
    reached = [f"{port.name} {port.shown}" for port in config.port_table if port.is_on(tier) and _reaches(rule, port)]
    return f", opens {', '.join(reached)}" if reached else ""


def _reaches(rule: SecurityGroupRule, port: Port) -> bool:
    if rule.protocol == ALL_PROTOCOLS:
        return True
    return rule.protocol == "tcp" and rule.first_port <= port.last and port.first <= rule.last_port


def _declared_line(rule: Rule, config: FoundationConfig) -> Line:
    group = config.group_name(rule.group)
    peer = config.group_name(rule.peer) if isinstance(rule.peer, str) else str(rule.peer)
    if rule.first_port is None:
        return group, "all traffic", peer
    ports = f"{rule.first_port}" if rule.first_port == rule.last_port else f"{rule.first_port}-{rule.last_port}"
    return group, f"{rule.protocol} {ports}", peer


def _found_line(rule: SecurityGroupRule, names: dict[str, str]) -> Line:
    return names.get(rule.group_id, rule.group_id), rule.ports, names.get(rule.peer, rule.peer)
