"""VPC endpoints."""

from __future__ import annotations

from typing import Any

from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.translator import (
    COMPUTED,
    FOLLOWS,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    at,
    fields,
    left_out,
    policy,
    renamed,
    tags,
)
from scripts.inventory.endpoints import DESCRIBE_VPC_ENDPOINTS
from scripts.state import Resource


def _endpoint(resource: Resource, deployed: Deployed) -> Any:
    endpoint = deployed.item(DESCRIBE_VPC_ENDPOINTS, "VpcEndpointId", resource.attributes["id"])
    return None if endpoint is None or endpoint["State"].lower() in ("deleted", "deleting") else endpoint


def _state(case: Case) -> Any:
    """EC2 writes `available` and `Available`."""
    return str(case.answer["State"]).lower()


ENDPOINT = Translator(
    "aws_vpc_endpoint",
    _endpoint,
    {
        **fields("vpc_id vpc_endpoint_type service_name private_dns_enabled ip_address_type requester_managed"),
        **fields("route_table_ids subnet_ids dns_options owner_id resource_configuration_arn service_network_arn"),
        **renamed(service_region="ServiceRegion"),
        **policy("policy", at("PolicyDocument")),
        "security_group_ids": Same(lambda case: [group["GroupId"] for group in case.answer.get("Groups") or ()]),
        "state": Same(_state, intended=lambda case: str(case.state("state")).lower()),
        **tags(),
    },
    left_out(
        (COMPUTED, "arn id cidr_blocks dns_entry network_interface_ids prefix_list_id"),
        (FOLLOWS, "subnet_configuration"),
        (OWN, "auto_accept timeouts"),
        (TAGS, "tags"),
    ),
)

TRANSLATORS = (ENDPOINT,)
