"""VPC endpoints: their network interfaces and routes follow what the endpoint says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend

from scripts.local_aws.extensions.plumbing import wrap


@wrap(EC2Backend, "create_vpc_endpoint")
def create_vpc_endpoint(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html"""
    endpoint = original(self, *args, **kwargs)
    _settle_interfaces(self, endpoint)
    return endpoint


@wrap(EC2Backend, "modify_vpc_endpoint")
def modify_vpc_endpoint(original: Callable[..., None], self: Any, vpc_id: str, *args: Any, **kwargs: Any) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html

    moto calls the endpoint's id `vpc_id`.
    """
    endpoint = self.vpc_end_points[vpc_id]
    before = set(endpoint.route_table_ids or [])
    original(self, vpc_id, *args, **kwargs)
    _settle_interfaces(self, endpoint)
    _settle_routes(self, endpoint, before)


@wrap(EC2Backend, "delete_vpc_endpoints")
def delete_vpc_endpoints(original: Callable[..., None], self: Any, vpce_ids: list[str] | None = None) -> None:
    """A deleted endpoint is gone; moto keeps it for ever.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
    """
    original(self, vpce_ids)
    for endpoint_id in vpce_ids or []:
        self.vpc_end_points.pop(endpoint_id, None)


def _settle_interfaces(backend: Any, endpoint: Any) -> None:
    """One interface for each subnet, in the endpoint's groups, with an address of the subnet."""
    if (endpoint.vpc_endpoint_type or "Gateway") != "Interface":
        return
    for interface_id in endpoint.network_interface_ids:
        backend.enis.pop(interface_id, None)
    endpoint.network_interface_ids = [
        backend.create_network_interface(
            backend.get_subnet(subnet_id),
            None,
            group_ids=list(endpoint.security_group_ids),
            description=f"VPC Endpoint Interface {endpoint.id}",
        ).id
        for subnet_id in endpoint.subnet_ids or []
    ]


def _settle_routes(backend: Any, endpoint: Any, before: set[str]) -> None:
    """A gateway endpoint has a route in each of its tables; moto makes them at creation only."""
    prefix_list = endpoint.destination_prefix_list_id
    if prefix_list is None:
        return
    now = set(endpoint.route_table_ids)
    for added in now - before:
        backend.create_route(added, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list)
    for removed in before - now:
        backend.delete_route(removed, prefix_list)
