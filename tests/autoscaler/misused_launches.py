"""Launches that a stolen credential must not make: each differs in one thing from one that it may make."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from uuid import uuid4

from tests.autoscaler.field import Field, Request, root_volume, set_interface, set_tag

Change = Callable[[Request, Field], None]


def _other_kind(request: Request, field: Field) -> None:
    set_tag(request, "ray-node-type", "worker" if field.part == "launcher" else "head")


def _other_type(request: Request, field: Field) -> None:
    request["InstanceType"] = "p5.48xlarge"


def _no_cluster(request: Request, field: Field) -> None:
    set_tag(request, "ray-cluster-name", None)


def _neighbours_cluster(request: Request, field: Field) -> None:
    set_tag(request, "ray-cluster-name", field.neighbour.cluster)


def _no_tags(request: Request, field: Field) -> None:
    request["TagSpecifications"] = [each for each in request["TagSpecifications"] if each["ResourceType"] == "volume"]


def _no_owner(request: Request, field: Field) -> None:
    set_tag(request, "rayform:cluster", None)


def _neighbours_owner(request: Request, field: Field) -> None:
    set_tag(request, "rayform:cluster", field.neighbour.cluster)


def _other_node_type(request: Request, field: Field) -> None:
    set_tag(request, "ray-user-node-type", "none-of-ours")


def _foreign_tag(request: Request, field: Field) -> None:
    """That may mean something to somebody else's policies."""
    set_tag(request, "Team", "administrators")


def _foreign_volume_tag(request: Request, field: Field) -> None:
    set_tag(request, "backup", "never", "volume")


def _large_volume(request: Request, field: Field) -> None:
    root_volume(request)["VolumeSize"] = 16384


def _dear_volume(request: Request, field: Field) -> None:
    root_volume(request).update(VolumeType="io2", Iops=64000)


def _dedicated(request: Request, field: Field) -> None:
    request["Placement"] = {"Tenancy": "dedicated"}


def _neighbours_subnet(request: Request, field: Field) -> None:
    request["SubnetId"] = field.neighbour.outputs["private_subnet_ids"]["us-west-2a"]


def _public_subnet(request: Request, field: Field) -> None:
    request["SubnetId"] = field.own.outputs["public_subnet_ids"]["us-west-2a"]


def _no_subnet(request: Request, field: Field) -> None:
    del request["SubnetId"]


def _public_address(request: Request, field: Field) -> None:
    set_interface(request, AssociatePublicIpAddress=True)


def _other_group(request: Request, field: Field) -> None:
    request["SecurityGroupIds"] = [field.neighbour.outputs["security_group_ids"]["worker"]]


def _second_group(request: Request, field: Field) -> None:
    tier = "worker" if field.part == "launcher" else "head"
    request["SecurityGroupIds"] = [*request["SecurityGroupIds"], field.own.outputs["security_group_ids"][tier]]


def _no_group(request: Request, field: Field) -> None:
    del request["SecurityGroupIds"]


def _other_image(request: Request, field: Field) -> None:
    """With its root volume encrypted and tagged like ours."""
    ours = field.own.outputs["image_ids"].values()
    images = [image for image in field.own.ec2.describe_images()["Images"] if image["ImageId"] not in ours]
    image = next(image for image in images if len(image["BlockDeviceMappings"]) == 1)
    request["ImageId"] = image["ImageId"]
    request["BlockDeviceMappings"][0]["DeviceName"] = image["BlockDeviceMappings"][0]["DeviceName"]


def _imds_v1(request: Request, field: Field) -> None:
    request["MetadataOptions"]["HttpTokens"] = "optional"


def _no_metadata_options(request: Request, field: Field) -> None:
    del request["MetadataOptions"]


def _unencrypted(request: Request, field: Field) -> None:
    volume = root_volume(request)
    del volume["Encrypted"], volume["KmsKeyId"]


def _volumes_of_image(request: Request, field: Field) -> None:
    del request["BlockDeviceMappings"]


def _second_volume(request: Request, field: Field) -> None:
    request["BlockDeviceMappings"].append({"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 8}})


def _untagged_volume(request: Request, field: Field) -> None:
    set_tag(request, "rayform:cluster", None, "volume")


def _other_key(request: Request, field: Field) -> None:
    root_volume(request)["KmsKeyId"] = field.neighbour.outputs["key_arn"]


def _snapshot(request: Request, field: Field) -> None:
    """Of a volume of the neighbour, to read it."""
    ec2 = field.own.ec2
    (volume,) = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [field.foreign]}])["Volumes"]
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]
    disk = {**root_volume(request), "SnapshotId": snapshot}
    request["BlockDeviceMappings"].append({"DeviceName": "/dev/sdf", "Ebs": disk})


def _other_profile(request: Request, field: Field) -> None:
    tier = "worker" if field.part == "launcher" else "head"
    request["IamInstanceProfile"] = {"Arn": field.own.outputs["instance_profile_arns"][tier]}


