"""Everything of MemoryDB that has the environment's prefix."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scripts.inventory.memorydb import DESCRIBE_ACLS, DESCRIBE_CLUSTERS, DESCRIBE_SUBNET_GROUPS, DESCRIBE_USERS
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read
from scripts.inventory.scope import Scope
from scripts.inventory.surroundings.thing import Managed, Thing, Things, parsed, together

DESCRIBE_ALL_PARAMETER_GROUPS = Read("memorydb", "DescribeParameterGroups", items="ParameterGroups")
DESCRIBE_SNAPSHOTS = Read("memorydb", "DescribeSnapshots", items="Snapshots")

_OF_AWS = ("default", "open-access")
"""User, list and group that every account has."""


def start_memorydb(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """Start the reads of the account's clusters in the region and of what belongs to them."""
    clusters = set(scope.state.values("aws_memorydb_cluster", "name"))

    def snapshots(answer: list[Any]) -> Iterator[Thing]:
        for snapshot in answer:
            cluster = snapshot.get("ClusterConfiguration", {}).get("Name", "")
            if managed.is_ours(snapshot["Name"]) or cluster in clusters:
                automatic = snapshot.get("Source") == "automated"
                made_by = "MemoryDB made it by the cluster's schedule" if automatic else ""
                known = managed.has(snapshot["Name"], "aws_memorydb_snapshot", attribute="name")
                yield Thing(f"snapshot {snapshot['Name']}", "", known, True, made_by=made_by, note=f"of {cluster}")

    return {
        "memorydb": together(
            parsed(_named(managed, "aws_memorydb_cluster", "cluster"), reader.start(DESCRIBE_CLUSTERS)),
            parsed(_named(managed, "aws_memorydb_user", "user", "user_name"), reader.start(DESCRIBE_USERS)),
            parsed(_named(managed, "aws_memorydb_acl", "access control list"), reader.start(DESCRIBE_ACLS)),
            parsed(
                _named(managed, "aws_memorydb_parameter_group", "parameter group"),
                reader.start(DESCRIBE_ALL_PARAMETER_GROUPS),
            ),
            parsed(_named(managed, "aws_memorydb_subnet_group", "subnet group"), reader.start(DESCRIBE_SUBNET_GROUPS)),
            parsed(snapshots, reader.start(DESCRIBE_SNAPSHOTS)),
        )
    }


def _named(
    managed: Managed, type_: str, kind: str, attribute: str = "name"
) -> Callable[[list[Mapping[str, Any]]], Iterator[Thing]]:
    """Parse things that a name with the prefix tells; a kind stands before it, because kinds share names."""

    def parse(answer: list[Mapping[str, Any]]) -> Iterator[Thing]:
        for each in answer:
            name = each["Name"]
            known = managed.has(name, type_, attribute=attribute)
            if name in _OF_AWS or name.startswith("default."):
                yield Thing(f"{kind} {name}", name, known, made_by="AWS made it with the account")
            elif managed.is_ours(name) or known:
                yield Thing(f"{kind} {name}", name, known, tagged=True)

    return parse
