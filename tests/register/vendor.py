"""What the vendor's Terraform module leaves in an account, by boto3: names, shapes and settings as it has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

CIDR = "10.0.0.0/16"
SUBNETS = {
    "public-a": "10.0.101.0/24",
    "public-b": "10.0.102.0/24",
    "private-a": "10.0.1.0/24",
    "private-b": "10.0.2.0/24",
}
EXTERNAL_ID = "org_1a2b3c4d5e6f-9f2c61d07b"
REGISTRY = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
SUFFIX = "20240131101112131400000001"
NAMES = {
    "account": "123456789012",
    "external-id": EXTERNAL_ID,
    "cloud-id": "cld_1a2b3c4d5e6f",
    "bucket": f"anyscale-{SUFFIX}",
    "control-plane-role": f"anyscale-iam-role-{SUFFIX}",
    "node-role": f"anyscale-cluster-node-{SUFFIX}",
    "sg-name": f"anyscale-security-group-{SUFFIX}",
    "efs-token": f"terraform-{SUFFIX}",
    "memorydb": "anyscale-mdb-20240131101112",
    "memorydb-subnets": f"anyscale-mdb-sg-{SUFFIX}",
}


def make_cloud(client: Callable[[str], Any]) -> dict[str, str]:
    """Make it; ids and names by what the page of the move calls them."""
    found = dict(NAMES)
    found |= _network(client("ec2"))
    found |= _group(client("ec2"), found["vpc"])
    _roles(client("iam"))
    _bucket(client("s3"))
    found |= _efs(client("efs"), found)
    _memorydb(client("memorydb"), found)
    return found


def _network(ec2: Any) -> dict[str, str]:
    vpc = ec2.create_vpc(CidrBlock=CIDR)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "vpc-anyscale"}])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    found = {"vpc": vpc, "igw": gateway}
    for name, cidr in SUBNETS.items():
        made = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"us-west-2{name[-1]}")
        found[name] = made["Subnet"]["SubnetId"]
    for name in ("public-a", "public-b"):
        ec2.modify_subnet_attribute(SubnetId=found[name], MapPublicIpOnLaunch={"Value": True})
    found["rtb-public"] = _table(ec2, vpc, [found["public-a"], found["public-b"]], GatewayId=gateway)
    for zone in "ab":
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = ec2.create_nat_gateway(SubnetId=found[f"public-{zone}"], AllocationId=address)
        nat = made["NatGateway"]["NatGatewayId"]
        table = _table(ec2, vpc, [found[f"private-{zone}"]], NatGatewayId=nat)
        found |= {f"eip-{zone}": address, f"nat-{zone}": nat, f"rtb-private-{zone}": table}
    tables = [found["rtb-public"], found["rtb-private-a"], found["rtb-private-b"]]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName="com.amazonaws.us-west-2.s3", RouteTableIds=tables, VpcEndpointType="Gateway"
    )["VpcEndpoint"]["VpcEndpointId"]
    return found | {"vpce-s3": endpoint}


def _table(ec2: Any, vpc: str, subnets: list[str], **to: str) -> str:
    table: str = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **to)
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return table


def _group(ec2: Any, vpc: str) -> dict[str, str]:
    group = ec2.create_security_group(GroupName=NAMES["sg-name"], Description="Anyscale Security Group", VpcId=vpc)[
        "GroupId"
    ]
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": group, "Description": "Ingress Rule"}]}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[itself, https])
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[itself])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    named = {(rule["IsEgress"], rule.get("CidrIpv4")): rule["SecurityGroupRuleId"] for rule in rules}
    return {
        "sg": group,
        "sgr-from-itself": named[False, None],
        "sgr-https": named[False, "10.0.0.0/8"],
        "sgr-to-itself": named[True, None],
        "sgr-to-all": named[True, "0.0.0.0/0"],
    }


def _roles(iam: Any) -> None:
    control_plane = {
        "Principal": {"AWS": "arn:aws:iam::525325868955:root"},
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }
    trusts = {
        "control-plane-role": ("Anyscale access role", control_plane),
        "node-role": ("Anyscale cluster node role", {"Principal": {"Service": "ec2.amazonaws.com"}}),
    }
    statement = {"Effect": "Allow", "Action": ["ec2:RunInstances", "ec2:DescribeInstances"], "Resource": "*"}
    policy = iam.create_policy(
        PolicyName=f"anyscale-steady_state-{SUFFIX}",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )["Policy"]["Arn"]
    for role, (description, trust) in trusts.items():
        document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **trust}]}
        iam.create_role(RoleName=NAMES[role], Description=description, AssumeRolePolicyDocument=json.dumps(document))
        iam.attach_role_policy(RoleName=NAMES[role], PolicyArn=REGISTRY)
    iam.attach_role_policy(RoleName=NAMES["control-plane-role"], PolicyArn=policy)
    iam.create_instance_profile(InstanceProfileName=NAMES["node-role"])
    iam.add_role_to_instance_profile(InstanceProfileName=NAMES["node-role"], RoleName=NAMES["node-role"])


def _bucket(s3: Any) -> None:
    bucket = NAMES["bucket"]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    origin = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.anyscale.com"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [origin]})
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(names, True))
    statement = {
        "Sid": "AllowAnyscaleResources",
        "Effect": "Allow",
        "Action": ["s3:PutObject", "s3:GetObject", "s3:ListBucket"],
        "Principal": {
            "AWS": [f"arn:aws:iam::123456789012:role/{NAMES[r]}" for r in ("control-plane-role", "node-role")]
        },
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def _efs(efs: Any, found: dict[str, str]) -> dict[str, str]:
    made = efs.create_file_system(
        CreationToken=NAMES["efs-token"],
        Encrypted=True,  # with AWS's own key
        PerformanceMode="generalPurpose",
        ThroughputMode="bursting",
        Tags=[{"Key": "Name", "Value": "efs-anyscale"}],
    )["FileSystemId"]
    efs.put_backup_policy(FileSystemId=made, BackupPolicy={"Status": "ENABLED"})
    policies = [{"TransitionToIA": "AFTER_60_DAYS"}, {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}]
    efs.put_lifecycle_configuration(FileSystemId=made, LifecyclePolicies=policies)
    targets = {
        f"fsmt-{zone}": efs.create_mount_target(
            FileSystemId=made, SubnetId=found[f"private-{zone}"], SecurityGroups=[found["sg"]]
        )["MountTargetId"]
        for zone in "ab"
    }
    return {"efs": made, **targets}


def _memorydb(memorydb: Any, found: dict[str, str]) -> None:
    subnets = [found["private-a"], found["private-b"]]
    memorydb.create_subnet_group(
        SubnetGroupName=NAMES["memorydb-subnets"], SubnetIds=subnets, Description="Anyscale MemoryDB Subnet Group"
    )
    group = f"anyscale-mdb-pg-{'0a1b2c3d' * 4}"
    memorydb.create_parameter_group(
        ParameterGroupName=group, Family="memorydb_redis7", Description="Anyscale MemoryDB Parameter Group"
    )
    memorydb.create_cluster(
        ClusterName=NAMES["memorydb"],
        Description="Anyscale MemoryDB Cluster",
        NodeType="db.t4g.small",
        NumShards=1,
        NumReplicasPerShard=2,
        EngineVersion="7.0",
        Port=6379,
        TLSEnabled=True,
        ACLName="open-access",
        SubnetGroupName=NAMES["memorydb-subnets"],
        ParameterGroupName=group,
        SecurityGroupIds=[found["sg"]],
    )
