"""What the drawing of the network shows, and where: zones, subnets, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from scripts.inventory import Inventory
from scripts.inventory.instances import Instance
from scripts.inventory.network import Route, RouteTable, Subnet
from scripts.inventory.reading import Reading, Unreadable
from scripts.reports.audit_document import ResultPart
from scripts.reports.findings import state_of
from scripts.state import State

T = TypeVar("T")

SINGLE_NODES = 6
"""So many nodes of a subnet are drawn one by one; more are drawn as groups."""

_NAMES = ("id", "arn", "name", "bucket", "key_id", "user_name")
_NUMBER = re.compile(r"-\d+$")
_INTERNET = frozenset({"0.0.0.0/0", "::/0"})
_TO_INTERNET = ("igw-", "nat-", "eigw-")
_LOCAL = "local"
NOT_IN_STATE = "not in Terraform's state"


@dataclass(frozen=True)
class Marks:
    """How many findings there are."""

    failed: int = 0
    unknown: int = 0


@dataclass(frozen=True)
class Chip:
    """One thing in the drawing, or a group of things that are alike."""

    kind: str
    title: str
    subtitle: str
    find: str
    """What the search for its findings looks for."""
    marks: Marks


@dataclass(frozen=True)
class SubnetBox:
    """A subnet and what stands in it."""

    title: str
    cidr: str
    public: bool
    ways_out: tuple[str, ...]
    """Where its routes lead, all but those within the VPC; the default route first."""
    nat_zone: str
    """Zone of the NAT gateway that its default route leads to."""
    chips: tuple[Chip, ...]
    find: str
    marks: Marks


@dataclass(frozen=True)
class Zone:
    """The subnets of one zone, the public ones first."""

    name: str
    subnets: tuple[SubnetBox, ...]


@dataclass(frozen=True)
class NetworkMap:
    """Everything that is drawn."""

    vpc: Chip
    gateways: tuple[Chip, ...]
    zones: tuple[Zone, ...]
    regional: tuple[Chip, ...]
    """Services outside of the VPC, and what holds for all of it."""
    notes: tuple[str, ...]
    """What is not drawn, and why."""


class _Marker:
    """Counts the findings of a thing by any of its names."""

    def __init__(self, results: Iterable[ResultPart], state: State) -> None:
        names = {resource.address: _names_of(resource.attributes) for resource in state.resources}
        self._found: dict[str, list[ResultPart]] = {}
        for result in results:
            if state_of(result) in ("fail", "unknown"):
                for name in {result.resource, result.resource.split(" ")[0], *names.get(result.address, ())}:
                    self._found.setdefault(name, []).append(result)

    def __call__(self, *names: str | None, but: tuple[str, ...] = ()) -> Marks:
        """Count; `but` leaves services out, where a role and a security group have one name."""
        named = (result for name in names if name for result in self._found.get(name, ()))
        found = {id(result): result for result in named if not result.check.startswith(but)}.values()
        failed = sum(result.outcome == "FAIL" for result in found)
        return Marks(failed, len(found) - failed)


def _names_of(attributes: Mapping[str, Any]) -> list[str]:
    return [value for name in _NAMES if isinstance(value := attributes.get(name), str) and value]


def network_map(inventory: Inventory, results: Sequence[ResultPart]) -> NetworkMap:
    """Arrange an inventory for the drawing."""
    marker = _Marker(results, inventory.state)
    notes: list[str] = []
    drawn, left_out = _zones(inventory, marker, notes)
    if left_out:
        notes.append(f"{left_out} more subnets of the VPC, which nothing of this environment uses, are not drawn.")
    return NetworkMap(
        vpc=_vpc(inventory, marker),
        gateways=tuple(
            Chip(
                "gateway",
                "Internet gateway",
                gateway.internet_gateway_id,
                gateway.internet_gateway_id,
                marker(gateway.internet_gateway_id),
            )
            for gateway in _known(inventory.network.internet_gateways, notes)
        ),
        zones=drawn,
        regional=tuple(_regional(inventory, marker, notes)),
        notes=tuple(dict.fromkeys(notes)),
    )


def _known(reading: Reading[tuple[T, ...]], notes: list[str]) -> tuple[T, ...]:
    if isinstance(reading, Unreadable):
        notes.append(f"Not drawn, because it could not be read: {reading}")
        return ()
    return reading


def _each(readings: Iterable[Reading[T]], notes: list[str]) -> Iterator[T]:
    for reading in readings:
        if isinstance(reading, Unreadable):
            notes.append(f"Not drawn, because it could not be read: {reading}")
        else:
            yield reading


def _vpc(inventory: Inventory, marker: _Marker) -> Chip:
    vpcs = _known(inventory.network.vpcs, [])
    if not vpcs:
        return Chip("vpc", "VPC", "", "", Marks())
    vpc = vpcs[0]
    return Chip("vpc", f"VPC {vpc.name or vpc.vpc_id}", ", ".join(vpc.cidrs), vpc.vpc_id, marker(vpc.vpc_id, vpc.name))


def _zones(inventory: Inventory, marker: _Marker, notes: list[str]) -> tuple[tuple[Zone, ...], int]:
    subnets = _known(inventory.network.subnets, notes)
    tables = _known(inventory.network.route_tables, notes)
    nat_zones = _nat_zones(inventory, subnets)
    chips: dict[str, list[Chip]] = {subnet.subnet_id: [] for subnet in subnets}
    for subnet_id, chip in _placed(inventory, marker, notes):
        chips.setdefault(subnet_id, []).append(chip)
    managed = set(inventory.state.values("aws_subnet"))
    shown = [subnet for subnet in subnets if chips[subnet.subnet_id] or not managed or subnet.subnet_id in managed]
    boxes = [(subnet.zone, _box(subnet, tables, nat_zones, chips[subnet.subnet_id], marker)) for subnet in shown]
    zones = tuple(
        Zone(zone, tuple(sorted((box for of, box in boxes if of == zone), key=_above)))
        for zone in sorted({zone for zone, _ in boxes})
    )
    return zones, len(subnets) - len(shown)


def _above(box: SubnetBox) -> tuple[bool, bool, str]:
    """Those that a NAT gateway can stand in are above those that need one, whatever else was routed out of them."""
    return bool(box.nat_zone), not box.public, box.title


def _nat_zones(inventory: Inventory, subnets: Iterable[Subnet]) -> dict[str, str]:
    zones = {subnet.subnet_id: subnet.zone for subnet in subnets}
    return {
        gateway.nat_gateway_id: zones.get(gateway.subnet_id, "")
        for gateway in _known(inventory.network.nat_gateways, [])
    }


def _box(
    subnet: Subnet, tables: Sequence[RouteTable], nat_zones: Mapping[str, str], chips: list[Chip], marker: _Marker
) -> SubnetBox:
    table = next((table for table in tables if subnet.subnet_id in table.subnet_ids), None)
    table = table or next((table for table in tables if table.main), None)
    routes = _routes_out(table)
    targets = [route.target for route in routes if route.destination in _INTERNET]
    return SubnetBox(
        title=subnet.name or subnet.subnet_id,
        cidr=subnet.cidr,
        public=any(route.target.startswith("igw-") for route in routes),
        ways_out=tuple(_ways_out(routes)),
        nat_zone=next((nat_zones[target] for target in targets if target in nat_zones), ""),
        chips=tuple(chips),
        find=subnet.subnet_id,
        marks=marker(subnet.subnet_id, subnet.name, table.route_table_id if table else None),
    )


def _routes_out(table: RouteTable | None) -> list[Route]:
    """The routes that leave the VPC, the default ones first."""
    routes = [route for route in table.routes if route.target != _LOCAL] if table else []
    return sorted(routes, key=lambda route: (route.destination not in _INTERNET, route.destination))


def _ways_out(routes: Sequence[Route]) -> Iterator[str]:
    """A line for each target, with all that it is the way to."""
    if not any(route.destination in _INTERNET for route in routes):
        leaves = any(route.target.startswith(_TO_INTERNET) for route in routes)
        yield "no default route" if leaves else "no way to the internet"
    by_target: dict[str, list[str]] = {}
    for route in routes:
        state = "" if route.state == "active" else f" ({route.state})"
        where = "the internet" if route.destination in _INTERNET else route.destination
        by_target.setdefault(f"{route.target}{state}", []).append(where)
    for target, destinations in by_target.items():
        yield f"to {', '.join(dict.fromkeys(destinations))} by {target}"


def _placed(inventory: Inventory, marker: _Marker, notes: list[str]) -> Iterator[tuple[str, Chip]]:
    """What stands in a subnet, with the subnet."""
    for gateway in _known(inventory.network.nat_gateways, notes):
        addresses = ", ".join(gateway.public_ips)
        chip = Chip(
            "nat", "NAT gateway", addresses, gateway.nat_gateway_id, marker(gateway.nat_gateway_id, gateway.name)
        )
        yield gateway.subnet_id, chip
    yield from _nodes(inventory, marker, notes)
    yield from _unmanaged(inventory, marker, notes)
    _elsewhere(inventory, notes)
    for file_system in _each(inventory.file_systems, notes):
        for target in _known(file_system.mount_targets, notes):
            title = f"EFS {file_system.name or file_system.file_system_id}"
            marks = marker(target.mount_target_id, file_system.file_system_id, file_system.name)
            yield target.subnet_id, Chip("efs", title, target.ip_address, file_system.file_system_id, marks)
    yield from _memorydb(inventory, marker, notes)
    yield from _endpoints(inventory, marker, notes)


def _nodes(inventory: Inventory, marker: _Marker, notes: list[str]) -> Iterator[tuple[str, Chip]]:
    by_subnet: dict[str, list[Instance]] = {}
    for node in _known(inventory.nodes.instances, notes):
        by_subnet.setdefault(node.subnet_id, []).append(node)
    for subnet_id, nodes in by_subnet.items():
        single = len(nodes) <= SINGLE_NODES
        groups: dict[tuple[str, str], list[Instance]] = {}
        for node in nodes:
            name = node.name or node.instance_id
            groups.setdefault((name if single else _NUMBER.sub("", name), node.instance_type), []).append(node)
        for (name, type_), group in groups.items():
            yield subnet_id, _node_chip(name, type_, group, marker)


def _elsewhere(inventory: Inventory, notes: list[str]) -> None:
    """Instances that Ray counts among the cluster's, and that stand in no subnet that is drawn."""
    for node in _known(inventory.nodes.elsewhere, notes):
        where = " ".join(filter(None, (node.vpc_id, node.subnet_id, node.public_ip)))
        notes.append(f"Not drawn, because it stands in another VPC: instance {node.instance_id}, {where}.")


