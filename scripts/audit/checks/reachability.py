"""Who can reach what: the effect of routes, network ACLs, security groups and public addresses together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from config.ec2_cluster import Ec2ClusterConfig
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from scripts.audit import applies
from scripts.audit.reachability.declared import OTHER
from scripts.audit.reachability.matrix import INTERNET_NAME, S3_NAME, Cell, port_matrix
from scripts.audit.reachability.parties import NODE_TIERS
from scripts.audit.reachability.services import CONTROL_PLANE_TIER, LUSTRE_TIER
from scripts.audit.reachability.trace import ARROW
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable


def has_workers(config: FoundationConfig) -> bool:
    """Environments with workers, Anyscale clouds, and those on EKS."""
    return not isinstance(config, Ec2ClusterConfig) or any(group.most for group in config.workers.values())


def has_ranges(config: FoundationConfig) -> bool:
    """Environments that let in ranges of addresses."""
    return any(config.access.ranges.values())


def has_several_tiers(config: FoundationConfig) -> bool:
    """Environments with more than a head, and Anyscale clouds and those on EKS with more than nodes."""
    own = (isinstance(config, Ec2ClusterConfig) and has_workers(config)) or (
        isinstance(config, KuberayEksConfig) and (config.makes_cluster or applies.has_fsx(config))
    )
    return own or any(has(config) for has in (applies.has_efs, applies.has_memorydb, applies.has_interface_endpoints))


def makes_way_out(config: FoundationConfig) -> bool:
    """Environments with a VPC of their own and a way from the nodes to the internet."""
    return applies.own_vpc(config) and config.nodes_reach_internet


@check(
    "reachability.nodes_reach_each_other",
    severity=Severity.HIGH,
    applies=has_workers,
    setting="access.intra_cluster",
)
def nodes_reach_each_other(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Between all pairs of nodes, every port that Ray needs (`docs/ports.md`) is open the whole way and back.

    Nodes of an Anyscale cloud, and of EKS, need every port of each other; they are judged in every subnet that one may
    stand in.

    Why: a worker that does not reach the GCS cannot join, and one blocked port of the others makes tasks hang without
    an error.

    Fix: mend the hop that is named, or apply again; `access.intra_cluster` opens more than Ray's own ports.
    """
    yield from _needed(inventory, config, lambda cell: {cell.source, cell.destination} <= set(NODE_TIERS))


