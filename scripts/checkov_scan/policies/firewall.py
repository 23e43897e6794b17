"""Security-group rules of a plan, in whichever of Terraform's three forms they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scripts.checkov_scan.policies.plan import NotYetKnownError, Path, Plan, Resource
from scripts.checkov_scan.policies.ranges import Network, networks

GROUPS = ("aws_security_group", "aws_default_security_group")
RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule")
_ALL_PROTOCOLS = ("-1", "all")
_TCP = ("tcp", "6")
_PORTS = (0, 65535)


@dataclass(frozen=True)
class Rule:
    """One rule; `ranges` is empty when it names groups."""

    address: str
    protocol: str
    first: int
    last: int
    ranges: tuple[Network, ...]

    @property
    def is_all_traffic(self) -> bool:
        """Whether it is for all protocols, or for every port of one."""
        return self.protocol in _ALL_PROTOCOLS or (self.first <= 1 and self.last >= _PORTS[1])

    def covers(self, first: int, last: int) -> bool:
        """Whether it lets TCP to any of these ports through."""
        return self.protocol in (*_ALL_PROTOCOLS, *_TCP) and self.first <= last and first <= self.last


@dataclass(frozen=True)
class Rules:
    """The rules of a group in one direction, and why some cannot be read."""

    read: tuple[Rule, ...]
    unread: str = ""

    def finish(self) -> None:
        """Say that there is more than was judged.

        Raises:
            NotYetKnownError: a rule could not be read.
        """
        if self.unread:
            raise NotYetKnownError(self.unread)


def rules_of(plan: Plan, subject: Resource, direction: str) -> Rules:
    """Rules of a group; of a rule whose group is not in the plan: that rule."""
    read, unread = [], []
    for address, reader in _readers(plan, subject, direction):
        try:
            read.append(reader())
        except NotYetKnownError as error:
            unread.append(f"{address}: {error}")
    return Rules(tuple(read), "; ".join(unread))


def _readers(plan: Plan, subject: Resource, direction: str) -> Iterator[tuple[str, Callable[[], Rule]]]:
    if subject.type in GROUPS:
        rules = [each for each in plan.of(*RULES) if plan.refers(each, "security_group_id", subject)]
        for index in range(subject.count(direction)):
            yield subject.address, lambda index=index: _inline(plan, subject, (direction, index))  # type: ignore[misc]
    else:
        groups = any(plan.refers(subject, "security_group_id", group) for group in plan.of(*GROUPS))
        rules = [] if groups else [subject]
    for each in rules:
        if _direction(each) == direction:
            yield each.address, lambda each=each: _standalone(plan, each)  # type: ignore[misc]


def _direction(rule: Resource) -> str:
    if rule.type == "aws_security_group_rule":
        return str(rule.value("type"))
    return "ingress" if rule.type == "aws_vpc_security_group_ingress_rule" else "egress"


def _standalone(plan: Plan, rule: Resource) -> Rule:
    if rule.type == "aws_security_group_rule":
        return _inline(plan, rule, ())
    ranges = [cidr for name in ("cidr_ipv4", "cidr_ipv6") if (cidr := rule.value(name)) is not None]
    lists = _prefix_lists(plan, rule, ("prefix_list_id",))
    return _rule(rule, str(rule.value("ip_protocol")), (), [*ranges, *lists])


def _inline(plan: Plan, resource: Resource, path: Path) -> Rule:
    """A rule with lists of ranges: a block of a group, or the older resource of its own."""
    ranges = [
        cidr for name in ("cidr_blocks", "ipv6_cidr_blocks") for cidr in resource.value(*path, name) or () if cidr
    ]
    lists = _prefix_lists(plan, resource, (*path, "prefix_list_ids"))
    return _rule(resource, str(resource.value(*path, "protocol")), path, [*ranges, *lists])


def _rule(resource: Resource, protocol: str, path: Path, ranges: list[str]) -> Rule:
    first, last = (resource.value(*path, name) for name in ("from_port", "to_port"))
    if protocol in _ALL_PROTOCOLS or first is None or first == -1:
        first, last = _PORTS
    return Rule(resource.address, protocol, int(first), int(last), tuple(networks(ranges)))


def _prefix_lists(plan: Plan, resource: Resource, path: Path) -> list[str]:
    """Ranges of the prefix lists that a rule names, when they are lists of this plan."""
    if not resource.is_set(*path) or resource.expression(*path) == []:
        return []
    known = {each.address: each for each in plan.of("aws_ec2_managed_prefix_list")}
    named = resource.references(*path)
    if not named or not named <= known.keys():
        raise NotYetKnownError("its prefix list is not in the plan")
    return [
        known[address].value("entry", index, "cidr")
        for address in sorted(named)
        for index in range(known[address].count("entry"))
    ]