def _neighbours_profile(request: Request, field: Field) -> None:
    request["IamInstanceProfile"] = {"Arn": field.neighbour.outputs["instance_profile_arns"]["worker"]}


def _no_profile(request: Request, field: Field) -> None:
    del request["IamInstanceProfile"]


def _own_key_pair(request: Request, field: Field) -> None:
    """To log in with."""
    ec2 = field.own.ec2
    if not ec2.describe_key_pairs(Filters=[{"Name": "key-name", "Values": ["thief"]}])["KeyPairs"]:
        ec2.create_key_pair(KeyName="thief")
    request["KeyName"] = "thief"


def _spot(request: Request, field: Field) -> None:
    request["InstanceMarketOptions"] = {"MarketType": "spot"}


def _template(request: Request, field: Field) -> None:
    """A launch template, which brings settings that the request does not show."""
    found = field.own.ec2.create_launch_template(LaunchTemplateName=f"thief-{uuid4().hex}", LaunchTemplateData={})
    request["LaunchTemplate"] = {"LaunchTemplateId": found["LaunchTemplate"]["LaunchTemplateId"]}


def _placement_group(request: Request, field: Field) -> None:
    name = f"thief-{uuid4().hex}"
    field.own.ec2.create_placement_group(GroupName=name, Strategy="cluster")
    request["Placement"] = {"GroupName": name}


def _interface_that_is_there(request: Request, field: Field) -> None:
    """One of the neighbour's network, with its addresses and groups."""
    subnet = field.neighbour.outputs["private_subnet_ids"]["us-west-2a"]
    interface = field.own.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    del request["SubnetId"], request["SecurityGroupIds"]
    request["NetworkInterfaces"] = [{"DeviceIndex": 0, "NetworkInterfaceId": interface["NetworkInterfaceId"]}]


MISUSED_LAUNCHES: Mapping[str, tuple[Change, set[str]]] = {
    "a node of the other kind": (_other_kind, {"instance"}),
    "another instance type": (_other_type, {"instance"}),
    "without a cluster tag": (_no_cluster, {"instance"}),
    "as a node of another cluster": (_neighbours_cluster, {"instance"}),
    "without an owner": (_no_owner, {"instance"}),
    "as another cluster's": (_neighbours_owner, {"instance"}),
    "of a node type that there is not": (_other_node_type, {"instance"}),
    "with a tag of others": (_foreign_tag, {"tags"}),
    "with a volume with a tag of others": (_foreign_volume_tag, {"tags"}),
    "with a volume of 16 TiB": (_large_volume, {"volume"}),
    "with the dearest kind of volume": (_dear_volume, {"volume"}),
    "on hardware of its own": (_dedicated, {"instance"}),
    "without tags": (_no_tags, {"instance"}),
    "into another cluster's subnet": (_neighbours_subnet, {"subnet", "network-interface"}),
    "into a public subnet": (_public_subnet, {"subnet", "network-interface"}),
    "into the default subnet": (_no_subnet, {"subnet", "network-interface"}),
    "with a public address": (_public_address, {"network-interface"}),
    "with another security group": (_other_group, {"security-group"}),
    "with a second security group": (_second_group, {"security-group"}),
    "with the default security group": (_no_group, {"security-group"}),
    "from another image": (_other_image, {"image"}),
    "with IMDSv1": (_imds_v1, {"instance"}),
    "with IMDS as it is by default": (_no_metadata_options, {"instance"}),
    "with an unencrypted volume": (_unencrypted, {"volume"}),
    "with the volumes of the image": (_volumes_of_image, {"volume"}),
    "with a second, unencrypted volume": (_second_volume, {"volume"}),
    "with a volume that nobody's tag is on": (_untagged_volume, {"volume"}),
    "with another key": (_other_key, {"key"}),
    "with a copy of another cluster's volume": (_snapshot, {"snapshot"}),
    "with the profile of the other tier": (_other_profile, {"instance", "role"}),
    "with another cluster's profile": (_neighbours_profile, {"instance", "role"}),
    "without a profile": (_no_profile, {"instance"}),
    "with a key pair of one's own": (_own_key_pair, {"key-pair"}),
    "with a launch template": (_template, {"launch-template"}),
    "with a placement group": (_placement_group, {"placement-group"}),
    "with a network interface of another network": (_interface_that_is_there, {"network-interface"}),
}
"""What differs, and what kinds of resources it is denied for."""
MISUSED_ON_DEMAND_LAUNCHES: Mapping[str, tuple[Change, set[str]]] = {
    "on spot, where no type is": (_spot, {"spot-instances-request"}),
}


def launch(field: Field, change: Change | None = None) -> None:
    """Ask for a node, without getting it."""
    request = copy.deepcopy(field.launch)
    if change is not None:
        change(request, field)
    field.client("ec2").run_instances(**request, DryRun=True)
