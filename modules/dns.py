"""Names inside the VPC."""

from __future__ import annotations

from functools import cached_property

from cdktf import TerraformResource
from constructs import Construct

from config.label import Label
from modules.aws import Route53Record, Route53Zone, Route53ZoneVpc

_TTL_SECONDS = 10
"""Short, so that workers find a replaced head soon."""


class PrivateZone(Construct):
    """Define the private zone `<environment>.<project>.internal` of a VPC.

    With `written_by_nodes`, records that a node made do not keep Terraform from destroying it.
    """

    def __init__(
        self, scope: Construct, id_: str, *, label: Label, vpc_id: str, written_by_nodes: bool = False
    ) -> None:
        super().__init__(scope, id_)
        self._name = label.private_zone
        self._zone = Route53Zone(
            self,
            "zone",
            name=self._name,
            comment=f"Nodes of {label.cluster}",
            vpc=[Route53ZoneVpc(vpc_id=vpc_id)],
            force_destroy=written_by_nodes or None,
            tags=label.tags("zone"),
        )

    @cached_property
    def zone_id(self) -> str:
        """Id of the zone, a token until apply."""
        return str(self._zone.zone_id)

    def fqdn(self, host: str) -> str:
        """Full name of a host, known before apply."""
        return f"{host}.{self._name}"

    def add(self, host: str, private_ip: str) -> TerraformResource:
        """Define the address of a host."""
        record: TerraformResource = Route53Record(
            self,
            f"record_{host}",
            zone_id=self.zone_id,
            name=self.fqdn(host),
            type="A",
            ttl=_TTL_SECONDS,
            records=[private_ip],
        )
        return record