@check("reachability.nodes_reach_efs", severity=Severity.HIGH, applies=applies.has_efs, setting="efs")
def nodes_reach_efs(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every node reaches port 2049 of the mount target of its zone, and replies come back.

    Why: a mount that gets no answer hangs the boot of the node, and processes that read the file system hang with it.

    Fix: mend the hop that is named, or apply again.
    """
    yield from _needed(inventory, config, lambda cell: cell.destination == "efs")


@check(
    "reachability.nodes_reach_control_plane",
    severity=Severity.HIGH,
    applies=applies.makes_eks_cluster,
    setting="eks",
)
def nodes_reach_control_plane(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Nodes reach the Kubernetes API, it reaches their kubelets and webhooks, and replies come back.

    Why: a node that does not reach the API never joins; without the way back no log is shown, nothing is forwarded, and
    a webhook that does not answer stops every change.

    Fix: mend the hop that is named, or apply again.
    """
    yield from _needed(inventory, config, lambda cell: CONTROL_PLANE_TIER in (cell.source, cell.destination))


@check("reachability.nodes_reach_fsx", severity=Severity.HIGH, applies=applies.has_fsx, setting="fsx")
def nodes_reach_fsx(inventory: Inventory, config: KuberayEksConfig) -> Iterator[Verdict]:
    """Every node reaches the servers of FSx for Lustre, and they reach the nodes, on Lustre's ports.

    Why: servers call their clients back; a mount without that way works for a while and then hangs.

    Fix: mend the hop that is named, or apply again.
    """
    yield from _needed(inventory, config, lambda cell: LUSTRE_TIER in (cell.source, cell.destination))


@check("reachability.head_reaches_memorydb", severity=Severity.HIGH, applies=applies.has_memorydb, setting="memorydb")
def head_reaches_memorydb(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The head reaches MemoryDB in every subnet that it may stand in, and replies come back.

    In an Anyscale cloud every node does, for any may be the head of a service; on EKS every node may have a head's pod.

    Why: without its store the head does not start, and after a failover the store may stand in another subnet.

    Fix: mend the hop that is named, or apply again.
    """
    yield from _needed(inventory, config, lambda cell: cell.destination == "memorydb")


@check(
    "reachability.nodes_reach_endpoints",
    severity=Severity.MEDIUM,
    applies=applies.has_interface_endpoints,
    setting="network.endpoints",
)
def nodes_reach_endpoints(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every node reaches port 443 of every declared interface endpoint, and replies come back.

    Why: the service's name leads to the endpoint only, so that a blocked endpoint cuts the service off, NAT or not.

    Fix: mend the hop that is named, or apply again.
    """
    yield from _needed(inventory, config, lambda cell: cell.destination == "endpoints")


@check("reachability.nodes_reach_s3", severity=Severity.HIGH, applies=applies.own_vpc, setting="network")
def nodes_reach_s3(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every node reaches all addresses of S3, by the gateway endpoint, by NAT or by a public address.

    Why: nodes install their packages from S3 and keep their data there; AWS changes its addresses from day to day.

    Fix: mend the hop that is named, or apply again, which puts the gateway endpoint on every table.
    """
    yield from _needed(inventory, config, lambda cell: cell.destination == S3_NAME)


@check("reachability.nodes_reach_internet", severity=Severity.MEDIUM, applies=makes_way_out, setting="network.nat")
def nodes_reach_internet(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Every node reaches the whole internet on the ports that it installs packages through.

    Why: without the way out that was declared nodes do not finish their boot; a route to an internet gateway for some
    addresses cuts these off for a node without a public address.

    Fix: mend the hop that is named, or apply again; `network.nat` for another way out.
    """
    yield from _needed(inventory, config, lambda cell: cell.destination == INTERNET_NAME)


@check(
    "reachability.closed_to_internet",
    severity=Severity.HIGH,
    standards=("FSBP EC2.18", "FSBP EC2.19", "CIS 5.2", "CIS 5.3"),
    setting="access",
)
def closed_to_internet(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Nothing is reached from the internet, by IPv4 or IPv6, from any part of it that nobody declared.

    Why: whoever reaches a port of Ray can run code on the cluster once a token leaks; two halves of the internet, or
    one provider's range, are as good as all of it.

    Fix: close the hop that is easiest to close: the rule, the public address or the route; then apply again. What is
    wanted belongs into `access.client_cidrs`, `access.ssh_cidrs` or `access.machine_pool_cidrs`.
    """
    yield from _closed(inventory, config, lambda cell: cell.source == INTERNET_NAME)


@check("reachability.closed_to_clients", severity=Severity.MEDIUM, applies=has_ranges, setting="access.client_cidrs")
def closed_to_clients(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """The ranges of the access section reach the ports that they are declared for, and no others.

    Why: clients need the dashboard and the Ray client port; what else they reach is open to every machine of theirs.

    Fix: remove the rule that is named, or apply again.
    """
    ranges = {str(cidr) for cidrs in config.access.ranges.values() for cidr in cidrs}
    yield from _closed(inventory, config, lambda cell: cell.source in ranges)


@check(
    "reachability.tiers_closed",
    severity=Severity.MEDIUM,
    applies=has_several_tiers,
    setting="access.intra_cluster",
)
def tiers_closed(inventory: Inventory, config: FoundationConfig) -> Iterator[Verdict]:
    """Between head, workers, file system, MemoryDB and endpoints, nothing is open that nobody declared.

    Why: workers run the code of users; the head's state, and ports that only the head's own processes need, are none
    of their business.

    Fix: remove the rule that is named, or apply again; `access.intra_cluster` for traffic of your own among workers.
    """
    yield from _closed(inventory, config, lambda cell: _between_tiers(cell, inventory, config))


def _between_tiers(cell: Cell, inventory: Inventory, config: FoundationConfig) -> bool:
    outside = port_matrix(inventory, config)
    tiers = set(outside.sources) & set(outside.destinations) - {INTERNET_NAME}
    return cell.source in tiers and cell.destination in tiers


def _needed(inventory: Inventory, config: FoundationConfig, wanted: Callable[[Cell], bool]) -> Iterator[Verdict]:
    """One verdict for each path that must be there."""
    for cell in port_matrix(inventory, config).cells:
        if cell.needed and wanted(cell):
            yield _verdict(cell, ok=cell.open)


def _closed(inventory: Inventory, config: FoundationConfig, wanted: Callable[[Cell], bool]) -> Iterator[Verdict]:
    """One verdict for each port that is open and should not be; else one for each pair of tiers."""
    cells = [cell for cell in port_matrix(inventory, config).cells if not cell.needed and wanted(cell)]
    for _, pair in groupby(cells, key=lambda cell: (cell.source, cell.destination)):
        yield from _pair(list(pair))


def _pair(cells: list[Cell]) -> Iterable[Verdict]:
    wrong = [_verdict(cell, ok=False) for cell in cells if cell.open is True and not cell.declared]
    unknown = [_verdict(cell, ok=cell.open) for cell in cells if isinstance(cell.open, Unreadable)]
    count = len(cells)
    return [*wrong, *unknown] or [Verdict(_resource(cells[0]), True, f"{count} rows of ports, none open but declared")]


def _verdict(cell: Cell, *, ok: bool | Unreadable) -> Verdict:
    if isinstance(ok, Unreadable):
        return Verdict(_resource(cell), ok, str(ok))
    what = cell.ports if cell.port == OTHER else f"{cell.ports} ({cell.port})"
    state = "open" if cell.open is True else "closed"
    return Verdict(_resource(cell), ok, f"{what} is {state}: {ARROW.join(cell.hops)}")


def _resource(cell: Cell) -> str:
    return f"{cell.source} to {cell.destination}"
