"""What of the nodes is open to others than was declared."""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_firewall import MACHINE_POOL_PORTS
from config.ports import HTTPS_PORT, SSH_PORT
from scripts.audit.anyscale import cloud, reach
from scripts.audit.open_rules import said_of
from scripts.audit.reachability.addresses import all_addresses
from scripts.audit.reachability.declared import Declared
from scripts.audit.reachability.guards import TCP, everything
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import PORTS, Packets, first_of, without_all
from scripts.audit.reachability.parties import CLOUD_TIER, Party
from scripts.audit.wanted import group_names
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, readable
from scripts.inventory.security_groups import SecurityGroupRule

_ICMP = frozenset({"icmp", "icmpv6", "1", "58"})
"""Opens no port; path MTU discovery needs it."""
_RAY_WORKERS = (10001, 19999)
_CHOSEN_BY_LINUX = (32768, 60999)
LISTENING = Intervals.of(
    [*(ports for ports in MACHINE_POOL_PORTS if ports != (HTTPS_PORT, HTTPS_PORT)), (SSH_PORT, SSH_PORT),
     _RAY_WORKERS, _CHOSEN_BY_LINUX]
)  # fmt: skip
"""Ports of a node that something listens on, beside 443:
https://docs.ray.io/en/latest/ray-core/configure.html#ports-configurations"""


def opened(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[str | Unreadable]:
    """What lets in more than is declared, each once for every subnet and version of IP. Raises NotReadableError."""
    for party in reach.nodes(inventory, config):
        for version in reach.versions(party):
            yield from _by_tcp(inventory, config, party, version)
    group, names = cloud.group_id(inventory, config), group_names(inventory)
    for rule in readable(inventory.security_groups.rules):
        if rule.group_id == group and not rule.egress and _is_for_others(rule, group):
            yield said_of(rule, lambda id_: names.get(id_, id_))


def _by_tcp(
    inventory: Inventory, config: AnyscaleCloudConfig, party: Party, version: int
) -> Iterator[str | Unreadable]:
    found = reach.let_in(inventory, party, reach.OUTSIDE, version)
    meant = (*Declared(config, version).inwards(CLOUD_TIER), _harmless(config, version))
    yield from (found.hops(first_of((packets,)))[-1] for packets in without_all(found.sure, meant))
    if without_all(without_all(found.possible, found.sure), meant):
        yield found.unreadable


def _harmless(config: AnyscaleCloudConfig, version: int) -> Packets:
    """From declared clients to ports that nothing listens on."""
    clients = all_addresses(map(str, config.access.client_cidrs), version)
    return everything(version)._replace(source=clients, port=PORTS - LISTENING)


def _is_for_others(rule: SecurityGroupRule, group: str) -> bool:
    """What the way of a TCP packet from outside does not show: other protocols, and other groups."""
    if rule.peer.startswith("sg-"):
        return rule.peer != group
    return rule.protocol not in TCP and rule.protocol not in _ICMP
