"""A VPC that somebody else manages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from cdktf import TerraformResource
from constructs import Construct

from config.network import ExistingNetworkConfig
from modules.aws import DataAwsSubnet, DataAwsVpc
from modules.ids import construct_id
from modules.protection import must, musts


class ExistingNetwork(Construct):
    """Look up a VPC and its subnets; a plan fails when they are not what the environment file says.

    With `gives_addresses` public subnets must give a public address to whatever is launched in them.
    """

    def __init__(self, scope: Construct, id_: str, *, config: ExistingNetworkConfig, gives_addresses: bool) -> None:
        super().__init__(scope, id_)
        self._vpc = DataAwsVpc(self, "vpc", id=config.vpc_id)
        self._vpc.lifecycle = must(
            "self.enable_dns_support && self.enable_dns_hostnames",
            f"{config.vpc_id} must have DNS support and DNS hostnames on: EFS and interface endpoints need both.",
        )
        self._public = self._subnets("public", config.vpc_id, config.public_subnets, gives_addresses=gives_addresses)
        self._private = self._subnets("private", config.vpc_id, config.private_subnets, gives_addresses=False)

    def _subnets(
        self, tier: str, vpc_id: str, subnet_ids: Mapping[str, str], *, gives_addresses: bool
    ) -> dict[str, DataAwsSubnet]:
        subnets = {}
        for zone, subnet_id in subnet_ids.items():
            subnet = DataAwsSubnet(self, construct_id(tier, zone), id=subnet_id)
            place = (
                f'self.vpc_id == "{vpc_id}" && self.availability_zone == "{zone}"',
                f"{subnet_id} must be a subnet of {vpc_id} in {zone}, as the environment file says.",
            )
            addresses = (
                "self.map_public_ip_on_launch",
                f"{subnet_id} must give public addresses at launch, or nodes in it have none.",
            )
            subnet.lifecycle = musts(place, *([addresses] if gives_addresses else []))
            subnets[zone] = subnet
        return subnets

    @property
    def private_subnets(self) -> Mapping[str, DataAwsSubnet]:
        """The private subnets by zone, with all that AWS says of them."""
        return self._private

    @property
    def ways_out(self) -> list[TerraformResource]:
        """None of ours: the routes are there."""
        return []

    @cached_property
    def vpc_id(self) -> str:
        """Id of the VPC."""
        return str(self._vpc.id)

    @cached_property
    def vpc_arn(self) -> str:
        """ARN of the VPC, with the account that it belongs to."""
        return str(self._vpc.arn)

    @cached_property
    def public_subnet_ids(self) -> dict[str, str]:
        """Public subnets by zone."""
        return {zone: str(subnet.id) for zone, subnet in self._public.items()}

    @cached_property
    def private_subnet_ids(self) -> dict[str, str]:
        """Private subnets by zone."""
        return {zone: str(subnet.id) for zone, subnet in self._private.items()}
