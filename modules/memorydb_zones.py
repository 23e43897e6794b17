"""Which subnets MemoryDB can be in: zones by id, which is known when planning."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from cdktf import Token
from constructs import Construct

from modules.aws import DataAwsAvailabilityZones
from modules.ids import THIS
from modules.protection import must


class MemoryDbZones(Construct):
    """Look up which of the zones offer MemoryDB: a plan fails when fewer than two do.

    The name of a zone means another zone in each account; its id does not. `offered` are the ids of zones with
    MemoryDB, `setting` is where the subnets come from.
    """

    def __init__(
        self, scope: Construct, id_: str, *, subnet_ids: Mapping[str, str], offered: Collection[str], setting: str
    ) -> None:
        super().__init__(scope, id_)
        self._subnets = subnet_ids
        self._zones = DataAwsAvailabilityZones(
            self,
            THIS,
            filter=[
                {"name": "zone-name", "values": list(subnet_ids)},
                {"name": "zone-id", "values": sorted(offered)},
            ],
        )
        self._zones.lifecycle = must(
            "length(self.names) >= 2",
            f"{setting}: of {', '.join(subnet_ids)} MemoryDB is offered in "
            '${length(self.names) == 0 ? "none" : "${join(", ", self.names)} only"}: want two zones among '
            f"those with the ids {', '.join(sorted(offered))}",
        )

    @property
    def subnet_ids(self) -> list[str]:
        """Subnets of the zones that offer it: an expression."""
        subnets = ", ".join(f"{json.dumps(zone)} = {id_}" for zone, id_ in self._subnets.items())
        zones = f"data.{self._zones.terraform_resource_type}.{self._zones.friendly_unique_id}"
        expression = f"${{[for zone, id in {{{subnets}}} : id if contains({zones}.names, zone)]}}"
        return [str(each) for each in Token.as_list(expression)]
