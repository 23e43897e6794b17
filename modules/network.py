"""VPC, subnets and routes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from cdktf import TerraformResource
from constructs import Construct

from config.label import Label
from config.layout import NetworkLayout
from config.network import NetworkConfig
from modules.aws import (
    DefaultSecurityGroup,
    Eip,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
    Vpc,
)
from modules.ids import construct_id
from modules.protection import waive

_ANYWHERE = "0.0.0.0/0"


class Network(Construct):
    """Define a VPC with public and private subnets per zone, each private one with a route table of its own.

    With `gives_addresses` whatever is launched in a public subnet has a public address. `subnet_tags` are more tags of
    subnets, by tier: public or private.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: NetworkConfig,
        layout: NetworkLayout,
        label: Label,
        gives_addresses: bool,
        subnet_tags: Mapping[str, Mapping[str, str]],
    ) -> None:
        super().__init__(scope, id_)
        self._label, self._subnet_tags = label, subnet_tags
        self._vpc = Vpc(
            self,
            "vpc",
            cidr_block=str(config.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=label.tags("vpc"),
        )
        # AWS makes this group and it cannot be removed: emptied, so that using it by mistake opens nothing.
        DefaultSecurityGroup(self, "default_security_group", vpc_id=self.vpc_id, tags=label.tags("default"))
        self._public = self._subnets("public", layout.public, gives_addresses=gives_addresses)
        self._private = self._subnets("private", layout.private, gives_addresses=False)
        self._ways_out: list[TerraformResource] = []
        self._internet_gateway: InternetGateway | None = None
        self._public_table_id = self._route_public_subnets() if layout.public else None
        self._private_table_ids = self._route_private_subnets(layout)

    def _subnets(self, tier: str, cidrs: Mapping[str, object], *, gives_addresses: bool) -> dict[str, Subnet]:
        subnets = {
            zone: Subnet(
                self,
                construct_id(tier, zone),
                vpc_id=self.vpc_id,
                availability_zone=zone,
                cidr_block=str(cidr),
                # Nodes of ours ask for their public address themselves; nothing else gets one by standing here.
                map_public_ip_on_launch=gives_addresses,
                tags=self._label.tags(f"{tier}-{zone}", {"rayform:tier": tier, **self._subnet_tags.get(tier, {})}),
            )
            for zone, cidr in cidrs.items()
        }
        for subnet in subnets.values() if gives_addresses else ():
            waive(subnet, CKV_AWS_130="Nodes in it are meant to be public (access.public_nodes).")
        return subnets

    def _route_public_subnets(self) -> str:
        self._internet_gateway = InternetGateway(
            self, "internet_gateway", vpc_id=self.vpc_id, tags=self._label.tags("internet-gateway")
        )
        table = self._route_table("public", "public")
        route = Route(
            self,
            "public_route_internet",
            route_table_id=table.id,
            destination_cidr_block=_ANYWHERE,
            gateway_id=self._internet_gateway.id,
        )
        self._ways_out.append(route)
        for zone, subnet in self._public.items():
            self._associate("public", zone, subnet, table)
        return str(table.id)

    def _route_private_subnets(self, layout: NetworkLayout) -> dict[str, str]:
        gateways = {zone: self._nat_gateway(zone) for zone in layout.nat_zones}
        tables = {}
        for zone, subnet in self._private.items():
            table = self._route_table(construct_id("private", zone), f"private-{zone}")
            self._associate("private", zone, subnet, table)
            # The zone's own gateway, or the single one: every private table is served.
            gateway = gateways.get(zone) or next(iter(gateways.values()), None)
            if gateway is not None:
                route = Route(
                    self,
                    construct_id("private_route_nat", zone),
                    route_table_id=table.id,
                    destination_cidr_block=_ANYWHERE,
                    nat_gateway_id=gateway.id,
                )
                self._ways_out.append(route)
            tables[zone] = str(table.id)
        return tables

    def _nat_gateway(self, zone: str) -> NatGateway:
        part = f"nat-{zone}"
        address = Eip(self, construct_id("nat_address", zone), domain="vpc", tags=self._label.tags(part))
        return NatGateway(
            self,
            construct_id("nat_gateway", zone),
            allocation_id=address.id,
            subnet_id=self._public[zone].id,
            # EC2 refuses one in a VPC whose internet gateway is not attached yet.
            depends_on=[self._internet_gateway] if self._internet_gateway is not None else None,
            tags=self._label.tags(part),
        )

    def _route_table(self, id_: str, part: str) -> RouteTable:
        return RouteTable(self, f"{id_}_route_table", vpc_id=self.vpc_id, tags=self._label.tags(part))

    def _associate(self, tier: str, zone: str, subnet: Subnet, table: RouteTable) -> None:
        RouteTableAssociation(
            self, construct_id(tier, "association", zone), subnet_id=subnet.id, route_table_id=table.id
        )

    @cached_property
    def vpc_id(self) -> str:
        """Id of the VPC, a token until apply."""
        return str(self._vpc.id)

    @cached_property
    def vpc_arn(self) -> str:
        """ARN of the VPC, a token until apply."""
        return str(self._vpc.arn)

    @cached_property
    def public_subnet_ids(self) -> dict[str, str]:
        """Public subnets by zone."""
        return {zone: str(subnet.id) for zone, subnet in self._public.items()}

    @cached_property
    def private_subnet_ids(self) -> dict[str, str]:
        """Private subnets by zone."""
        return {zone: str(subnet.id) for zone, subnet in self._private.items()}

    @property
    def ways_out(self) -> list[TerraformResource]:
        """Routes to the internet, which nodes need at their first boot."""
        return self._ways_out

    @property
    def route_table_ids(self) -> list[str]:
        """All route tables of the subnets."""
        public = [self._public_table_id] if self._public_table_id is not None else []
        return [*public, *self._private_table_ids.values()]
