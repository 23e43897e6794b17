"""Changes made behind Terraform's back to an applied environment, by the check that must find each.

For integration tests: `tamper(environment)` on the embedded AWS, then `make audit` must fail with all of `TAMPERINGS`.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from config.ec2_cluster import Ec2ClusterConfig
from scripts.inventory.session import Session, open_session
from scripts.state import State, load_state

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
EVERYTHING = {"Version": "2012-10-17", "Statement": [ALLOW]}
EVERYBODY = {"Version": "2012-10-17", "Statement": [{**ALLOW, "Principal": {"AWS": "*"}}]}


class Tampering:
    """An applied environment within reach of a careless hand."""

    def __init__(self, environment: Ec2ClusterConfig, session: Session, state: State) -> None:
        self.label = environment.label
        self.session = session
        self.state = state
        self.bucket = environment.bucket_name(next(iter(environment.buckets)))

    def client(self, service: str) -> Any:
        return self.session.client(service)

    def named(self, type_: str, part: str) -> str:
        """Id of the resource with a Name tag."""
        name = self.label.name(part)
        return next(
            str(each.attributes["id"]) for each in self.state.of_type(type_) if each.attributes["tags"]["Name"] == name
        )

    def open_port(self) -> None:
        world = {"CidrIp": "0.0.0.0/0", "Description": "quick test"}
        permission = {"IpProtocol": "tcp", "FromPort": 8265, "ToPort": 8265, "IpRanges": [world]}
        group = self.named("aws_security_group", "head")
        self.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])

    def weaken_metadata(self) -> None:
        head = self.named("aws_instance", "head-node")
        self.client("ec2").modify_instance_metadata_options(InstanceId=head, HttpTokens="optional")

    def boot_without_token(self) -> None:
        head, ec2 = self.named("aws_instance", "head-node"), self.client("ec2")
        script = b64decode(ec2.describe_instance_attribute(InstanceId=head, Attribute="userData")["UserData"]["Value"])
        open_script = script.replace(b"RAY_AUTH_MODE=token", b"RAY_AUTH_MODE=disabled")
        ec2.stop_instances(InstanceIds=[head])  # EC2 refuses to change it while the instance runs
        ec2.modify_instance_attribute(InstanceId=head, UserData={"Value": open_script})

    def retag(self) -> None:
        tags = [{"Key": "Owner", "Value": "nobody"}]
        self.client("ec2").create_tags(Resources=[self.named("aws_instance", "head-node")], Tags=tags)

    def unblock(self) -> None:
        self.client("s3").delete_public_access_block(Bucket=self.bucket)

    def suspend(self) -> None:
        self.client("s3").put_bucket_versioning(Bucket=self.bucket, VersioningConfiguration={"Status": "Suspended"})

    def drop_bucket_policy(self) -> None:
        self.client("s3").delete_bucket_policy(Bucket=self.bucket)

    def stop_rotation(self) -> None:
        self.client("kms").disable_key_rotation(KeyId=self.state.values("aws_kms_key", "arn")[0])

    def drop_flow_log(self) -> None:
        self.client("ec2").delete_flow_logs(FlowLogIds=self.state.values("aws_flow_log"))

    def allow_everything(self) -> None:
        document = json.dumps(EVERYTHING)
        self.client("iam").put_role_policy(RoleName=self.label.name("head"), PolicyName="x", PolicyDocument=document)

    def attach_administrator(self) -> None:
        self.client("iam").attach_role_policy(RoleName=self.label.name("worker"), PolicyArn=ADMINISTRATOR)

    def route_to_internet(self) -> None:
        table = next(each for each in self.state.of_type("aws_route_table") if "private" in each.address)
        gateway = self.state.values("aws_internet_gateway")[0]
        self.client("ec2").create_route(
            RouteTableId=table.attributes["id"], DestinationCidrBlock="8.8.8.0/24", GatewayId=gateway
        )

    def open_file_system(self) -> None:
        fs = self.state.values("aws_efs_file_system")[0]
        self.client("efs").put_file_system_policy(FileSystemId=fs, Policy=json.dumps(EVERYBODY))


TAMPERINGS: dict[str, Callable[[Tampering], None]] = {
    "security_groups.ingress_declared": Tampering.open_port,
    "nodes.metadata_needs_token": Tampering.weaken_metadata,
    "nodes.ray_token_on": Tampering.boot_without_token,
    "nodes.tagged": Tampering.retag,
    "s3.public_access_blocked": Tampering.unblock,
    "s3.versioned": Tampering.suspend,
    "s3.tls_only": Tampering.drop_bucket_policy,
    "kms.rotation_on": Tampering.stop_rotation,
    "logs.flow_logs_on": Tampering.drop_flow_log,
    "iam.no_star_on_star": Tampering.allow_everything,
    "iam.managed_policies_declared": Tampering.attach_administrator,
    "network.private_subnets_stay_private": Tampering.route_to_internet,
    "efs.tls_only": Tampering.open_file_system,
}


def tamper(environment: Ec2ClusterConfig) -> None:
    """Make every change, on an applied environment with EFS, a bucket and private subnets."""
    assert environment.target == "local", "never on a real account"
    session = open_session(environment)
    hand = Tampering(environment, session, load_state(environment, session=session))
    for change in TAMPERINGS.values():
        change(hand)
