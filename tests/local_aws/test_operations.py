"""What the extensions add, seen by boto3 through a real server."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from base64 import b64decode
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_aws import client
from tests.local_aws.conftest import Clients

TAGGED = [{"Key": "Name", "Value": "x"}]
PRESETS = [
    ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "x86_64", "/dev/xvda"),
    ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "arm64", "/dev/xvda"),
    ("/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id", "x86_64", "/dev/sda1"),
    ("/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id", "arm64", "/dev/sda1"),
    (
        "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id",
        "x86_64",
        "/dev/sda1",
    ),
]


@pytest.mark.parametrize("region", ["us-west-2", "us-east-1", "eu-central-1", "mx-central-1"])
@pytest.mark.parametrize(("path", "architecture", "root"), PRESETS)
def test_published_images_exist(aws: Clients, region: str, path: str, architecture: str, root: str) -> None:
    parameter = aws("ssm", region).get_parameter(Name=path)["Parameter"]
    image = aws("ec2", region).describe_images(ImageIds=[parameter["Value"]])["Images"][0]
    assert (image["Architecture"], image["RootDeviceName"], image["State"]) == (architecture, root, "available")
    assert image["OwnerId"] in ("137112412989", "099720109477", "898082745236")


def test_missing_operation_fails_at_once_and_by_name(aws: Clients) -> None:
    began = time.monotonic()
    with pytest.raises(ClientError) as refused:
        aws("ec2").describe_verified_access_instances()
    assert time.monotonic() - began < 5
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "UnsupportedOperation" in str(refused.value)
    assert "the embedded AWS lacks ec2:DescribeVerifiedAccessInstances" in str(refused.value)


def test_fault_inside_moto_is_a_client_error(endpoint: str) -> None:
    # A lifecycle document that is none trips moto's S3, which no extension can hook.
    request = urllib.request.Request(f"{endpoint}/nowhere?lifecycle", data=b"<Other/>", method="PUT")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 400
    assert b"<Code>UnsupportedOperation</Code>" in refused.value.read()
    refused.value.close()


@pytest.mark.parametrize(
    "header", [("Host", "evil.example"), ("Host", "127.0.0.1.evil.example:80"), ("Origin", "http://x")]
)
def test_web_pages_are_refused(endpoint: str, header: tuple[str, str]) -> None:
    request = urllib.request.Request(endpoint + "/rayform/identity", headers=dict([header]))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    refused.value.close()


def test_id_that_is_taken(aws: Clients) -> None:
    tag = {"ResourceType": "vpc", "Tags": [{"Key": "rayform:emulator-id", "Value": "vpc-0ccc"}]}
    aws("ec2").create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=[tag])
    with pytest.raises(ClientError, match="vpc-0ccc: not free"):
        aws("ec2").create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=[tag])


def test_efs_policies_and_throughput(aws: Clients) -> None:
    efs = aws("efs")
    file_system = efs.create_file_system(CreationToken="a", Encrypted=True, ThroughputMode="elastic")["FileSystemId"]
    assert efs.describe_backup_policy(FileSystemId=file_system)["BackupPolicy"] == {"Status": "DISABLED"}
    efs.put_backup_policy(FileSystemId=file_system, BackupPolicy={"Status": "ENABLED"})
    assert efs.describe_backup_policy(FileSystemId=file_system)["BackupPolicy"] == {"Status": "ENABLED"}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "elasticfilesystem:ClientMount"}
    efs.put_file_system_policy(FileSystemId=file_system, Policy=json.dumps({"Statement": [statement]}))
    assert "ClientMount" in efs.describe_file_system_policy(FileSystemId=file_system)["Policy"]
    efs.delete_file_system_policy(FileSystemId=file_system)
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_file_system_policy(FileSystemId=file_system)
    changed = efs.update_file_system(
        FileSystemId=file_system, ThroughputMode="provisioned", ProvisionedThroughputInMibps=20
    )
    assert (changed["ThroughputMode"], changed["ProvisionedThroughputInMibps"]) == ("provisioned", 20)


def test_memorydb_nodes_stand_in_the_zones_of_their_subnets(aws: Clients) -> None:
    ec2, memorydb = aws("ec2"), aws("memorydb")
    vpc = ec2.create_vpc(CidrBlock="10.78.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for cidr, zone in (("10.78.0.0/24", "us-west-2b"), ("10.78.1.0/24", "us-west-2d"))
    ]
    memorydb.create_subnet_group(SubnetGroupName="zones", SubnetIds=subnets)
    given = {"NodeType": "db.t4g.small", "ACLName": "open-access", "SubnetGroupName": "zones"}
    memorydb.create_cluster(ClusterName="zones", NumReplicasPerShard=2, **given)
    assert zones_of_nodes(memorydb) == ["us-west-2b", "us-west-2d", "us-west-2b"]
    memorydb.update_cluster(ClusterName="zones", ReplicaConfiguration={"ReplicaCount": 1})
    assert zones_of_nodes(memorydb) == ["us-west-2b", "us-west-2d"]


def zones_of_nodes(memorydb: Any) -> list[str]:
    (cluster,) = memorydb.describe_clusters(ClusterName="zones", ShowShardDetails=True)["Clusters"]
    return [node["AvailabilityZone"] for shard in cluster["Shards"] for node in shard["Nodes"]]


def test_memorydb_parameters_and_acls(aws: Clients) -> None:
    memorydb = aws("memorydb")
    memorydb.create_parameter_group(ParameterGroupName="p", Family="memorydb_redis7", Tags=TAGGED)
    wanted = [{"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}]
    memorydb.update_parameter_group(ParameterGroupName="p", ParameterNameValues=wanted)
    values = {p["Name"]: p["Value"] for p in memorydb.describe_parameters(ParameterGroupName="p")["Parameters"]}
    assert values["maxmemory-policy"] == "allkeys-lru"
    memorydb.reset_parameter_group(ParameterGroupName="p", AllParameters=True)
    values = {p["Name"]: p["Value"] for p in memorydb.describe_parameters(ParameterGroupName="p")["Parameters"]}
    assert values["maxmemory-policy"] == "noeviction"
    mode = {"Type": "password", "Passwords": ["x" * 16]}
    memorydb.create_user(UserName="u", AuthenticationMode=mode, AccessString="on ~* +@all")
    acl = memorydb.create_acl(ACLName="a", UserNames=["u"], Tags=TAGGED)["ACL"]
    assert memorydb.list_tags(ResourceArn=acl["ARN"])["TagList"] == TAGGED
    assert memorydb.describe_users(UserName="u")["Users"][0]["ACLNames"] == ["a"]
    memorydb.update_acl(ACLName="a", UserNamesToRemove=["u"])
    assert memorydb.describe_acls(ACLName="a")["ACLs"][0]["UserNames"] == []
    memorydb.delete_acl(ACLName="a")
    memorydb.delete_parameter_group(ParameterGroupName="p")


def test_bucket_documents_come_back(aws: Clients) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="documents", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    rule = {
        "ID": "a",
        "Status": "Enabled",
        "Filter": {"Prefix": "x/"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 3},
    }
    s3.put_bucket_lifecycle_configuration(Bucket="documents", LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket="documents")["Rules"] == [rule]
    s3.delete_bucket_lifecycle(Bucket="documents")
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="documents")


def test_tls_only_policy_locks_nobody_out(aws: Clients) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Statement": [deny]}))
    s3.put_object(Bucket="tls-only", Key="a", Body=b"x")
    assert s3.get_object(Bucket="tls-only", Key="a")["Body"].read() == b"x"


def test_key_rotation_period(aws: Clients) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180


def test_launch_keeps_what_was_asked_for(aws: Clients) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    place = {"VpcId": vpc, "CidrBlock": "10.7.0.0/24", "AvailabilityZone": "us-west-2a"}
    subnet = ec2.create_subnet(**place)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="launch", Description="x", VpcId=vpc)["GroupId"]
    ec2.create_placement_group(GroupName="launch", Strategy="cluster")
    image = aws("ssm").get_parameter(Name=PRESETS[0][0])["Parameter"]["Value"]
    interface = {"DeviceIndex": 0, "SubnetId": subnet, "Groups": [group], "AssociatePublicIpAddress": False}
    launched = ec2.run_instances(
        ImageId=image,
        InstanceType="t3.medium",
        MinCount=1,
        MaxCount=2,
        NetworkInterfaces=[interface],
        Placement={"GroupName": "launch"},
        CreditSpecification={"CpuCredits": "standard"},
        DisableApiTermination=True,
        InstanceMarketOptions={"MarketType": "spot"},
    )["Instances"]
    assert len(launched) == 2
    ids = [instance["InstanceId"] for instance in launched]
    ec2.monitor_instances(InstanceIds=ids)
    for instance in ec2.describe_instances(InstanceIds=ids)["Reservations"][0]["Instances"]:
        assert [found["GroupId"] for found in instance["SecurityGroups"]] == [group]
        assert instance["Monitoring"] == {"State": "enabled"}
        assert instance["Placement"]["GroupName"] == "launch"
        assert instance["SpotInstanceRequestId"].startswith("sir-")
        assert "PublicIpAddress" not in instance
    credit = ec2.describe_instance_credit_specifications(InstanceIds=ids)["InstanceCreditSpecifications"]
    assert {found["CpuCredits"] for found in credit} == {"standard"}
    protected = ec2.describe_instance_attribute(InstanceId=ids[0], Attribute="disableApiTermination")
    assert protected["DisableApiTermination"] == {"Value": True}
    with pytest.raises(ClientError, match="OperationNotPermitted"):
        ec2.terminate_instances(InstanceIds=ids)


def test_user_data_is_changed_as_it_is_given(aws: Clients) -> None:
    ec2 = aws("ec2")
    image = aws("ssm").get_parameter(Name=PRESETS[0][0])["Parameter"]["Value"]
    launch = {"ImageId": image, "InstanceType": "t3.medium", "MinCount": 1, "MaxCount": 1}
    instance = ec2.run_instances(**launch, UserData="one")["Instances"][0]["InstanceId"]
    ec2.modify_instance_attribute(InstanceId=instance, UserData={"Value": b"two"})
    found = ec2.describe_instance_attribute(InstanceId=instance, Attribute="userData")["UserData"]
    assert b64decode(found["Value"]) == b"two"


def test_endpoint_interfaces_and_routes_follow(aws: Clients) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    place = {"VpcId": vpc, "CidrBlock": "10.6.0.0/24", "AvailabilityZone": "us-west-2a"}
    subnet = ec2.create_subnet(**place)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="endpoint", Description="x", VpcId=vpc)["GroupId"]
    interface = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-west-2.ssm",
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        SecurityGroupIds=[group],
    )["VpcEndpoint"]
    eni = ec2.describe_network_interfaces(NetworkInterfaceIds=interface["NetworkInterfaceIds"])["NetworkInterfaces"][0]
    assert (eni["SubnetId"], [found["GroupId"] for found in eni["Groups"]]) == (subnet, [group])
    first, second = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2))
    gateway = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-west-2.s3", VpcEndpointType="Gateway", RouteTableIds=[first]
    )["VpcEndpoint"]["VpcEndpointId"]
    ec2.modify_vpc_endpoint(VpcEndpointId=gateway, AddRouteTableIds=[second], RemoveRouteTableIds=[first])
    tables = ec2.describe_route_tables(RouteTableIds=[first, second])["RouteTables"]
    routed = {found["RouteTableId"] for found in tables for r in found["Routes"] if r.get("DestinationPrefixListId")}
    assert routed == {second}
    ec2.delete_vpc_endpoints(VpcEndpointIds=[gateway, interface["VpcEndpointId"]])
    left = ec2.describe_vpc_endpoints(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["VpcEndpoints"]
    assert left == []


def test_a_rule_of_all_protocols_between_groups_changes_its_description(aws: Clients) -> None:
    ec2 = aws("ec2")
    group = ec2.create_security_group(GroupName="described", Description="x")["GroupId"]
    peer = [{"GroupId": group, "Description": "before"}]
    made = ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": peer}]
    )
    rule_id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    changed = {"IpProtocol": "-1", "ReferencedGroupId": group, "Description": "after"}
    ec2.modify_security_group_rules(
        GroupId=group, SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": changed}]
    )
    (rule,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule_id])["SecurityGroupRules"]
    assert (rule["Description"], rule["ReferencedGroupInfo"]["GroupId"]) == ("after", group)
    assert (rule["IpProtocol"], rule.get("FromPort", -1), rule.get("ToPort", -1)) == ("-1", -1, -1)


def test_a_nat_gateway_is_public_unless_asked_otherwise(aws: Clients) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.5.0.0/24")["Subnet"]["SubnetId"]
    for asked, wanted in (({}, "public"), ({"ConnectivityType": "private"}, "private")):
        address = {} if asked else {"AllocationId": ec2.allocate_address(Domain="vpc")["AllocationId"]}
        gateway = ec2.create_nat_gateway(SubnetId=subnet, **asked, **address)["NatGateway"]["NatGatewayId"]
        (found,) = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
        assert found["ConnectivityType"] == wanted


def test_the_state_is_saved_while_somebody_pages_through_tags(aws: Clients) -> None:
    for name in ("page-1", "page-2"):
        aws("secretsmanager").create_secret(Name=name, Tags=[{"Key": "Paged", "Value": name}])
    tagging, which = aws("resourcegroupstaggingapi"), {"TagFilters": [{"Key": "Paged"}], "ResourcesPerPage": 1}
    first = tagging.get_resources(**which)
    assert client.save()
    second = tagging.get_resources(**which, PaginationToken=first["PaginationToken"])
    found = [one["Tags"] for page in (first, second) for one in page["ResourceTagMappingList"]]
    assert [tags[0]["Value"] for tags in found] == ["page-1", "page-2"]


def test_tags_go_with_what_has_them(aws: Clients) -> None:
    ec2, tags = aws("ec2"), [{"Key": "Forgotten", "Value": "x"}]

    def tagged(kind: str) -> list[dict[str, Any]]:
        return [{"ResourceType": kind, "Tags": tags}]

    vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16", TagSpecifications=tagged("vpc"))["Vpc"]["VpcId"]
    group = ec2.create_security_group(
        GroupName="forgotten", Description="x", VpcId=vpc, TagSpecifications=tagged("security-group")
    )["GroupId"]
    ec2.create_launch_template(
        LaunchTemplateName="forgotten", LaunchTemplateData={}, TagSpecifications=tagged("launch-template")
    )
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=tagged("elastic-ip"))["AllocationId"]
    which = [{"Name": "key", "Values": ["Forgotten"]}]
    assert len(ec2.describe_tags(Filters=which)["Tags"]) == 4
    ec2.release_address(AllocationId=address)
    ec2.delete_launch_template(LaunchTemplateName="forgotten")
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_tags(Filters=which)["Tags"] == []
