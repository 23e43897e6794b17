"""A network, roles and a key in which tests make EKS clusters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.local_aws.conftest import Clients

TRUST = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True)
class Site:
    """Where clusters are made; every module of tests has its own emulator, so the names are free."""

    aws: Clients
    subnets: list[str]
    """In two zones."""
    role: str
    person: str
    """Another role."""
    key: str

    @property
    def eks(self) -> Any:
        """A client of EKS."""
        return self.aws("eks")

    def create(self, name: str, place: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Make a cluster; `more` overrides what it is made with, `place` its `resourcesVpcConfig`."""
        placed = {"subnetIds": self.subnets, "endpointPrivateAccess": True, **(place or {})}
        wanted = {"name": name, "version": "1.35", "roleArn": self.role, "resourcesVpcConfig": placed, **more}
        made: dict[str, Any] = self.eks.create_cluster(**wanted)["cluster"]
        return made

    def create_group(self, cluster: str, name: str, **more: Any) -> dict[str, Any]:
        """Make a node group; `more` overrides what it is made with."""
        wanted = {
            "clusterName": cluster,
            "nodegroupName": name,
            "nodeRole": self.role,
            "subnets": self.subnets,
            "instanceTypes": ["m7i.large"],
            "scalingConfig": {"minSize": 1, "maxSize": 3, "desiredSize": 2},
            **more,
        }
        made: dict[str, Any] = self.eks.create_nodegroup(**wanted)["nodegroup"]
        return made


def make_site(aws: Clients) -> Site:
    """Make what a cluster needs."""
    ec2, iam = aws("ec2"), aws("iam")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    zones = {"us-west-2a": "10.77.0.0/20", "us-west-2b": "10.77.16.0/20"}
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for zone, cidr in zones.items()
    ]
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    roles = [
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"] for name in ("cluster", "person")
    ]
    return Site(aws, subnets, roles[0], roles[1], aws("kms").create_key()["KeyMetadata"]["Arn"])
