"""Tags of what is deleted: AWS forgets them with the resource, moto lists them for ever.

Ended instances, NAT gateways and VPC endpoints are still described for a while, with their tags.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTags.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend

from scripts.local_aws.extensions.plumbing import wrap

DELETIONS = (
    "delete_flow_logs",
    "delete_internet_gateway",
    "delete_launch_template",
    "delete_network_interface",
    "delete_route_table",
    "delete_security_group",
    "delete_snapshot",
    "delete_subnet",
    "delete_volume",
    "delete_vpc",
    "release_address",
)
"""Of moto's backend; what they delete is named by an argument, as id or as list of ids."""


def _delete(original: Callable[..., Any], self: Any, *args: Any, **kwargs: Any) -> Any:
    deleted = original(self, *args, **kwargs)
    ids = [id_ for given in (*args, *kwargs.values()) for id_ in (given if isinstance(given, list) else [given])]
    for id_ in (*ids, getattr(deleted, "id", None)):  # a launch template may be named otherwise
        self.tags.pop(id_, None)
    return deleted


for name in DELETIONS:
    wrap(EC2Backend, name)(_delete)
