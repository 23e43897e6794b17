"""Who reaches the nodes that Anyscale launches, and whom they reach.

They come and go, so each subnet that is registered stands for all nodes that may be at any address of it.
"""

from __future__ import annotations

from dataclasses import replace

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.audit.anyscale.cloud import group_id, node_subnets
from scripts.audit.reachability.acls import Acls
from scripts.audit.reachability.addresses import EVERYWHERE, VERSIONS, all_addresses
from scripts.audit.reachability.guards import Guards
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import PORTS, Packets
from scripts.audit.reachability.parties import CLOUD_TIER, Party
from scripts.audit.reachability.party import anywhere_in
from scripts.audit.reachability.trace import ARROW, Trace, trace
from scripts.audit.reachability.ways import ANY_CLIENT_PORTS, Outside, Ways
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable

OUTSIDE = "outside"


def nodes(inventory: Inventory, config: AnyscaleCloudConfig) -> list[Party]:
    """The nodes of each subnet. Raises NotReadableError."""
    group = group_id(inventory, config)
    groups = () if group is None else (group,)
    return [
        replace(
            anywhere_in(subnet, CLOUD_TIER, f"nodes in {subnet.zone}", groups),
            size=2,
            public=subnet.maps_public_ip,
        )
        for subnet in node_subnets(inventory, config)
    ]


def one_port(port: int) -> Intervals:
    """A port."""
    return Intervals(((port, port),))


def let_in(inventory: Inventory, party: Party, source: str, version: int) -> Trace:
    """What security groups and network ACLs let in to a party from a range, however it may be routed."""
    cidrs = EVERYWHERE[version] if source == OUTSIDE else all_addresses([source], version)
    start = Packets(cidrs, party.addresses[version], PORTS, ANY_CLIENT_PORTS)
    acls, guards = Acls(inventory, version), Guards(inventory, version)
    stages = (
        acls.stage(party.subnet_id, "in", far="source"),
        guards.stage(party, "in", peer=None, peer_name=source),
        acls.stage(party.subnet_id, "out", far="source", reply=True),
    )
    return trace(start, stages)


def has_way_back(inventory: Inventory, party: Party, cidr: str, version: int) -> bool | Unreadable:
    """Whether a part of a range has a way in and back, as far as the VPC knows."""
    found = Ways(inventory, version).inwards(Outside(cidr, False, all_addresses([cidr], version)), party)
    return bool(found.sure) or (found.unreadable if found.possible else False)


def versions(*parties: Party) -> list[int]:
    """Versions of IP that all of some parties have addresses of."""
    return [version for version in VERSIONS if all(party.addresses[version] for party in parties)]


def between(inventory: Inventory, source: Party, destination: Party, ports: Intervals = PORTS) -> Trace:
    """From one party to another by IPv4, which all that Anyscale uses speaks."""
    return Ways(inventory, 4).between(source, destination).on(ports)


def arrives(found: Trace) -> tuple[bool | Unreadable, str]:
    """Whether all of it arrives, and by what or how far."""
    answer = found.all_arrive
    if answer is True:
        return True, ""
    return answer, str(answer) if isinstance(answer, Unreadable) else ARROW.join(found.stop(any_packet=True))
