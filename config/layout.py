"""From the network section to zones and subnets: pure arithmetic, done before synth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice

from config.network import NetworkConfig, Subnets
from config.zones import zones_of


@dataclass(frozen=True)
class NetworkLayout:
    """Subnets by zone: CIDRs of those to make, or ids of those that are there."""

    public: Mapping[str, IPv4Network | str]
    private: Mapping[str, IPv4Network | str]
    nat_zones: tuple[str, ...] = ()
    """Zones with a NAT gateway."""

    def node_subnets(self, *, public: bool) -> Mapping[str, IPv4Network | str]:
        """The subnets that nodes are placed in."""
        return self.public if public else self.private


def network_layout(network: NetworkConfig, region: str) -> NetworkLayout:
    """Lay out the subnets of an environment."""
    if network.existing is not None:
        return NetworkLayout(public=network.existing.public_subnets, private=network.existing.private_subnets)
    zones = network_zones(network, region)
    public = _subnets(network, network.public_subnets, zones, offset=1)
    private = _subnets(network, network.private_subnets, zones, offset=0)
    return NetworkLayout(public=public, private=private, nat_zones=_nat_zones(network, public, private))


def network_zones(network: NetworkConfig, region: str) -> list[str]:
    """Zones of the network; fewer than asked for when the region has fewer (a rule refuses that)."""
    if isinstance(network.zones, int):
        return zones_of(region)[: network.zones]
    return network.zones


def _nat_zones(
    network: NetworkConfig, public: Mapping[str, IPv4Network], private: Mapping[str, IPv4Network]
) -> tuple[str, ...]:
    if network.nat == "none" or not public or not private:
        return ()
    return tuple(private) if network.nat == "per_zone" else tuple(public)[:1]


def _subnets(network: NetworkConfig, wanted: Subnets, zones: list[str], *, offset: int) -> dict[str, IPv4Network]:
    if isinstance(wanted, dict):
        return wanted
    if wanted == "none" or network.subnet_prefix < network.cidr.prefixlen:
        return {}
    # Private and public blocks alternate, so that another zone moves none of those that are there.
    needed = 2 * len(zones)
    blocks = list(islice(network.cidr.subnets(new_prefix=network.subnet_prefix), needed))
    return dict(zip(zones, blocks[offset::2], strict=False))
