"""What Anyscale's control plane has made, which Terraform does not know and cannot destroy around."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from config.anyscale_cloud import AnyscaleCloudConfig
from config.errors import UserError
from scripts.inventory.anyscale import filter_of_cloud
from scripts.inventory.session import Session
from scripts.operate.instances import ALIVE
from scripts.operate.refusals import explained

_SHOWN = 3
_READS = "ec2:DescribeInstances, ec2:DescribeNetworkInterfaces, elasticfilesystem:DescribeMountTargets"
_OF_MEMORYDB = ("ElastiCache", "MemoryDB")
"""How AWS begins to describe the interfaces of a cluster, which Terraform destroys itself."""


def require_nothing_of_anyscale(environment: AnyscaleCloudConfig, session: Session, outputs: Mapping[str, Any]) -> None:
    """Refuse while nodes or load balancers of the cloud are there.

    What they use cannot be deleted, and a destroy that takes the control plane's role first leaves nobody who may end
    them. Raises UserError.
    """
    ec2 = session.client("ec2")
    group_id, vpc_id = outputs.get("security_group_ids", {}).get("cloud"), outputs.get("vpc_id")
    with explained(f"what is left in {environment.name} cannot be read", _READS):
        nodes = {*_instances(ec2, environment, vpc_id)} if vpc_id is not None else set()
        own = _mount_target_interfaces(session, outputs.get("efs_id"))
        users = {*_users_of(ec2, group_id, own)} if group_id is not None else set()
    left = sorted(nodes | users)
    if left:
        shown = ", ".join(left[:_SHOWN]) + (", …" if len(left) > _SHOWN else "")
        raise UserError(
            f"{environment.name} is not destroyed: got {len(left)} things of Anyscale's in its network ({shown}), "
            "want none; terminate the cloud's services and workloads, and delete it first: "
            f"anyscale cloud delete --name {environment.cloud_name}"
        )


def _instances(ec2: Any, environment: AnyscaleCloudConfig, vpc_id: str) -> Iterator[str]:
    """Nodes, in whatever group they are."""
    of_cloud = filter_of_cloud(environment) or []
    states = {"Name": "instance-state-name", "Values": list(ALIVE)}
    filters = [*of_cloud, {"Name": "vpc-id", "Values": [vpc_id]}, states]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            yield from (instance["InstanceId"] for instance in reservation["Instances"])


def _mount_target_interfaces(session: Session, file_system_id: str | None) -> set[str]:
    if file_system_id is None:
        return set()
    efs = session.client("efs")
    try:
        pages = efs.get_paginator("describe_mount_targets").paginate(FileSystemId=file_system_id)
        return {target["NetworkInterfaceId"] for page in pages for target in page["MountTargets"]}
    except efs.exceptions.FileSystemNotFound:
        return set()  # a destroy that has failed half-way is repeated


def _users_of(ec2: Any, group_id: str, own: Collection[str]) -> Iterator[str]:
    """Whatever stands in the cloud's group: nodes without the tag, load balancers of services."""
    filters = [{"Name": "group-id", "Values": [group_id]}]
    for page in ec2.get_paginator("describe_network_interfaces").paginate(Filters=filters):
        for interface in page["NetworkInterfaces"]:
            description = interface.get("Description", "")
            if not description.startswith(_OF_MEMORYDB) and interface["NetworkInterfaceId"] not in own:
                instance = interface.get("Attachment", {}).get("InstanceId")
                yield instance or description or interface["NetworkInterfaceId"]
