"""RunInstances as boto3 sends it, through the gate to the emulator."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.iam_gate import Gate, Principal
from tests.iam_gate.conftest import Clients, Site
from tests.iam_gate.policies import ACCOUNT, PROFILE, REGION, allow, document, head_policy

TAGS = {"ray-cluster-name": "mine", "ray-node-type": "cpu", "ray-node-status": "uninitialized"}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tagged(kind: str, **changes: str) -> dict[str, Any]:
    tags = {**TAGS, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return {"ResourceType": kind, "Tags": tag_list({key: value for key, value in tags.items() if value})}


def launch(site: Site, **changes: Any) -> dict[str, Any]:
    asked = {
        "ImageId": site.image,
        "InstanceType": "m7i.large",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": site.subnet,
        "SecurityGroupIds": [site.group],
        "IamInstanceProfile": {"Arn": PROFILE},
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True, "VolumeSize": 50, "KmsKeyId": site.key}}
        ],
        "TagSpecifications": [tagged("instance"), tagged("volume")],
    }
    return {key: value for key, value in {**asked, **changes}.items() if value is not None}


@pytest.fixture(scope="module")
def head(site: Site) -> Principal:
    policy = head_policy(subnet=site.subnet, group=site.group, image=site.image, key=site.key)
    return Principal("head", {"head": policy})


@pytest.fixture
def ec2(gate: Gate, head: Principal, clients: Clients) -> Any:
    gate.register("AKIAHEAD", head)
    return clients("ec2")


def refused(call: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    assert caught.value.response["Error"]["Code"] == "UnauthorizedOperation"
    return str(caught.value.response["Error"]["Message"])


def test_a_worker_is_launched(gate: Gate, ec2: Any, site: Site) -> None:
    instance = ec2.run_instances(**launch(site))["Instances"][0]
    assert instance["InstanceType"] == "m7i.large"
    assert gate.denied() == []
    checked = {(each.action, each.resource.rpartition(":")[2].partition("/")[0]) for each in gate.decisions()}
    kinds = {"image", "subnet", "security-group", "instance", "volume", "network-interface"}
    assert checked == {("ec2:RunInstances", kind) for kind in kinds} | {
        ("ec2:CreateTags", "instance"),
        ("ec2:CreateTags", "volume"),
        ("iam:PassRole", "role"),
        *((f"kms:{action}", "key") for action in ("CreateGrant", "Decrypt", "DescribeKey", "ReEncryptFrom")),
        *((f"kms:{action}", "key") for action in ("ReEncryptTo", "GenerateDataKeyWithoutPlaintext")),
    }


DENIED: dict[str, tuple[dict[str, Any], str]] = {
    "another instance type": ({"InstanceType": "p5.48xlarge"}, "ec2:RunInstances on resource: .*instance/"),
    "no instance type": ({"InstanceType": None}, "instance/"),
    "IMDSv1": ({"MetadataOptions": {"HttpTokens": "optional", "HttpPutResponseHopLimit": 1}}, "instance/"),
    "metadata options left out": ({"MetadataOptions": None}, "instance/"),
    "a longer way to the metadata": (
        {"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 3}},
        "instance/",
    ),
    "no profile": ({"IamInstanceProfile": None}, "instance/"),
    "another profile": ({"IamInstanceProfile": {"Name": "other"}}, "instance/"),
    "a profile of that name elsewhere": (
        {"IamInstanceProfile": {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/x/worker"}},
        "not translated",
    ),
    "two profiles": ({"IamInstanceProfile": {"Arn": PROFILE, "Name": "other"}}, "not translated"),
    "another subnet": ({"SubnetId": "OTHER"}, "subnet/"),
    "another group": ({"SecurityGroupIds": None}, "security-group/"),
    "a public address": (
        {
            "SubnetId": None,
            "SecurityGroupIds": None,
            "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "SUBNET", "AssociatePublicIpAddress": True}],
        },
        "network-interface/",
    ),
    "a volume in the clear": (
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": False}}]},
        "volume/",
    ),
    "the root volume in the clear": (
        {"BlockDeviceMappings": [{"DeviceName": "/dev/sdb", "Ebs": {"Encrypted": True, "VolumeSize": 9}}]},
        "volume/",
    ),
    "volumes as the image has them": ({"BlockDeviceMappings": None}, "volume/"),
    "no cluster": ({"TagSpecifications": [tagged("instance", ray_cluster_name="")]}, "instance/"),
    "another cluster": ({"TagSpecifications": [tagged("instance", ray_cluster_name="yours")]}, "instance/"),
    "another node type": ({"TagSpecifications": [tagged("instance", ray_node_type="head")]}, "instance/"),
    "no tags": ({"TagSpecifications": None}, "instance/"),
    "tags on an interface": (
        {"TagSpecifications": [tagged("instance"), tagged("volume"), tagged("network-interface")]},
        "ec2:CreateTags on resource: .*network-interface/",
    ),
    "a spot instance": ({"InstanceMarketOptions": {"MarketType": "spot"}}, "instance/"),
    "a key pair": ({"KeyName": "mine"}, "key-pair/mine"),
    "a launch template that is not there": ({"LaunchTemplate": {"LaunchTemplateName": "x"}}, "not translated"),
    "something with resources of its own": (
        {"LicenseSpecifications": [{"LicenseConfigurationArn": "x"}]},
        "not transl",
    ),
}


@pytest.mark.parametrize("name", DENIED)
def test_a_launch_with_something_else_is_denied(name: str, gate: Gate, ec2: Any, site: Site) -> None:
    changes, wanted = copy.deepcopy(DENIED[name])
    if changes.get("SubnetId") == "OTHER":
        changes["SubnetId"] = site.other_subnet
    for interface in changes.get("NetworkInterfaces", []):
        interface |= {"SubnetId": site.subnet, "Groups": [site.group]}
    before = count(ec2)
    message = refused(ec2.run_instances, **launch(site, **changes))
    assert re.search(wanted, message), message
    assert gate.denied()
    assert count(ec2) == before


def count(ec2: Any) -> int:
    return sum(len(found["Instances"]) for found in ec2.describe_instances()["Reservations"])


def changed(head: Principal, *statements: dict[str, Any]) -> Principal:
    """The head with other statements in the place of those of the same name."""
    new = {each["Sid"]: each for each in statements}
    old = {each["Sid"]: each for each in head.policies["head"]["Statement"]}
    return Principal("head", {"head": document(*(old | new).values())})


def test_without_a_statement_that_a_launch_needs_it_is_denied(
    gate: Gate, ec2: Any, head: Principal, site: Site
) -> None:
    ec2.run_instances(**launch(site))
    needed = gate.needed_statements()
    launching = {"LaunchUses", "LaunchInstances", "LaunchVolumes", "LaunchInterfaces", "TagAtLaunch", "PassWorkerRole"}
    assert {each.sid for each in needed} == launching | {"GrantForVolumes", "UseKeyForVolumes"}
    for statement in sorted(needed):
        gate.register("AKIAHEAD", head.without(statement))
        refused(ec2.run_instances, **launch(site))


def test_the_address_is_the_subnets_when_the_launch_says_nothing(
    gate: Gate, ec2: Any, site: Site, clients: Any
) -> None:
    ec2.run_instances(**launch(site))
    administrator = clients("ec2", "test")
    administrator.modify_subnet_attribute(SubnetId=site.subnet, MapPublicIpOnLaunch={"Value": True})
    try:
        assert "network-interface/" in refused(ec2.run_instances, **launch(site))
    finally:
        administrator.modify_subnet_attribute(SubnetId=site.subnet, MapPublicIpOnLaunch={"Value": False})


def test_another_region_has_arns_of_its_own(gate: Gate, ec2: Any, site: Site, clients: Clients) -> None:
    elsewhere = clients("ec2", region="eu-central-1")
    refused(elsewhere.run_instances, **launch(site, IamInstanceProfile={"Arn": PROFILE}, BlockDeviceMappings=None))
    first = gate.denied()[0]
    assert first.resource == f"arn:aws:ec2:eu-central-1::image/{site.image}"
    assert first.context["aws:requestedregion"] == ("eu-central-1",)


@pytest.mark.parametrize(
    ("resource", "service", "allowed"),
    [
        ("role/*", "ec2.amazonaws.com", True),
        ("role/worker", "ec2.amazonaws.com", False),
        ("role/*", "lambda.amazonaws.com", False),
    ],
)
def test_the_role_of_a_profile_is_passed_to_ec2(
    resource: str, service: str, allowed: bool, gate: Gate, ec2: Any, head: Principal, site: Site
) -> None:
    """Whatever RunInstances itself allows."""
    free = allow("LaunchInstances", "ec2:RunInstances", "*")
    passing = allow(
        "PassWorkerRole",
        "iam:PassRole",
        f"arn:aws:iam::{ACCOUNT}:{resource}",
        StringEquals={"iam:PassedToService": service},
    )
    gate.register("AKIAHEAD", changed(head, free, passing))
    other = launch(site, IamInstanceProfile={"Name": "other"})
    if allowed:
        ec2.run_instances(**other)
    else:
        assert f"iam:PassRole on resource: arn:aws:iam::{ACCOUNT}:role/other" in refused(ec2.run_instances, **other)


def test_a_spot_launch_asks_for_its_request(gate: Gate, ec2: Any, head: Principal, site: Site) -> None:
    spot = launch(site, InstanceMarketOptions={"MarketType": "spot"})
    free = allow("LaunchInstances", "ec2:RunInstances", f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/*")
    gate.register("AKIAHEAD", changed(head, free))
    assert "spot-instances-request/*" in refused(ec2.run_instances, **spot)
    free["Resource"] = [free["Resource"], f"arn:aws:ec2:{REGION}:{ACCOUNT}:spot-instances-request/*"]
    gate.register("AKIAHEAD", changed(head, free))
    ec2.run_instances(**spot)
    market = next(each.context for each in gate.decisions() if each.resource.endswith(":instance/*"))
    assert market["ec2:instancemarkettype"] == ("spot",)


def test_the_accounts_own_key_asks_for_no_permission(gate: Gate, ec2: Any, site: Site) -> None:
    ec2.run_instances(
        **launch(site, BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"Encrypted": True}}]),
    )
    named = {"Encrypted": True, "KmsKeyId": "alias/aws/ebs"}
    ec2.run_instances(**launch(site, BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": named}]))
    assert not [each for each in gate.decisions() if each.action.startswith("kms:")]


def test_a_launch_template_brings_what_the_request_leaves_out(
    gate: Gate, ec2: Any, head: Principal, site: Site, clients: Clients
) -> None:
    data = {key: value for key, value in launch(site).items() if key not in ("MinCount", "MaxCount", "SubnetId")}
    template = clients("ec2", "test").create_launch_template(LaunchTemplateName="worker", LaunchTemplateData=data)
    wanted = {"LaunchTemplateName": "worker"}
    id_ = template["LaunchTemplate"]["LaunchTemplateId"]
    short = {"LaunchTemplate": wanted, "MinCount": 1, "MaxCount": 1, "SubnetId": site.subnet}
    assert f"launch-template/{id_}" in refused(ec2.run_instances, **short)
    template_use = allow("UseTemplate", "ec2:RunInstances", f"arn:aws:ec2:{REGION}:{ACCOUNT}:launch-template/*")
    gate.register("AKIAHEAD", changed(head, template_use))
    gate.clear()
    ec2.run_instances(**short)
    source = {each.resource.rpartition(":")[2].partition("/")[0]: each.context for each in gate.decisions()}
    assert source["instance"]["ec2:islaunchtemplateresource"] == ("true",)
    assert source["subnet"]["ec2:islaunchtemplateresource"] == ("false",)
    assert source["volume"]["ec2:launchtemplate"] == (f"arn:aws:ec2:{REGION}:{ACCOUNT}:launch-template/{id_}",)
    refused(ec2.run_instances, **short, InstanceType="p5.48xlarge")
