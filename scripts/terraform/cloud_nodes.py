"""Instances that Anyscale's control plane has launched, which Terraform does not know and cannot destroy around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.anyscale_cloud import AnyscaleCloudConfig
from config.errors import UserError
from scripts.inventory.session import Session
from scripts.operate.instances import ALIVE
from scripts.operate.refusals import explained

_SHOWN = 3


def require_no_nodes(environment: AnyscaleCloudConfig, session: Session, outputs: Mapping[str, Any]) -> None:
    """Refuse while instances are in the cloud's security group: what they use cannot be deleted, and a destroy that
    takes their role and bucket first leaves them running. Raises UserError.
    """
    group_id = outputs.get("security_group_ids", {}).get("cloud")
    nodes = _instances_in(session, group_id) if group_id is not None else []
    if nodes:
        shown = ", ".join(nodes[:_SHOWN]) + (", …" if len(nodes) > _SHOWN else "")
        raise UserError(
            f"{environment.name} is not destroyed: got {len(nodes)} instances in its security group ({shown}), "
            "want none; end the cloud's workloads and delete it first: "
            f"anyscale cloud delete --name {environment.cloud_name}"
        )


def _instances_in(session: Session, group_id: str) -> list[str]:
    filters = [
        {"Name": "instance.group-id", "Values": [group_id]},
        {"Name": "instance-state-name", "Values": list(ALIVE)},
    ]
    pages = session.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
    with explained(f"the instances in {group_id} cannot be read", "ec2:DescribeInstances"):
        return sorted(
            instance["InstanceId"]
            for page in pages
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        )
