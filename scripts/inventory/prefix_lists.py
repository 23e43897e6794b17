"""Prefix lists: the addresses that stand behind an id in rules and routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.network import Network, collect_network
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading, Unreadable
from scripts.inventory.scope import Scope
from scripts.inventory.security_groups import SecurityGroups, collect_security_groups
from scripts.inventory.shapes import ordered

DESCRIBE_PREFIX_LISTS = Read("ec2", "DescribePrefixLists", items="PrefixLists")
GET_MANAGED_PREFIX_LIST_ENTRIES = Read(
    "ec2", "GetManagedPrefixListEntries", items="Entries", absent=("InvalidPrefixListID.NotFound",)
)


@dataclass(frozen=True)
class PrefixList:
    """A prefix list of AWS and its addresses."""

    prefix_list_id: str
    name: str
    """`com.amazonaws.us-west-2.s3`."""
    cidrs: tuple[str, ...]


@dataclass(frozen=True)
class PrefixLists:
    """The prefix lists that rules and routes may name."""

    of_aws: Reading[tuple[PrefixList, ...]]
    others: Mapping[str, Reading[tuple[str, ...]]]
    """Addresses by id, of those that a rule or route names and AWS does not list."""

    def cidrs_of(self, prefix_list_id: str) -> Reading[tuple[str, ...]]:
        """The addresses of a list."""
        if prefix_list_id in self.others:
            return self.others[prefix_list_id]
        if isinstance(self.of_aws, Unreadable):
            return self.of_aws
        found = (each.cidrs for each in self.of_aws if each.prefix_list_id == prefix_list_id and each.cidrs)
        return next(found, Unreadable(GET_MANAGED_PREFIX_LIST_ENTRIES.name, "no addresses", prefix_list_id))


def collect_prefix_lists(reader: Reader, scope: Scope) -> PrefixLists:
    """Read AWS's lists at once; other lists that a rule or route names are read then.

    Terraform makes no rule or route with a list but the endpoint's: there is a second round only for what was added.
    """
    answer = reader.start(DESCRIBE_PREFIX_LISTS)
    # The reads of these two are under way already, for their own collectors.
    named = named_prefix_lists(collect_security_groups(reader, scope), collect_network(reader, scope))
    of_aws = answer.parse(_prefix_lists)
    known = set() if isinstance(of_aws, Unreadable) else {each.prefix_list_id for each in of_aws if each.cidrs}
    others = {id_: reader.start(GET_MANAGED_PREFIX_LIST_ENTRIES, PrefixListId=id_) for id_ in sorted(named - known)}
    return PrefixLists(of_aws, {id_: answer.parse(_entries) for id_, answer in others.items()})


def named_prefix_lists(security_groups: SecurityGroups, network: Network) -> set[str]:
    """Ids of the lists that rules and routes name."""
    rules = security_groups.rules
    tables = network.route_tables
    peers = [] if isinstance(rules, Unreadable) else [rule.peer for rule in rules]
    destinations = (
        [] if isinstance(tables, Unreadable) else [route.destination for table in tables for route in table.routes]
    )
    return {name for name in (*peers, *destinations) if name.startswith("pl-")}


def _prefix_lists(answer: list[Any]) -> tuple[PrefixList, ...]:
    lists = (
        PrefixList(each["PrefixListId"], each["PrefixListName"], tuple(sorted(each.get("Cidrs") or ())))
        for each in answer
    )
    return ordered(lists, key=lambda each: each.name)


def _entries(answer: list[Any]) -> tuple[str, ...]:
    return tuple(sorted(entry["Cidr"] for entry in answer))
