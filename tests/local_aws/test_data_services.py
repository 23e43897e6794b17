"""What the audit asks of services that no module of ours uses, through a real server and our own clients."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from botocore.exceptions import ClientError

from scripts.inventory.session import Session
from scripts.local_aws.extensions.backup import KEPT_DAYS, days_since
from tests.local_aws.conftest import Clients

ACCOUNT = "123456789012"
ON = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


@pytest.fixture(scope="module")
def s3control(endpoint: str) -> Any:
    """A client of ours: boto3's own puts the account id before the host's name."""
    boto = BotoSession(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-west-2")
    return Session(boto, endpoint, Config(retries={"total_max_attempts": 1})).client("s3control")


def test_the_account_blocks_public_access_until_somebody_removes_it(s3control: Any) -> None:
    def found() -> Any:
        return s3control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]

    assert found() == ON
    half = {**ON, "BlockPublicPolicy": False}
    s3control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=half)
    assert found() == half
    s3control.delete_public_access_block(AccountId=ACCOUNT)
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        found()


def test_a_file_system_of_today_has_no_backup_yet(aws: Clients) -> None:
    file_system = aws("efs").create_file_system(CreationToken="backed-up", Backup=True)
    arn = file_system["FileSystemArn"]
    assert aws("backup").list_recovery_points_by_resource(ResourceArn=arn)["RecoveryPoints"] == []


def test_there_is_a_backup_for_every_day_that_is_kept() -> None:
    now = datetime.now(timezone.utc)
    assert [now - day < timedelta(days=1) for day in days_since(now - timedelta(days=3, hours=1))] == [
        True,
        False,
        False,
    ]
    assert list(days_since(now - timedelta(hours=23))) == []
    assert len(list(days_since(now - timedelta(days=400)))) == KEPT_DAYS


def test_a_kubernetes_cluster_says_where_it_stands(aws: Clients) -> None:
    ec2, eks = aws("ec2"), aws("eks")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.77.0.0/20")["Subnet"]["SubnetId"]
    role = f"arn:aws:iam::{ACCOUNT}:role/eks"
    eks.create_cluster(name="kube", roleArn=role, resourcesVpcConfig={"subnetIds": [subnet]})
    place = eks.describe_cluster(name="kube")["cluster"]["resourcesVpcConfig"]
    assert (place["vpcId"], place["endpointPublicAccess"], place["publicAccessCidrs"]) == (vpc, True, ["0.0.0.0/0"])
    eks.update_cluster_config(name="kube", resourcesVpcConfig={"endpointPublicAccess": False})
    place = eks.describe_cluster(name="kube")["cluster"]["resourcesVpcConfig"]
    assert (place["vpcId"], place["endpointPublicAccess"]) == (vpc, False)


def test_only_supported_kubernetes_versions_are_listed(aws: Clients) -> None:
    today = datetime.now(timezone.utc)
    versions = aws("eks").describe_cluster_versions()["clusterVersions"]
    assert versions
    for version in versions:
        assert version["endOfExtendedSupportDate"] >= today - timedelta(days=1)
        extended = version["endOfStandardSupportDate"] < today - timedelta(days=1)
        assert version["versionStatus"] == ("EXTENDED_SUPPORT" if extended else "STANDARD_SUPPORT")
