"""Whether AWS has the instance types of a cluster in the zones where it wants them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from constructs import Construct

from modules.aws import DataAwsEc2InstanceTypeOfferings
from modules.ids import construct_id
from modules.protection import must


class OfferedTypes(Construct):
    """Look up where instance types are offered: a plan fails when a wanted zone has none.

    Ray would try again for ever, with nobody looking. `wanted` has zones by setting and instance type.
    """

    def __init__(self, scope: Construct, id_: str, *, wanted: Mapping[tuple[str, str], Iterable[str]]) -> None:
        super().__init__(scope, id_)
        for (setting, instance_type), zones in wanted.items():
            offerings = DataAwsEc2InstanceTypeOfferings(
                self,
                construct_id(setting),
                location_type="availability-zone",
                filter=[{"name": "instance-type", "values": [instance_type]}],
            )
            missing = f"setsubtract({json.dumps(list(zones))}, self.locations)"
            offerings.lifecycle = must(
                f"length({missing}) == 0",
                f'{setting}: {instance_type} is not offered in ${{join(", ", {missing})}}: '
                "want another instance_type, or zones that offer it",
            )
