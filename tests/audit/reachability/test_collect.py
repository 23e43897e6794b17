"""The collectors of what reachability needs, against moto."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from boto3.session import Session as BotoSession
from botocore.config import Config
from moto import mock_aws

from scripts.inventory.network import collect_network
from scripts.inventory.network_acls import NetworkAclEntry, collect_network_acls
from scripts.inventory.network_interfaces import collect_network_interfaces
from scripts.inventory.prefix_lists import PrefixLists, collect_prefix_lists
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Unreadable, readable
from scripts.inventory.scope import Scope
from scripts.inventory.session import Session
from scripts.state import Resource, State
from tests.audit.environments import load

SMALL = load("small")


class Vpc:
    """A VPC with a subnet, a group and an instance with two addresses, in moto."""

    def __init__(self) -> None:
        make: Any = boto3.client
        self.ec2 = make("ec2", region_name=SMALL.region)
        self.id = self.ec2.create_vpc(CidrBlock="10.0.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.id, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        self.group = self.ec2.create_security_group(VpcId=self.id, GroupName="head", Description="head")["GroupId"]

    @property
    def scope(self) -> Scope:
        return Scope(
            SMALL, State((Resource("aws_security_group.head", "aws_security_group", {"id": self.group}),)), self.id
        )

    def reader(self) -> Reader:
        return Reader(Session(BotoSession(region_name=SMALL.region), None, Config(parameter_validation=False)))


@pytest.fixture
def vpc(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vpc]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield Vpc()


def test_acls_in_the_order_of_their_rules(vpc: Vpc) -> None:
    acl = vpc.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc.id]}])["NetworkAcls"][0]
    vpc.ec2.create_network_acl_entry(
        NetworkAclId=acl["NetworkAclId"], RuleNumber=50, Protocol="6", RuleAction="deny", Egress=False,
        Ipv6CidrBlock="::/0", PortRange={"From": 2049, "To": 2050},
    )  # fmt: skip
    with vpc.reader() as reader:
        (found,) = readable(collect_network_acls(reader, vpc.scope))
    assert (found.network_acl_id, found.default, found.subnet_ids) == (acl["NetworkAclId"], True, (vpc.subnet,))
    assert found.entries[:2] == (
        NetworkAclEntry(50, False, False, "6", 2049, 2050, "::/0"),
        NetworkAclEntry(100, False, True, "-1", None, None, "0.0.0.0/0"),
    )
    assert [entry.number for entry in found.entries if entry.egress] == [100, 32767]


def test_interfaces_with_all_their_addresses(vpc: Vpc) -> None:
    block = vpc.ec2.describe_vpcs(VpcIds=[vpc.id])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    vpc.ec2.associate_subnet_cidr_block(SubnetId=vpc.subnet, Ipv6CidrBlock=block.replace("/56", "/64"))
    interface = vpc.ec2.create_network_interface(
        SubnetId=vpc.subnet, Groups=[vpc.group], PrivateIpAddress="10.0.0.9", SecondaryPrivateIpAddressCount=1,
        Ipv6AddressCount=1, Description="by hand",
    )["NetworkInterface"]["NetworkInterfaceId"]  # fmt: skip
    address = vpc.ec2.allocate_address(Domain="vpc")
    vpc.ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=interface)
    with vpc.reader() as reader:
        (found,) = readable(collect_network_interfaces(reader, vpc.scope))
        network = collect_network(reader, vpc.scope)
    assert (found.network_interface_id, found.subnet_id, found.group_ids) == (interface, vpc.subnet, (vpc.group,))
    assert (len(found.private_ips), len(found.ipv6_ips), found.public_ip) == (2, 1, address["PublicIp"])
    assert (found.instance_id, found.device_index) == (None, None)
    assert readable(network.vpcs)[0].ipv6_cidrs == (block,)
    (subnet,) = readable(network.subnets)
    assert (len(subnet.ipv6_cidrs), subnet.zone_id != "") == (1, True)


def test_prefix_lists_that_rules_and_routes_name(vpc: Vpc) -> None:
    lists = [
        vpc.ec2.create_managed_prefix_list(
            PrefixListName=name, MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "8.0.0.0/8"}]
        )["PrefixList"]["PrefixListId"]
        for name in ("named by a rule", "named by a route", "not named")
    ]
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": lists[0]}]}
    vpc.ec2.authorize_security_group_ingress(GroupId=vpc.group, IpPermissions=[permission])
    table = vpc.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc.id]}])["RouteTables"][0]
    gateway = vpc.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    vpc.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationPrefixListId=lists[1], GatewayId=gateway)
    with vpc.reader() as reader:
        found = collect_prefix_lists(reader, vpc.scope)
    assert found.others == {lists[0]: ("8.0.0.0/8",), lists[1]: ("8.0.0.0/8",)}
    assert found.cidrs_of(lists[0]) == ("8.0.0.0/8",)
    assert isinstance(found.cidrs_of(lists[2]), Unreadable), "what was not read has no addresses, and not none"
    assert f"com.amazonaws.{SMALL.region}.s3" in {each.name for each in readable(found.of_aws)}


def test_a_list_is_unknown_when_awss_own_could_not_be_read() -> None:
    refused = Unreadable("ec2:DescribePrefixLists", "AccessDenied")
    assert PrefixLists(refused, {}).cidrs_of("pl-1") is refused
