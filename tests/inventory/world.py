"""A small deployment made by boto3 in moto, and the Terraform state that would describe it."""

from __future__ import annotations

import json
from typing import Any

import boto3

from config.ec2_cluster import Ec2ClusterConfig
from scripts.state import Resource, State

SECRET_VALUE = "hunter2-never-shown"
BOOT_SCRIPT = f"#!/bin/bash\nexport PASSWORD={SECRET_VALUE}\n"
"""As a careless hook may have it."""
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "*"}],
}


class World:
    """Makes things and notes them as Terraform would."""

    def __init__(self, config: Ec2ClusterConfig) -> None:
        self.config = config
        self.resources: list[Resource] = []
        self.ids: dict[str, str] = {}
        self._network()
        self._security_group()
        self._key()
        self._roles()
        self._bucket()
        self._file_system()
        self._secret()
        self._instance()
        self._dns()
        self._log_group()

    @property
    def state(self) -> State:
        return State(tuple(self.resources))

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        return make(service, region_name=self.config.region)

    def _note(self, type_: str, **attributes: Any) -> None:
        self.resources.append(Resource(f"{type_}.{len(self.resources)}", type_, attributes))
        self.ids.setdefault(type_, str(attributes.get("id", "")))

    def _network(self) -> None:
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self._note("aws_vpc", id=vpc)
        for zone, cidr in (("b", "10.0.4.0/22"), ("a", "10.0.0.0/22")):
            place = f"{self.config.region}{zone}"
            subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=place)["Subnet"]["SubnetId"]
            ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Name", "Value": f"private-{place}"}])
            self._note("aws_subnet", id=subnet)
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        ec2.associate_route_table(RouteTableId=table, SubnetId=self.ids["aws_subnet"])
        service = f"com.amazonaws.{self.config.region}.s3"
        ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, VpcEndpointType="Gateway", RouteTableIds=[table])

    def _security_group(self) -> None:
        ec2 = self.client("ec2")
        group = ec2.create_security_group(VpcId=self.ids["aws_vpc"], GroupName="ray-small-head", Description="head")[
            "GroupId"
        ]
        for port in (8265, 6379):
            source = {"CidrIp": "10.0.0.0/8", "Description": f"port {port}"}
            permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [source]}
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
        self._note("aws_security_group", id=group)
        ec2.create_security_group(VpcId=self.ids["aws_vpc"], GroupName="added", Description="by hand")

    def _key(self) -> None:
        kms = self.client("kms")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        kms.create_alias(AliasName="alias/ray-small", TargetKeyId=key)
        kms.enable_key_rotation(KeyId=key)
        self._note("aws_kms_key", id=key, arn=key)

    def _roles(self) -> None:
        iam = self.client("iam")
        iam.create_role(RoleName="ray-small-head", AssumeRolePolicyDocument=json.dumps(_TRUST))
        iam.put_role_policy(RoleName="ray-small-head", PolicyName="known", PolicyDocument=json.dumps(_POLICY))
        iam.put_role_policy(RoleName="ray-small-head", PolicyName="added", PolicyDocument=json.dumps(_POLICY))
        arn = iam.create_policy(PolicyName="narrow", PolicyDocument=json.dumps(_POLICY))["Policy"]["Arn"]
        iam.attach_role_policy(RoleName="ray-small-head", PolicyArn=arn)
        iam.create_instance_profile(InstanceProfileName="ray-small-head")
        iam.add_role_to_instance_profile(InstanceProfileName="ray-small-head", RoleName="ray-small-head")
        self._note("aws_iam_role", name="ray-small-head")
        self._note("aws_iam_role", name="gone")
        self._note("aws_iam_role_policy", name="known", role="ray-small-head")
        self._note("aws_iam_instance_profile", name="ray-small-head")

    def _bucket(self) -> None:
        s3 = self.client("s3")
        name = self.config.bucket_name("models")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": self.config.region})
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}]})
        self._note("aws_s3_bucket", bucket=name)

    def _file_system(self) -> None:
        efs = self.client("efs")
        tags = [{"Key": "Name", "Value": "ray-small-efs"}]
        id_ = efs.create_file_system(CreationToken="x", Encrypted=True, Tags=tags)["FileSystemId"]
        group = [self.ids["aws_security_group"]]
        target = efs.create_mount_target(FileSystemId=id_, SubnetId=self.ids["aws_subnet"], SecurityGroups=group)
        self._note("aws_efs_file_system", id=id_)
        self._note("aws_efs_mount_target", id=target["MountTargetId"])

    def _secret(self) -> None:
        name = "ray-small-ray-token"
        self.client("secretsmanager").create_secret(Name=name, SecretString=SECRET_VALUE)
        self._note("aws_secretsmanager_secret", name=name)
        self._note("aws_secretsmanager_secret_version", id="x", secret_string=SECRET_VALUE)

    def _instance(self) -> None:
        ec2 = self.client("ec2")
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        tags = [{"Key": "Name", "Value": "ray-small-head-node"}]
        interface = {"DeviceIndex": 0, "SubnetId": self.ids["aws_subnet"], "Groups": [self.ids["aws_security_group"]]}
        instance = ec2.run_instances(
            ImageId=image,
            MinCount=1,
            MaxCount=1,
            InstanceType="m7i.large",
            # As Terraform does when an address is asked for: the groups are then on the interface only.
            NetworkInterfaces=[interface],
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
            UserData=BOOT_SCRIPT,
        )["Instances"][0]["InstanceId"]
        self._note("aws_instance", id=instance, ami=image, tags={"Name": "ray-small-head-node"})

    def _dns(self) -> None:
        place = {"VPCRegion": self.config.region, "VPCId": self.ids["aws_vpc"]}
        zone = self.client("route53").create_hosted_zone(Name="small.ray.internal", CallerReference="x", VPC=place)
        id_ = zone["HostedZone"]["Id"].rpartition("/")[2]
        self._note("aws_route53_zone", id=id_, zone_id=id_)

    def _log_group(self) -> None:
        name = "/ray/small/nodes"
        self.client("logs").create_log_group(logGroupName=name)
        (group,) = self.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        self._note("aws_cloudwatch_log_group", id=name, name=name, arn=group["arn"].removesuffix(":*"))