def _unmanaged(inventory: Inventory, marker: _Marker, notes: list[str]) -> Iterator[tuple[str, Chip]]:
    """Instances that Terraform does not know, by the subnet of their first interface."""
    nodes = {node.instance_id for node in _known(inventory.nodes.instances, [])}
    interfaces = _known(inventory.network_interfaces, [])
    things = inventory.surroundings.things.get("instances", ())
    for thing in _known(things, notes):
        if thing.managed or thing.id in nodes:
            continue
        own = [each for each in interfaces if each.instance_id == thing.id]
        marks = marker(thing.id)
        title = thing.name or thing.id
        if own:
            first = min(own, key=lambda each: each.device_index or 0)
            subtitle = " · ".join(filter(None, (NOT_IN_STATE, *first.private_ips[:1], first.public_ip)))
            yield first.subnet_id, Chip("unmanaged", title, subtitle, thing.id, marks)
        else:
            notes.append(f"Not drawn, because its subnet is not known: instance {thing.id}, {NOT_IN_STATE}.")


def _node_chip(name: str, type_: str, nodes: Sequence[Instance], marker: _Marker) -> Chip:
    marks = marker(*(key for node in nodes for key in (node.instance_id, node.name)))
    if len(nodes) > 1:
        return Chip("node", f"{len(nodes)} × {name}", type_, name, marks)
    node = nodes[0]
    addresses = " · ".join(
        filter(None, (type_, node.private_ip, node.public_ip, "" if node.state == "running" else node.state))
    )
    return Chip("head" if "-head" in name else "node", name, addresses, node.name or node.instance_id, marks)


