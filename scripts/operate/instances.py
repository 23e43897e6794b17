"""The instances that Ray's autoscaler and `ray up` know as a cluster's, read from EC2 by their tags."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from config.ec2_cluster import Ec2ClusterConfig
from config.label import CLUSTER_TAG
from config.ray_tags import RAY_CLUSTER, RAY_KIND, RAY_NODE_TYPE
from scripts.inventory.session import Session
from scripts.operate.refusals import explained

Kind = Literal["head", "worker"]

ALIVE = ("pending", "running", "stopping", "stopped")
"""States of an instance that is there; one that shuts down or is terminated never comes back."""


@dataclass(frozen=True)
class RayInstance:
    """One instance of the cluster."""

    instance_id: str
    kind: Kind
    node_type: str
    """Name of its node type: `head`, or that of a worker type in the environment file."""
    state: str
    private_ip: str
    public_ip: str
    """Empty when there is none."""


def find_instances(
    environment: Ec2ClusterConfig, session: Session, *, states: Collection[str] = ALIVE
) -> list[RayInstance]:
    """Head and workers in the given states, sorted by type and id.

    Both tags count, Ray's and Rayform's: a cluster that somebody else calls by the same name is not ours to touch.
    """
    name = environment.label.cluster
    wanted = {
        f"tag:{RAY_CLUSTER}": [name],
        f"tag:{CLUSTER_TAG}": [name],
        f"tag:{RAY_KIND}": ["head", "worker"],
        "instance-state-name": list(states),
    }
    filters = [{"Name": key, "Values": values} for key, values in wanted.items()]
    pages = session.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
    with explained(f"the instances of {name} cannot be read", "ec2:DescribeInstances"):
        found = [
            _instance(facts)
            for page in pages
            for reservation in page["Reservations"]
            for facts in reservation["Instances"]
        ]
    return sorted(found, key=lambda instance: (instance.kind, instance.node_type, instance.instance_id))


def _instance(facts: dict[str, Any]) -> RayInstance:
    tags = {tag["Key"]: tag["Value"] for tag in facts["Tags"]}
    return RayInstance(
        instance_id=facts["InstanceId"],
        kind="head" if tags[RAY_KIND] == "head" else "worker",
        node_type=tags.get(RAY_NODE_TYPE, ""),
        state=facts["State"]["Name"],
        private_ip=facts.get("PrivateIpAddress", ""),
        public_ip=facts.get("PublicIpAddress", ""),
    )
