"""Members of one tier that are treated alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scripts.audit.reachability.addresses import VERSIONS, all_addresses
from scripts.audit.reachability.intervals import Intervals
from scripts.inventory.network import Subnet
from scripts.inventory.reading import Reading


@dataclass(frozen=True)
class Party:
    """Members of one tier in one subnet and the same groups: 1,000 workers are a handful of parties."""

    tier: str
    name: str
    """Of one member."""
    size: int
    subnet_id: str
    zone: str
    group_ids: Reading[tuple[str, ...]]
    addresses: Mapping[int, Intervals]
    """By version of IP."""
    public: bool
    """Whether the members have public IPv4 addresses."""
    counts: bool = True
    """Whether a required path must be there for it: not for a second interface, nor for a node that is not declared."""
    to_come: bool = False
    """Whether it stands for nodes that Ray or Anyscale may make at any time."""

    @property
    def shown(self) -> str:
        """`ray-demo-worker-cpu-0 and 3 more`."""
        return self.name if self.size == 1 or self.to_come else f"{self.name} and {self.size - 1} more"


def gathered(members: Iterable[Party]) -> Iterator[Party]:
    """One party of all members that nothing tells apart but their addresses."""
    alike: dict[tuple[object, ...], list[Party]] = {}
    for member in members:
        kind = (
            member.tier,
            member.subnet_id,
            member.group_ids,
            member.public,
            bool(member.addresses[6]),
            member.counts,
        )
        alike.setdefault(kind, []).append(member)
    for found in alike.values():
        joined = {
            version: Intervals.of(span for member in found for span in member.addresses[version].spans)
            for version in VERSIONS
        }
        yield replace(found[0], size=len(found), addresses=joined)


def anywhere_in(subnet: Subnet, tier: str, name: str, group_ids: tuple[str, ...]) -> Party:
    """Somebody at any address of a subnet."""
    blocks = (subnet.cidr, *subnet.ipv6_cidrs)
    own = {version: all_addresses(blocks, version) for version in VERSIONS}
    return Party(tier, name, 1, subnet.subnet_id, subnet.zone, group_ids, own, public=False)
