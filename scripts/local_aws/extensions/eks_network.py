"""Where the control plane of a cluster stands: its network interfaces, and the security group that EKS makes for it."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any

from moto.ec2.models import ec2_backends

from scripts.local_aws.extensions.eks_refusals import INVALID
from scripts.local_aws.extensions.plumbing import AwsError, Params

GROUP_DESCRIPTION = (
    "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
    "as well as any managed workloads."
)
INTERFACES = 2
"""How many the control plane has at least, each in another zone."""


def settle(response: Any, name: str, place: Params) -> tuple[Params, list[str]]:
    """The `resourcesVpcConfig` of a new cluster, and ids of its network interfaces.

    https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html
    """
    subnets = _subnets(response, place["subnetIds"])
    check_endpoints(place)
    _check_groups(response, place.get("securityGroupIds") or [])
    group_id = _create_group(response, name, subnets[0].vpc_id)
    settled = {
        "securityGroupIds": [],
        "publicAccessCidrs": ["0.0.0.0/0"] if place["endpointPublicAccess"] else [],
        **place,
        "clusterSecurityGroupId": group_id,
        "vpcId": subnets[0].vpc_id,
    }
    return settled, place_interfaces(response, name, settled, [])


def place_interfaces(response: Any, name: str, settled: Params, before: list[str]) -> list[str]:
    """Put the control plane's interfaces in its subnets and groups, in the place of those it had."""
    backend = _ec2(response)
    _check_groups(response, settled["securityGroupIds"])
    subnets = _subnets(response, settled["subnetIds"])
    for interface_id in before:
        backend.enis.pop(interface_id, None)
    by_zone = {subnet.availability_zone: subnet for subnet in reversed(subnets)}
    groups = [settled["clusterSecurityGroupId"], *settled["securityGroupIds"]]
    made = [
        backend.create_network_interface(subnet, None, group_ids=groups, description=f"Amazon EKS {name}")
        for _zone, subnet in sorted(by_zone.items())[:INTERFACES]
    ]
    return [interface.id for interface in made]


def remove(response: Any, settled: Params, interfaces: list[str]) -> None:
    """Take away what `settle` made; a group that others refer to stays, as with EKS."""
    backend = _ec2(response)
    for interface_id in interfaces:
        backend.enis.pop(interface_id, None)
    try:
        backend.delete_security_group(group_id=settled["clusterSecurityGroupId"])
    except Exception as error:  # moto has a class of its own for each refusal
        if getattr(error, "code", None) != "DependencyViolation":
            raise


def ranges_of(response: Any, vpc_id: str) -> list[str]:
    """Address ranges of a VPC."""
    vpc = _ec2(response).get_vpc(vpc_id)
    return [association["cidr_block"] for association in vpc.get_cidr_block_association_set()]


def check_endpoints(place: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_VpcConfigRequest.html"""
    if not (place["endpointPublicAccess"] or place["endpointPrivateAccess"]):
        raise AwsError(INVALID, "Private and public endpoint access cannot be false")
    for each in place.get("publicAccessCidrs") or []:
        try:
            ipaddress.IPv4Network(each)
        except ValueError:
            raise AwsError(INVALID, f"The following CIDRs are invalid in publicAccessCidrs: [{each}]") from None


def need_subnets(response: Any, subnet_ids: list[str]) -> list[Any]:
    """Subnets of the region; refused when one is missing."""
    known = {subnet_id: zones for zones in _ec2(response).subnets.values() for subnet_id, zones in zones.items()}
    for subnet_id in subnet_ids:
        if subnet_id not in known:
            raise AwsError(INVALID, f"The subnet ID '{subnet_id}' does not exist")
    return [known[subnet_id] for subnet_id in subnet_ids]


def _subnets(response: Any, subnet_ids: list[str]) -> list[Any]:
    found = need_subnets(response, subnet_ids)
    if len({subnet.availability_zone for subnet in found}) < INTERFACES:
        raise AwsError(INVALID, "Subnets specified must be in at least two different AZs")
    if len({subnet.vpc_id for subnet in found}) > 1:
        raise AwsError(INVALID, "Subnets specified must belong to the same VPC")
    return found


def _check_groups(response: Any, group_ids: list[str]) -> None:
    backend = _ec2(response)
    for group_id in group_ids:
        if backend.get_security_group_by_name_or_id(group_id) is None:
            raise AwsError(INVALID, f"The security group ID '{group_id}' does not exist")


def _create_group(response: Any, name: str, vpc_id: str) -> str:
    backend = _ec2(response)
    group_name = f"eks-cluster-sg-{name}-{secrets.randbelow(10**9):09d}"
    tags = {"Name": group_name, f"kubernetes.io/cluster/{name}": "owned", "aws:eks:cluster-name": name}
    group = backend.create_security_group(group_name, GROUP_DESCRIPTION, vpc_id, tags)
    backend.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}])
    return str(group.id)


def _ec2(response: Any) -> Any:
    return ec2_backends[response.current_account][response.region]
