"""What the environment declares, as sets of packets and as paths that must be there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from config.ec2_cluster import Ec2ClusterConfig
from config.firewall import declared_rules
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.ports import EFS_PORT, FSX_PORTS, HTTPS_PORT, REDIS_PORT, SSH_PORT, Tier
from config.security_rules import INTERNET, Group, Rule
from scripts.audit.names import group_of_tier
from scripts.audit.reachability.addresses import addresses, version_of
from scripts.audit.reachability.guards import everything
from scripts.audit.reachability.intervals import Intervals
from scripts.audit.reachability.packets import PORTS, Packets, Region, common
from scripts.audit.reachability.parties import CLOUD_TIER, EKS_TIER, NODE_TIERS
from scripts.audit.reachability.services import CONTROL_PLANE_TIER, LUSTRE_TIER

OTHER = "other"
"""Name of all ports that have no name."""

KUBELET_PORT = 10250
"""https://kubernetes.io/docs/reference/networking/ports-and-protocols/"""

SERVICES: dict[str, tuple[str, int]] = {
    "efs": ("efs", EFS_PORT),
    "memorydb": ("redis", REDIS_PORT),
    "endpoints": ("https", HTTPS_PORT),
    CONTROL_PLANE_TIER: ("https", HTTPS_PORT),
}
"""Name and number of the port of each tier that is not of nodes."""


@dataclass(frozen=True)
class NamedPorts:
    """A row of the port table, or what is left of all ports."""

    name: str
    numbers: Intervals
    shown: str
    """`tcp 6379`."""
    needed_from: tuple[str, ...] = ()
    """Tiers to which it must be open."""


def ports_of(tier: str, config: FoundationConfig) -> list[NamedPorts]:
    """The ports of a tier by name, and all others."""
    named = list(_ports_of_nodes(tier, config) if tier in NODE_TIERS else _port_of_service(tier))
    rest = PORTS
    for ports in named:
        rest = rest - ports.numbers
    # Anyscale chooses the ports of its nodes itself, and pods theirs: they need all of each other's.
    needed = (tier,) if tier in (CLOUD_TIER, EKS_TIER) else ()
    return [*named, NamedPorts(OTHER, rest, "any other tcp", needed)]


def _ports_of_nodes(tier: str, config: FoundationConfig) -> Iterator[NamedPorts]:
    if isinstance(config, KuberayEksConfig):
        yield from _ports_of_eks(config)
        return
    if not isinstance(config, Ec2ClusterConfig):
        yield _one("https", HTTPS_PORT, CLOUD_TIER)
        return
    kind: Tier = "head" if tier == "head" else "worker"
    for port in config.port_table:
        if port.is_on(kind):
            needed = tuple(source for source in port.sources(kind) if source in NODE_TIERS)
            yield NamedPorts(port.name, Intervals(((port.first, port.last),)), f"tcp {port.shown}", needed)
    if config.access.ssh_cidrs:
        yield _one("ssh", SSH_PORT)


def _ports_of_eks(config: KuberayEksConfig) -> Iterator[NamedPorts]:
    """What others than nodes need of nodes and pods; nodes need all."""
    yield _one("https", HTTPS_PORT, EKS_TIER, CONTROL_PLANE_TIER)
    yield _one("kubelet", KUBELET_PORT, EKS_TIER, CONTROL_PLANE_TIER)
    if config.fsx is not None:
        yield _lustre(EKS_TIER, LUSTRE_TIER)


def _lustre(*needed_from: str) -> NamedPorts:
    shown = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in FSX_PORTS)
    return NamedPorts("lustre", Intervals(FSX_PORTS), f"tcp {shown}", needed_from)


def _port_of_service(tier: str) -> Iterator[NamedPorts]:
    if tier == LUSTRE_TIER:
        yield _lustre(EKS_TIER)
        return
    name, number = SERVICES[tier]
    yield _one(name, number, *(("head", CLOUD_TIER, EKS_TIER) if tier == "memorydb" else NODE_TIERS))


def _one(name: str, number: int, *needed_from: str) -> NamedPorts:
    return NamedPorts(name, Intervals(((number, number),)), f"tcp {number}", needed_from)


def ports_outside(tier: str, config: FoundationConfig) -> list[NamedPorts]:
    """What nodes of a tier need of the internet: what the firewall lets out, HTTPS where that is everything.

    What lets out to a part of it only, or another protocol than TCP, is no port of the internet.
    """
    return [
        _one("https", HTTPS_PORT, tier) if rule.first_port is None else _of(rule, tier)
        for rule in _rules_of(config)
        if rule.group == tier and rule.direction == "egress" and rule.peer == INTERNET and rule.transport == "tcp"
    ]


def _of(rule: Rule, *needed_from: str) -> NamedPorts:
    assert rule.first_port is not None
    assert rule.last_port is not None
    shown = f"{rule.first_port}" if rule.first_port == rule.last_port else f"{rule.first_port}-{rule.last_port}"
    return NamedPorts(rule.name, _span(rule.first_port, rule.last_port), f"tcp {shown}", needed_from)


def _rules_of(config: FoundationConfig) -> tuple[Rule, ...]:
    """Every rule of an environment; the matrix asks for each pair of tiers anew, so the last are kept."""
    if not _LAST or _LAST[0][0] is not config:
        _LAST[:] = [(config, tuple(declared_rules(config)))]
    return _LAST[0][1]


_LAST: list[tuple[FoundationConfig, tuple[Rule, ...]]] = []


@dataclass(frozen=True)
class Declared:
    """The declared rules as sets of packets of one version of IP."""

    config: FoundationConfig
    version: int

    def between(self, source: str, destination: str) -> Region:
        """Declared between two tiers: let out of the one and into the other."""
        groups = [group_of_tier(self.config, tier) for tier in (source, destination)]
        let_out = [self._packets(rule, groups[1]) for rule in self._rules(groups[0], "egress")]
        let_in = [self._packets(rule, groups[0]) for rule in self._rules(groups[1], "ingress")]
        return tuple(
            both for packets in let_out if packets for other in let_in if other for both in common((packets,), other)
        )

    def inwards(self, destination: str) -> Region:
        """Declared from ranges of addresses into a tier."""
        group = group_of_tier(self.config, destination)
        found = (self._packets(rule, "") for rule in self._rules(group, "ingress"))
        return tuple(packets for packets in found if packets)

    def _rules(self, group: str, direction: str) -> list[Rule]:
        return [rule for rule in _rules_of(self.config) if rule.group == group and rule.direction == direction]

    def _packets(self, rule: Rule, far_group: str) -> Packets | None:
        """The TCP packets of a rule, whose far end is a group or, when that has no name, outside."""
        if rule.transport != "tcp":
            return None
        ports = PORTS if rule.first_port is None or rule.last_port is None else _span(rule.first_port, rule.last_port)
        packets = everything(self.version)._replace(port=ports)
        if rule.peer in get_args(Group):
            return packets if rule.peer == far_group else None
        if version_of(str(rule.peer)) != self.version:
            return None
        far = "source" if rule.direction == "ingress" else "destination"
        return packets._replace(**{far: addresses(str(rule.peer))})


def _span(first: int, last: int) -> Intervals:
    return Intervals(((first, last),))
