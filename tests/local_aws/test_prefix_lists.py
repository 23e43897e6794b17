"""AWS's own prefix lists, seen by boto3 through a real server."""

from __future__ import annotations

from tests.local_aws.conftest import Clients

REGION = "us-west-2"


def test_awss_own_lists_come_with_their_addresses(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    lists = {found["PrefixListName"]: found for found in ec2.describe_prefix_lists()["PrefixLists"]}
    s3 = lists[f"com.amazonaws.{REGION}.s3"]
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=s3["PrefixListId"])["Entries"]
    assert s3["Cidrs"] == [entry["Cidr"] for entry in entries] != []


def test_lists_of_the_account_are_not_among_them(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    made = ec2.create_managed_prefix_list(PrefixListName="office", MaxEntries=1, AddressFamily="IPv4")
    own = made["PrefixList"]["PrefixListId"]
    assert own not in {found["PrefixListId"] for found in ec2.describe_prefix_lists()["PrefixLists"]}


def test_a_list_by_its_id(aws: Clients) -> None:
    ec2 = aws("ec2", REGION)
    wanted = ec2.describe_prefix_lists()["PrefixLists"][0]["PrefixListId"]
    (found,) = ec2.describe_prefix_lists(PrefixListIds=[wanted])["PrefixLists"]
    assert found["PrefixListId"] == wanted
