"""Settings and quotas of the embedded account, seen by boto3 through a real server."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Clients

REGION = "eu-west-1"
"""No other test starts an instance there."""


def test_the_account_is_set_up_well_and_can_be_changed(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    ec2.disable_ebs_encryption_by_default()
    assert not ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    ec2.enable_ebs_encryption_by_default()
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"]
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
    ec2.disable_snapshot_block_public_access()
    assert ec2.get_snapshot_block_public_access_state()["State"] == "unblocked"
    ec2.enable_snapshot_block_public_access(State="block-new-sharing")
    assert ec2.get_snapshot_block_public_access_state()["State"] == "block-new-sharing"


def test_defaults_of_the_metadata_service(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    assert ec2.get_instance_metadata_defaults()["AccountLevel"]["HttpTokens"] == "required"
    ec2.modify_instance_metadata_defaults(HttpTokens="no-preference", HttpPutResponseHopLimit=2)
    found = ec2.get_instance_metadata_defaults()["AccountLevel"]
    assert "HttpTokens" not in found
    assert found["HttpPutResponseHopLimit"] == 2


def test_snapshots_by_owner_and_by_who_may_restore_them(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=True)
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]
    own = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    assert [(found["SnapshotId"], found["KmsKeyId"]) for found in own] == [(snapshot, volume["KmsKeyId"])]
    assert ec2.describe_snapshots(OwnerIds=["self"], RestorableByUserIds=["all"])["Snapshots"] == []
    ec2.modify_snapshot_attribute(
        SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"]
    )
    public = ec2.describe_snapshots(OwnerIds=["self"], RestorableByUserIds=["all"])["Snapshots"]
    assert [found["SnapshotId"] for found in public] == [snapshot]


def test_quotas_are_listed(aws: Clients) -> None:
    client = aws("service-quotas", REGION)
    listed = {quota["QuotaCode"]: quota["Value"] for quota in client.list_service_quotas(ServiceCode="vpc")["Quotas"]}
    assert listed["L-F678F1CE"] == 20
    with pytest.raises(ClientError) as refused:
        client.list_service_quotas(ServiceCode="nothing")
    assert refused.value.response["Error"]["Code"] == "NoSuchResourceException"


def test_vcpus_in_use_are_a_metric(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.run_instances(ImageId=image, MinCount=2, MaxCount=2, InstanceType="m7i.xlarge")
    now = datetime.now(timezone.utc)

    def query(id_: str, usage_class: str) -> dict[str, object]:
        dimensions = {"Service": "EC2", "Type": "Resource", "Resource": "vCPU", "Class": usage_class}
        metric = {
            "Namespace": "AWS/Usage",
            "MetricName": "ResourceCount",
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        }
        return {"Id": id_, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Maximum"}}

    answer = aws("cloudwatch", REGION).get_metric_data(
        MetricDataQueries=[query("standard", "Standard/OnDemand"), query("gpu", "G/Spot")],
        StartTime=now - timedelta(hours=1),
        EndTime=now,
    )["MetricDataResults"]
    assert {found["Id"]: found["Values"] for found in answer} == {"standard": [8.0], "gpu": []}
