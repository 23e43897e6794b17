"""What AWS refuses and moto takes, each with AWS's own code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Clients

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
PASSWORD = {"Type": "password", "Passwords": ["x" * 16]}
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


class Network:
    """A VPC with a subnet, two groups and an image to launch."""

    def __init__(self, ec2: Any, ssm: Any) -> None:
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="us-west-2a")
        self.subnet = subnet["Subnet"]["SubnetId"]
        self.group, self.other = (
            ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"] for name in "ab"
        )
        self.image = ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"]


@pytest.fixture(scope="module")
def network(aws: Clients) -> Network:
    return Network(aws("ec2"), aws("ssm"))


def refused(call: Any, code: str, **arguments: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**arguments)
    assert error.value.response["Error"]["Code"] == code, error.value
    return str(error.value)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"InstanceType": "m7i.gigantic"}, "InvalidParameterValue"),
        ({"InstanceType": "m7g.large"}, "InvalidParameterValue"),
        ({"MetadataOptions": {"HttpPutResponseHopLimit": 65}}, "InvalidParameterValue"),
        ({"Placement": {"GroupName": "none"}}, "InvalidPlacementGroup.Unknown"),
        ({"ImageId": "ami-00000000000000000"}, "InvalidAMIID.NotFound"),
        ({"KeyName": "none"}, "InvalidKeyPair.NotFound"),
        ({"InstanceType": "t3.small", "CreditSpecification": {"CpuCredits": "endless"}}, "InvalidParameterValue"),
        (
            {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3", "Throughput": 2001}}]},
            "InvalidParameterValue",
        ),
    ],
)
def test_launch(aws: Clients, network: Network, changes: dict[str, Any], code: str) -> None:
    launch = {"ImageId": network.image, "InstanceType": "m7i.large", "SubnetId": network.subnet}
    refused(aws("ec2").run_instances, code, MinCount=1, MaxCount=1, **{**launch, **changes})


def test_a_volume_is_attached_once_and_in_its_zone(aws: Clients, network: Network) -> None:
    ec2 = aws("ec2")
    launch = {"ImageId": network.image, "InstanceType": "t3.medium", "SubnetId": network.subnet}
    instance = ec2.run_instances(**launch, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    here, there = (
        ec2.create_volume(AvailabilityZone=f"us-west-2{zone}", Size=1, VolumeType="gp3")["VolumeId"] for zone in "ab"
    )
    given = {"InstanceId": instance, "Device": "/dev/sdf"}
    refused(ec2.attach_volume, "InvalidVolume.ZoneMismatch", VolumeId=there, **given)
    ec2.attach_volume(VolumeId=here, **given)
    refused(ec2.attach_volume, "VolumeInUse", VolumeId=here, **given)


@pytest.mark.parametrize(
    ("size", "iops", "throughput"), [(10, 6000, 125), (10, 3000, 1000), (10, 100, 125), (10, 3000, 50)]
)
def test_gp3_limits(aws: Clients, size: int, iops: int, throughput: int) -> None:
    volume = {"AvailabilityZone": "us-west-2a", "VolumeType": "gp3", "Size": size, "Iops": iops}
    refused(aws("ec2").create_volume, "InvalidParameterValue", **volume, Throughput=throughput)


def test_what_is_in_use_stays(aws: Clients, network: Network) -> None:
    ec2 = aws("ec2")
    ec2.create_network_interface(SubnetId=network.subnet, Groups=[network.group])
    peer = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": network.other}]}
    ec2.authorize_security_group_ingress(GroupId=network.group, IpPermissions=[peer])
    refused(ec2.delete_security_group, "DependencyViolation", GroupId=network.group)
    refused(ec2.delete_security_group, "DependencyViolation", GroupId=network.other)
    refused(ec2.delete_subnet, "DependencyViolation", SubnetId=network.subnet)
    refused(ec2.delete_vpc, "DependencyViolation", VpcId=network.vpc)


def test_vpc_with_a_gateway_stays(aws: Clients) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    refused(ec2.delete_vpc, "DependencyViolation", VpcId=vpc)
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_vpc(VpcId=vpc)


@pytest.mark.parametrize(("first", "last"), [(2, 1), (0, 65536)])
def test_ports(aws: Clients, network: Network, first: int, last: int) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    for direction in ("ingress", "egress"):
        call = getattr(aws("ec2"), f"authorize_security_group_{direction}")
        refused(call, "InvalidParameterValue", GroupId=network.group, IpPermissions=[rule])


def test_placement_groups(aws: Clients) -> None:
    ec2 = aws("ec2")
    ec2.create_placement_group(GroupName="g", Strategy="cluster")
    refused(ec2.create_placement_group, "InvalidPlacementGroup.Duplicate", GroupName="g", Strategy="cluster")
    refused(ec2.delete_placement_group, "InvalidPlacementGroup.Unknown", GroupName="none")


@pytest.mark.parametrize("name", ["Upper", "under_score", "two..dots", "192.168.0.1", "xn--a", "tail-s3alias"])
def test_bucket_names(aws: Clients, name: str) -> None:
    place = {"LocationConstraint": "us-west-2"}
    refused(aws("s3").create_bucket, "InvalidBucketName", Bucket=name, CreateBucketConfiguration=place)


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::refused"},
        {"Effect": "Perhaps", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::refused"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::other"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*"},
    ],
)
def test_bucket_policies(aws: Clients, statement: dict[str, Any]) -> None:
    s3 = aws("s3", "us-east-1")
    s3.create_bucket(Bucket="refused")
    refused(s3.put_bucket_policy, "MalformedPolicy", Bucket="refused", Policy=json.dumps({"Statement": [statement]}))


def test_early_transition(aws: Clients) -> None:
    s3 = aws("s3", "us-east-1")
    s3.create_bucket(Bucket="early")
    rule = {"Status": "Enabled", "Filter": {}, "Transitions": [{"Days": 7, "StorageClass": "STANDARD_IA"}]}
    call = s3.put_bucket_lifecycle_configuration
    refused(call, "InvalidArgument", Bucket="early", LifecycleConfiguration={"Rules": [rule]})


@pytest.mark.parametrize("change", [{"Effect": "Maybe"}, {"Resource": "*"}])
def test_trust_policies(aws: Clients, change: dict[str, str]) -> None:
    document = json.dumps({"Statement": [{**TRUST, **change}]})
    call = aws("iam").create_role
    refused(call, "MalformedPolicyDocument", RoleName="r", AssumeRolePolicyDocument=document)


def test_keys_and_logs(aws: Clients) -> None:
    kms, logs = aws("kms"), aws("logs")
    refused(kms.create_key, "MalformedPolicyDocumentException", Policy='{"Statement": [{"Effect": "Allow"}]}')
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    refused(kms.enable_key_rotation, "ValidationException", KeyId=key, RotationPeriodInDays=30)
    logs.create_log_group(logGroupName="g")
    refused(logs.put_retention_policy, "InvalidParameterException", logGroupName="g", retentionInDays=15)


def test_file_systems(aws: Clients) -> None:
    efs = aws("efs")
    refused(efs.create_file_system, "BadRequest", CreationToken="a", ThroughputMode="provisioned")
    refused(efs.create_file_system, "BadRequest", CreationToken="b", ThroughputMode="warp")
    found = efs.create_file_system(CreationToken="c")["FileSystemId"]
    refused(efs.put_file_system_policy, "InvalidPolicyException", FileSystemId=found, Policy="{}")
    refused(efs.update_file_system, "FileSystemNotFound", FileSystemId="fs-00000000", ThroughputMode="elastic")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"NodeType": "db.m5.large"}, "InvalidParameterValueException"),
        ({"NumReplicasPerShard": 6}, "InvalidParameterValueException"),
        ({"ACLName": "none"}, "ACLNotFoundFault"),
        ({"ParameterGroupName": "none"}, "ParameterGroupNotFoundFault"),
        ({"SubnetGroupName": "none"}, "SubnetGroupNotFoundFault"),
    ],
)
def test_memorydb_clusters(aws: Clients, changes: dict[str, Any], code: str) -> None:
    cluster = {"ClusterName": "c", "NodeType": "db.t4g.small", "ACLName": "open-access"}
    refused(aws("memorydb").create_cluster, code, **{**cluster, **changes})


def test_memorydb_members(aws: Clients, network: Network) -> None:
    memorydb = aws("memorydb")
    memorydb.create_user(UserName="member", AuthenticationMode=PASSWORD, AccessString="on")
    memorydb.create_acl(ACLName="used", UserNames=["member"])
    memorydb.create_parameter_group(ParameterGroupName="used", Family="memorydb_redis7")
    memorydb.create_subnet_group(SubnetGroupName="used", SubnetIds=[network.subnet])
    names = {"ACLName": "used", "ParameterGroupName": "used", "SubnetGroupName": "used"}
    memorydb.create_cluster(ClusterName="used", NodeType="db.t4g.small", **names)
    refused(memorydb.delete_acl, "InvalidACLStateFault", ACLName="used")
    refused(memorydb.delete_parameter_group, "InvalidParameterGroupStateFault", ParameterGroupName="used")
    refused(memorydb.create_acl, "UserNotFoundFault", ACLName="x", UserNames=["nobody"])


def test_memorydb_values(aws: Clients) -> None:
    memorydb = aws("memorydb")
    code = "InvalidParameterValueException"
    refused(memorydb.create_parameter_group, code, ParameterGroupName="x", Family="memorydb_redis1")
    memorydb.create_parameter_group(ParameterGroupName="values", Family="memorydb_redis7")
    for name, value in (("maxmemory-policy", "oldest"), ("unknown", "1")):
        wanted = [{"ParameterName": name, "ParameterValue": value}]
        refused(memorydb.update_parameter_group, code, ParameterGroupName="values", ParameterNameValues=wanted)
    short = {"Type": "password", "Passwords": ["short"]}
    refused(memorydb.create_user, code, UserName="x", AuthenticationMode=short, AccessString="on")


def test_memorydb_is_not_offered_in_every_zone(aws: Clients) -> None:
    ec2, memorydb = aws("ec2", "us-east-1"), aws("memorydb", "us-east-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    offered, other = (  # use1-az6 and use1-az3
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{index}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"][
            "SubnetId"
        ]
        for index, zone in enumerate("ae")
    )
    refused(memorydb.create_subnet_group, "SubnetNotAllowedFault", SubnetGroupName="zones", SubnetIds=[offered, other])
    memorydb.create_subnet_group(SubnetGroupName="zones", SubnetIds=[offered])
    refused(memorydb.update_subnet_group, "SubnetNotAllowedFault", SubnetGroupName="zones", SubnetIds=[other])
    refused(memorydb.update_subnet_group, "SubnetGroupNotFoundFault", SubnetGroupName="none", SubnetIds=[offered])


def test_policies_of_a_role_have_a_size(aws: Clients) -> None:
    iam, document = aws("iam"), json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="long", AssumeRolePolicyDocument=document)
    half = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": [f"arn:aws:s3:::{'x' * 90}{n}/*" for n in range(60)],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [half]})
    iam.put_role_policy(RoleName="long", PolicyName="one", PolicyDocument=policy)
    iam.put_role_policy(RoleName="long", PolicyName="one", PolicyDocument=policy + " " * 9000)
    refused(iam.put_role_policy, "LimitExceeded", RoleName="long", PolicyName="two", PolicyDocument=policy)
    trust = {**TRUST, "Condition": {"StringEquals": {"sts:ExternalId": ["x" * 100 for _ in range(20)]}}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    refused(iam.update_assume_role_policy, "LimitExceeded", RoleName="long", PolicyDocument=document)
