"""What Kubernetes has made in AWS for its objects, which Terraform does not know: volumes, file systems, balancers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from config.commands import make_command
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.label import CLUSTER_TAG
from scripts.inventory.session import Session
from scripts.operate.refusals import explained

_SHOWN = 3
_READS = "ec2:DescribeVolumes, ec2:DescribeNetworkInterfaces, fsx:DescribeFileSystems"
_OF_DRIVER = "ebs.csi.aws.com/cluster"
"""Tag of volumes that the EBS driver has made: nodes have volumes too, which go with them."""


def require_nothing_of_kubernetes(environment: KuberayEksConfig, session: Session, outputs: Mapping[str, Any]) -> None:
    """Refuse while volumes or file systems of claims, or load balancers of services, are there.

    Without the cluster nobody would take them away or find what is in them, and a balancer keeps its subnets. Raises
    UserError.
    """
    with explained(f"what is left in {environment.name} cannot be read", _READS):
        left = sorted(
            {*_volumes(environment, session), *_file_systems(environment, session, outputs.get("fsx_id"))}
            | {*_balancers(environment, session, outputs.get("vpc_id"))}
        )
    if left:
        shown = ", ".join(left[:_SHOWN]) + (", …" if len(left) > _SHOWN else "")
        raise UserError(
            f"{environment.name} is not destroyed: got {len(left)} things that Kubernetes has made for claims and "
            f"services ({shown}), want none; run: {make_command('undeploy', environment)}, and delete your own"
        )


def _volumes(environment: KuberayEksConfig, session: Session) -> Iterator[str]:
    filters = [
        {"Name": f"tag:{CLUSTER_TAG}", "Values": [environment.label.cluster]},
        {"Name": f"tag:{_OF_DRIVER}", "Values": ["true"]},
    ]
    for page in session.client("ec2").get_paginator("describe_volumes").paginate(Filters=filters):
        yield from (volume["VolumeId"] for volume in page["Volumes"])


def _file_systems(environment: KuberayEksConfig, session: Session, own: str | None) -> Iterator[str]:
    """Those of claims: they have the environment's tag, and are not its own."""
    if environment.fsx is None or not environment.fsx.storage_class:
        return
    for page in session.client("fsx").get_paginator("describe_file_systems").paginate():
        for found in page["FileSystems"]:
            tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
            if tags.get(CLUSTER_TAG) == environment.label.cluster and found["FileSystemId"] != own:
                yield found["FileSystemId"]


def _balancers(environment: KuberayEksConfig, session: Session, vpc_id: str | None) -> Iterator[str]:
    """Their interfaces in a network of ours, in which nobody else has any; another network stays."""
    if vpc_id is None or environment.network.existing is not None:
        return
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "description", "Values": ["ELB *"]}]
    for page in session.client("ec2").get_paginator("describe_network_interfaces").paginate(Filters=filters):
        yield from (interface["Description"] for interface in page["NetworkInterfaces"])
