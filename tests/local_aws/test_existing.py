"""What an environment finds in its account, made for a rehearsal."""

from __future__ import annotations

import json

from scripts.local_aws.existing_bucket import create_existing_bucket
from scripts.local_aws.existing_cluster import create_existing_cluster, create_existing_principals
from scripts.local_aws.existing_network import (
    create_existing_images,
    create_existing_key_pair,
    create_existing_network,
)
from tests.local_aws.conftest import Clients

REGION = "eu-central-1"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CORS = {"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}


def test_existing_key_pair_is_made_once(endpoint: str, aws: Clients) -> None:
    for _ in range(2):
        create_existing_key_pair(endpoint, region="eu-central-1", name="ml-platform")
    (pair,) = aws("ec2", "eu-central-1").describe_key_pairs(KeyNames=["ml-platform"])["KeyPairs"]
    assert pair["KeyName"] == "ml-platform"


def test_existing_network_has_the_ids_asked_for(endpoint: str, aws: Clients) -> None:
    subnets = {"subnet-0aaa": ("eu-central-1a", "10.9.0.0/24"), "subnet-0bbb": ("eu-central-1b", "10.9.1.0/24")}
    for _ in range(2):
        create_existing_network(endpoint, region="eu-central-1", vpc_id="vpc-0aaa", cidr="10.9.0.0/16", subnets=subnets)
    ec2 = aws("ec2", "eu-central-1")
    vpc = ec2.describe_vpcs(VpcIds=["vpc-0aaa"])["Vpcs"][0]
    assert vpc["CidrBlock"] == "10.9.0.0/16"
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": ["vpc-0aaa"]}])["Subnets"]
    assert {subnet["SubnetId"]: (subnet["AvailabilityZone"], subnet["CidrBlock"]) for subnet in found} == subnets
    names = ec2.describe_vpc_attribute(VpcId="vpc-0aaa", Attribute="enableDnsHostnames")
    assert names["EnableDnsHostnames"]["Value"]


def test_existing_images_have_the_ids_and_architectures_asked_for(endpoint: str, aws: Clients) -> None:
    images = {"ami-0aaaaaaaaaaaaaaaa": "x86_64", "ami-0bbbbbbbbbbbbbbbb": "arm64"}
    for _ in range(2):
        create_existing_images(endpoint, region="eu-central-1", images=images)
    ec2 = aws("ec2", "eu-central-1")
    found = ec2.describe_images(Owners=["self"])["Images"]
    assert {image["ImageId"]: image["Architecture"] for image in found} == images
    assert {image["RootDeviceName"] for image in found} == {"/dev/xvda"}
    assert {image["RootDeviceType"] for image in found} == {"ebs"}


def test_an_existing_bucket_is_made_once_as_careful_owners_keep_theirs(endpoint: str, aws: Clients) -> None:
    for _ in range(2):
        create_existing_bucket(endpoint, region=REGION, name="team-data", key_arn=KEY, cors=[CORS])
    s3 = aws("s3", REGION)
    (rule,) = s3.get_bucket_encryption(Bucket="team-data")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    assert s3.get_bucket_location(Bucket="team-data")["LocationConstraint"] == REGION
    assert s3.get_bucket_cors(Bucket="team-data")["CORSRules"] == [CORS]
    assert set(s3.get_public_access_block(Bucket="team-data")["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = json.loads(s3.get_bucket_policy(Bucket="team-data")["Policy"])["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_the_key_of_an_existing_bucket_has_the_id_asked_for(endpoint: str, aws: Clients) -> None:
    create_existing_bucket(endpoint, region=REGION, name="with-a-key", key_arn=KEY)
    kms = aws("kms", REGION)
    assert kms.describe_key(KeyId=KEY)["KeyMetadata"]["Arn"] == KEY
    assert kms.get_key_rotation_status(KeyId=KEY)["KeyRotationEnabled"]


def test_existing_private_subnets_reach_the_internet_by_one_nat_gateway(endpoint: str, aws: Clients) -> None:
    inner, outer = {"subnet-0ddd": (f"{REGION}a", "10.9.0.0/24")}, {"subnet-0eee": (f"{REGION}b", "10.9.1.0/24")}
    given = {"region": REGION, "vpc_id": "vpc-0ddd", "cidr": "10.9.0.0/16", "private": ["subnet-0ddd", "subnet-0fff"]}
    create_existing_network(endpoint, subnets=inner | outer, **given)
    create_existing_network(endpoint, subnets=inner | {"subnet-0fff": (f"{REGION}c", "10.9.2.0/24")}, **given)
    ec2 = aws("ec2", REGION)
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": ["vpc-0ddd"]}])["RouteTables"]
    ways = {
        association["SubnetId"]: route["NatGatewayId"]
        for table in tables
        for association in table["Associations"]
        for route in table["Routes"]
        if "SubnetId" in association and "NatGatewayId" in route
    }
    assert set(ways) == {"subnet-0ddd", "subnet-0fff"}
    assert len(set(ways.values())) == 1
    to_s3 = [table for table in tables if any("DestinationPrefixListId" in route for route in table["Routes"])]
    assert len(to_s3) == 2


def test_existing_public_subnets_give_addresses_when_asked(endpoint: str, aws: Clients) -> None:
    subnets = {"subnet-0aab": (f"{REGION}a", "10.9.0.0/24"), "subnet-0aac": (f"{REGION}b", "10.9.1.0/24")}
    given = {"region": REGION, "vpc_id": "vpc-0aab", "cidr": "10.9.0.0/16", "subnets": subnets}
    create_existing_network(endpoint, **given)
    create_existing_network(endpoint, public=["subnet-0aac"], **given)
    found = aws("ec2", REGION).describe_subnets(SubnetIds=list(subnets))["Subnets"]
    assert {each["SubnetId"]: each["MapPublicIpOnLaunch"] for each in found} == {
        "subnet-0aab": False,
        "subnet-0aac": True,
    }


def test_an_existing_cluster_is_made_once_as_careful_owners_keep_theirs(endpoint: str, aws: Clients) -> None:
    subnets = {"subnet-0ee0": (f"{REGION}a", "10.9.4.0/24"), "subnet-0ee1": (f"{REGION}b", "10.9.5.0/24")}
    create_existing_network(endpoint, region=REGION, vpc_id="vpc-0ee0", cidr="10.9.0.0/16", subnets=subnets)
    for _ in range(2):
        create_existing_cluster(
            endpoint, region=REGION, name="shared", version="1.36", subnet_ids=list(subnets), oidc=True
        )
    eks = aws("eks", REGION)
    cluster = eks.describe_cluster(name="shared")["cluster"]
    place = cluster["resourcesVpcConfig"]
    assert (place["vpcId"], place["endpointPublicAccess"], cluster["version"]) == ("vpc-0ee0", False, "1.36")
    assert "eks-pod-identity-agent" in eks.list_addons(clusterName="shared")["addons"]
    assert eks.list_nodegroups(clusterName="shared")["nodegroups"] == ["system"]
    (provider,) = aws("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Arn"].endswith(cluster["identity"]["oidc"]["issuer"].removeprefix("https://"))


def test_principals_that_are_let_in_are_there(endpoint: str, aws: Clients) -> None:
    arns = [f"arn:aws:iam::123456789012:{name}" for name in ("role/platform", "role/team/research", "user/someone")]
    for _ in range(2):
        create_existing_principals(endpoint, region=REGION, arns=[*arns, "arn:aws:iam::999999999999:role/elsewhere"])
    iam = aws("iam")
    found = [iam.get_role(RoleName=name)["Role"]["Arn"] for name in ("platform", "research")]
    assert [*found, iam.get_user(UserName="someone")["User"]["Arn"]] == arns
