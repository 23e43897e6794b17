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