def _memorydb(inventory: Inventory, marker: _Marker, notes: list[str]) -> Iterator[tuple[str, Chip]]:
    groups = {group.name: group for group in _each(inventory.memorydb.subnet_groups, notes)}
    for cluster in _each(inventory.memorydb.clusters, notes):
        group = groups.get(cluster.subnet_group_name)
        chip = Chip(
            "memorydb",
            f"MemoryDB {cluster.name}",
            f"{cluster.node_type}, in one of these zones",
            cluster.name,
            marker(cluster.name),
        )
        yield from ((subnet_id, chip) for subnet_id in (group.subnet_ids if group else ()))


def _endpoints(inventory: Inventory, marker: _Marker, notes: list[str]) -> Iterator[tuple[str, Chip]]:
    by_subnet: dict[str, list[Any]] = {}
    for endpoint in _known(inventory.vpc_endpoints, notes):
        for subnet_id in endpoint.subnet_ids:
            by_subnet.setdefault(subnet_id, []).append(endpoint)
    for subnet_id, endpoints in by_subnet.items():
        names = ", ".join(endpoint.service for endpoint in endpoints)
        marks = marker(*(key for endpoint in endpoints for key in (endpoint.vpc_endpoint_id, endpoint.service)))
        yield subnet_id, Chip("endpoint", _counted(len(endpoints), "interface endpoint"), names, "vpce-", marks)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _regional(inventory: Inventory, marker: _Marker, notes: list[str]) -> Iterator[Chip]:
    for endpoint in _known(inventory.vpc_endpoints, notes):
        if not endpoint.subnet_ids:
            id_ = endpoint.vpc_endpoint_id
            yield Chip(
                "endpoint", f"{endpoint.service.upper()} gateway endpoint", id_, id_, marker(id_, endpoint.service)
            )
    for bucket in inventory.buckets:
        yield Chip("bucket", bucket.name, "S3 bucket", bucket.name, marker(bucket.name))
    yield from _together(
        "group",
        "security group",
        _known(inventory.security_groups.groups, notes),
        lambda group: (group.name, group.group_id),
        marker,
    )
    yield from _together(
        "role", "role", tuple(_each(inventory.iam.roles, notes)), lambda role: (role.name, role.arn), marker
    )
    yield from _together("key", "KMS key", inventory.keys, lambda key: (key.arn, key.arn.rpartition("/")[2]), marker)
    yield from _together(
        "secret", "secret", tuple(_each(inventory.secrets, notes)), lambda secret: (secret.name, ""), marker
    )
    yield from _together(
        "log", "log group", tuple(_each(inventory.logs.groups, notes)), lambda group: (group.name, ""), marker
    )


def _together(
    kind: str, noun: str, things: Sequence[T], names: Callable[[T], tuple[str, str]], marker: _Marker
) -> Iterator[Chip]:
    """One chip for all things of a kind."""
    if things:
        named = [names(thing) for thing in things]
        find = {"group": "sg-", "role": "iam_role", "key": "kms", "secret": "secret", "log": "log group"}[kind]
        subtitle = ", ".join(name for name, _ in named)
        but = {"group": ("iam",), "role": ("security_groups",)}.get(kind, ())
        marks = marker(*(key for pair in named for key in pair), but=but)
        yield Chip(kind, _counted(len(things), noun), subtitle, find, marks)
