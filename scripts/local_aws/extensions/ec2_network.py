"""VPCs and subnets: ids on request, and the refusals to delete what is in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend, subnets, vpcs
from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import AwsError, wrap, wrap_function
from scripts.local_aws.extensions.wanted_ids import id_wanted, take_id
from scripts.local_aws.identity import ID_TAG

TAKEN = "InvalidParameterValue"


@wrap(EC2Backend, "create_vpc")
def create_vpc(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html"""
    tags = {tag["Key"]: tag["Value"] for tag in kwargs.get("tags") or []}
    with id_wanted(tags.get(ID_TAG), "vpc-", self.vpcs, refusal=TAKEN):
        return original(self, *args, **kwargs)


@wrap(EC2Backend, "create_subnet")
def create_subnet(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html"""
    tags = (kwargs.get("tags") or {}).get("subnet", {})
    taken = {subnet_id for zone in self.subnets.values() for subnet_id in zone}
    with id_wanted(tags.get(ID_TAG), "subnet-", taken, refusal=TAKEN):
        return original(self, *args, **kwargs)


@wrap_function(vpcs, "random_vpc_id")
def random_vpc_id(original: Callable[[], str]) -> str:
    """The id that was asked for, or a random one."""
    return take_id("vpc-") or original()


@wrap_function(subnets, "random_subnet_id")
def random_subnet_id(original: Callable[[], str]) -> str:
    """The id that was asked for, or a random one."""
    return take_id("subnet-") or original()


@wrap(EC2Response, "modify_subnet_attribute")
def modify_subnet_attribute(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html"""
    options = self.ec2_backend.get_subnet(self.params["SubnetId"]).private_dns_name_options_on_launch
    if hostname_type := self.params.get("PrivateDnsHostnameTypeOnLaunch"):
        options["HostnameType"] = hostname_type
    if (aaaa := self.params.get("EnableResourceNameDnsAAAARecordOnLaunch")) is not None:
        options["EnableResourceNameDnsAAAARecord"] = aaaa["Value"]
    return original(self)


@wrap(EC2Backend, "delete_subnet")
def delete_subnet(original: Callable[..., Any], self: Any, subnet_id: str) -> Any:
    """A subnet in use stays: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html"""
    users = [eni.id for eni in self.enis.values() if eni.subnet.id == subnet_id]
    if users:
        message = f"The subnet '{subnet_id}' has dependencies and cannot be deleted. ({users[0]})"
        raise AwsError("DependencyViolation", message)
    return original(self, subnet_id)


@wrap(EC2Backend, "delete_vpc")
def delete_vpc(original: Callable[..., Any], self: Any, vpc_id: str) -> Any:
    """A VPC in use stays: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html"""
    users = [gateway.id for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
    users += [group.id for group in self.groups.get(vpc_id, {}).values() if group.name != "default"]
    users += [endpoint.id for endpoint in self.vpc_end_points.values() if endpoint.vpc_id == vpc_id]
    if users:
        message = f"The vpc '{vpc_id}' has dependencies and cannot be deleted. ({users[0]})"
        raise AwsError("DependencyViolation", message)
    return original(self, vpc_id)


@wrap(EC2Backend, "create_nat_gateway")
def create_nat_gateway(
    original: Callable[..., Any], self: Any, *args: Any, connectivity_type: str | None = None, **kwargs: Any
) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html"""
    return original(self, *args, connectivity_type=connectivity_type or "public", **kwargs)


@wrap(EC2Backend, "delete_nat_gateway")
def delete_nat_gateway(original: Callable[..., Any], self: Any, nat_gateway_id: str) -> Any:
    """A deleted NAT gateway lets go of its network interface; moto keeps it."""
    gateway = original(self, nat_gateway_id)
    self.enis.pop(gateway._eni.id, None)
    return gateway
