"""Whether the subnets of a VPC that is there have addresses for all workers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from constructs import Construct

from config.ray_tags import RAY_CLUSTER, RAY_KIND
from modules.aws import DataAwsInstances, DataAwsSubnet
from modules.protection import musts

_WITH_ADDRESS = ["pending", "running", "stopping", "stopped"]


@dataclass(frozen=True)
class Demand:
    """Workers that are wanted."""

    setting: str
    most: int
    zones: Collection[str]


class WorkerRoom(Construct):
    """Look up the workers that run: a plan fails when the free addresses and theirs are too few for all of them.

    It fails, too, for a subnet that gives public addresses to what Ray launches there.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        cluster: str,
        subnets: Mapping[str, DataAwsSubnet],
        demands: Collection[Demand],
    ) -> None:
        super().__init__(scope, id_)
        tags = {RAY_CLUSTER: cluster, RAY_KIND: "worker"}
        workers = DataAwsInstances(
            self,
            "workers",
            filter=[{"name": f"tag:{key}", "values": [value]} for key, value in tags.items()],
            instance_state_names=_WITH_ADDRESS,
        )
        used = {zone: subnet for zone, subnet in subnets.items() if any(zone in each.zones for each in demands)}
        workers.lifecycle = musts(*_private(used), *(_room(demand, used) for demand in demands))


def _private(subnets: Mapping[str, DataAwsSubnet]) -> Iterator[tuple[str, str]]:
    for zone, subnet in subnets.items():
        yield (
            f"!{subnet.fqn}.map_public_ip_on_launch",
            f"network.existing.private_subnets: the subnet of {zone} gives public addresses to instances: "
            "want one that does not, as workers launched there would have them",
        )


def _room(demand: Demand, subnets: Mapping[str, DataAwsSubnet]) -> tuple[str, str]:
    free = " + ".join(
        f"{subnet.fqn}.available_ip_address_count" for zone, subnet in subnets.items() if zone in demand.zones
    )
    return (
        f"{free} + length(self.ids) >= {demand.most}",
        f"{demand.setting}: got up to {demand.most} workers where ${{{free}}} addresses are free and "
        "${length(self.ids)} workers have theirs: want fewer workers, or more or larger subnets",
    )
