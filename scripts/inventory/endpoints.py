"""VPC endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Reading
from scripts.inventory.scope import Scope
from scripts.inventory.shapes import Document, document_of, name_of, ordered

DESCRIBE_VPC_ENDPOINTS = Read("ec2", "DescribeVpcEndpoints", items="VpcEndpoints")


@dataclass(frozen=True)
class VpcEndpoint:
    """A gateway or interface endpoint."""

    vpc_endpoint_id: str
    name: str
    service: str
    """Without the region: `s3`, `ecr.api`; the ARN of what an endpoint leads to that has no service."""
    type: str
    state: str
    private_dns: bool
    route_table_ids: tuple[str, ...]
    subnet_ids: tuple[str, ...]
    group_ids: tuple[str, ...]
    policy: Document


def collect_vpc_endpoints(reader: Reader, scope: Scope) -> Reading[tuple[VpcEndpoint, ...]]:
    """Read the endpoints of the VPC."""
    return reader.start(DESCRIBE_VPC_ENDPOINTS, Filters=scope.vpc_filter).parse(_endpoints)


def service_name(endpoint: Mapping[str, Any]) -> str:
    """Service of an endpoint, `com.amazonaws.us-west-2.s3`; endpoints to a VPC Lattice resource or network have none.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
    """
    names = (endpoint.get(key) for key in ("ServiceName", "ResourceConfigurationArn", "ServiceNetworkArn"))
    return next((str(name) for name in names if name), "unknown")


def _endpoints(answer: list[Any]) -> tuple[VpcEndpoint, ...]:
    return ordered(map(_endpoint, answer), key=lambda endpoint: (endpoint.service, endpoint.vpc_endpoint_id))


def _endpoint(endpoint: dict[str, Any]) -> VpcEndpoint:
    return VpcEndpoint(
        vpc_endpoint_id=endpoint["VpcEndpointId"],
        name=name_of(endpoint),
        service=service_name(endpoint).split(".", 3)[-1],
        type=endpoint["VpcEndpointType"],
        state=endpoint["State"].lower(),
        private_dns=endpoint.get("PrivateDnsEnabled", False),
        route_table_ids=tuple(sorted(endpoint.get("RouteTableIds", ()))),
        subnet_ids=tuple(sorted(endpoint.get("SubnetIds", ()))),
        group_ids=tuple(sorted(group["GroupId"] for group in endpoint.get("Groups", ()))),
        policy=document_of(endpoint.get("PolicyDocument") or "{}"),
    )
