"""Managed node groups of EKS, with what EKS makes for them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws.conftest import Clients
from tests.local_aws.eks_site import Site, make_site

NAME = "kube"
RENEWED = {"Name": "value", "Values": ["renewed"]}
TAINT = {"key": "rayform/node-group", "value": "head", "effect": "NO_SCHEDULE"}


@pytest.fixture(scope="module")
def site(aws: Clients) -> Site:
    """Where this module's cluster is."""
    found = make_site(aws)
    found.create(NAME, accessConfig={"authenticationMode": "API"})
    return found


def template(site: Site, name: str, **data: Any) -> dict[str, str]:
    """A launch template, as a node group names it."""
    volume = {"VolumeSize": 60, "VolumeType": "gp3", "Encrypted": True, "KmsKeyId": site.key}
    wanted = {
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": volume}],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Owner", "Value": "us"}]}],
        **data,
    }
    made = site.aws("ec2").create_launch_template(LaunchTemplateName=name, LaunchTemplateData=wanted)["LaunchTemplate"]
    return {"id": made["LaunchTemplateId"], "version": "1"}


def nodes(site: Site, group: str) -> list[dict[str, Any]]:
    """Instances of a node group that run."""
    filters = [
        {"Name": "tag:eks:nodegroup-name", "Values": [group]},
        {"Name": "instance-state-name", "Values": ["running"]},
    ]
    reservations = site.aws("ec2").describe_instances(Filters=filters)["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def test_a_group_is_as_it_was_asked_for(site: Site) -> None:
    named, taints = template(site, "asked"), [TAINT]
    repair, update = {"enabled": True}, {"maxUnavailablePercentage": 50}
    site.create_group(NAME, "asked", launchTemplate=named, taints=taints, labels={"a/b": "c"}, updateConfig=update,
                      capacityType="SPOT", nodeRepairConfig=repair)  # fmt: skip
    group = site.eks.describe_nodegroup(clusterName=NAME, nodegroupName="asked")["nodegroup"]
    assert group["launchTemplate"] == {**named, "name": "asked"}
    assert (group["taints"], group["labels"], group["capacityType"]) == (taints, {"a/b": "c"}, "SPOT")
    assert (group["updateConfig"], group["nodeRepairConfig"]) == (update, repair)
    assert not {"remoteAccess", "diskSize"} & group.keys()
    assert group["releaseVersion"].startswith("1.35.")
    entry = site.eks.describe_access_entry(clusterName=NAME, principalArn=site.role)["accessEntry"]
    assert (entry["type"], entry["username"]) == ("EC2_LINUX", "system:node:{{EC2PrivateDNSName}}")


def test_nodes_are_launched_as_the_template_says(site: Site) -> None:
    site.create_group(NAME, "launched", launchTemplate=template(site, "launched"))
    found = nodes(site, "launched")
    assert {node["SubnetId"] for node in found} == set(site.subnets)
    for node in found:
        tags = {tag["Key"]: tag["Value"] for tag in node["Tags"]}
        assert (tags["Owner"], tags["eks:cluster-name"]) == ("us", NAME)
        assert node["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
        assert node["IamInstanceProfile"]["Arn"].rpartition("/")[2].startswith("eks-")
        volume = node["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
        (described,) = site.aws("ec2").describe_volumes(VolumeIds=[volume])["Volumes"]
        assert (described["Size"], described["Encrypted"]) == (60, True)
    cluster = site.eks.describe_cluster(name=NAME)["cluster"]["resourcesVpcConfig"]
    assert {group["GroupId"] for node in found for group in node["SecurityGroups"]} == {
        cluster["clusterSecurityGroupId"]
    }


def test_the_scaling_group_is_what_the_autoscaler_looks_for(site: Site) -> None:
    group = site.create_group(NAME, "scaled")
    (named,) = group["resources"]["autoScalingGroups"]
    scaling = site.aws("autoscaling")

    def found() -> dict[str, Any]:
        (answer,) = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[named["name"]])["AutoScalingGroups"]
        return dict(answer)

    assert (found()["MinSize"], found()["MaxSize"], found()["DesiredCapacity"]) == (1, 3, 2)
    tags = {tag["Key"]: tag["Value"] for tag in found()["Tags"]}
    assert tags["k8s.io/cluster-autoscaler/enabled"] == "true"
    assert tags[f"k8s.io/cluster-autoscaler/{NAME}"] == "owned"
    assert found()["VPCZoneIdentifier"] == ",".join(site.subnets)
    site.eks.update_nodegroup_config(clusterName=NAME, nodegroupName="scaled", scalingConfig={"desiredSize": 3})
    assert len(found()["Instances"]) == len(nodes(site, "scaled")) == 3
    site.eks.update_nodegroup_config(clusterName=NAME, nodegroupName="scaled", scalingConfig={"desiredSize": 1})
    assert len(found()["Instances"]) == len(nodes(site, "scaled")) == 1


def test_labels_and_taints_change_in_place(site: Site) -> None:
    site.create_group(NAME, "marked", labels={"a": "1", "b": "1"}, taints=[TAINT])
    more = {**TAINT, "effect": "NO_EXECUTE"}
    site.eks.update_nodegroup_config(
        clusterName=NAME,
        nodegroupName="marked",
        labels={"addOrUpdateLabels": {"a": "2"}, "removeLabels": ["b"]},
        taints={"addOrUpdateTaints": [more], "removeTaints": [TAINT]},
    )
    group = site.eks.describe_nodegroup(clusterName=NAME, nodegroupName="marked")["nodegroup"]
    assert (group["labels"], group["taints"]) == ({"a": "2"}, [more])


def test_a_new_version_of_the_template_replaces_the_nodes(site: Site) -> None:
    named = template(site, "renewed")
    site.create_group(NAME, "renewed", launchTemplate=named)
    before = {node["InstanceId"] for node in nodes(site, "renewed")}
    hops = {"MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}}
    site.aws("ec2").create_launch_template_version(LaunchTemplateId=named["id"], LaunchTemplateData=hops)
    which = {"clusterName": NAME, "nodegroupName": "renewed"}
    site.eks.update_nodegroup_version(**which, launchTemplate={**named, "version": "2"})
    after = nodes(site, "renewed")
    assert not before & {node["InstanceId"] for node in after}
    assert {node["MetadataOptions"]["HttpPutResponseHopLimit"] for node in after} == {2}
    tagged = site.aws("ec2").describe_tags(Filters=[{"Name": "resource-type", "Values": ["volume"]}, RENEWED])["Tags"]
    volumes = {node["BlockDeviceMappings"][0]["Ebs"]["VolumeId"] for node in after}
    assert {tag["ResourceId"] for tag in tagged} == volumes
    with pytest.raises(ClientError, match="only its version"):
        site.eks.update_nodegroup_version(**which, launchTemplate=template(site, "another"))


def test_a_deleted_group_leaves_nothing(site: Site) -> None:
    site.create_group(NAME, "gone")
    site.eks.delete_nodegroup(clusterName=NAME, nodegroupName="gone")
    assert nodes(site, "gone") == []
    assert "gone" not in site.eks.list_nodegroups(clusterName=NAME)["nodegroups"]
    tagged = [{"Name": "tag:eks:nodegroup-name", "Values": ["gone"]}]
    assert site.aws("ec2").describe_launch_templates(Filters=tagged)["LaunchTemplates"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        site.eks.describe_nodegroup(clusterName=NAME, nodegroupName="gone")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"taints": [{**TAINT, "effect": "NoSchedule"}]}, "Invalid taint effect: NoSchedule"),
        ({"taints": [TAINT, TAINT]}, "Duplicate taint"),
        ({"labels": {"a b": "c"}}, "Label cannot be set"),
        ({"labels": {"kubernetes.io/role": "c"}}, "reserved prefixes"),
        ({"scalingConfig": {"minSize": 2, "maxSize": 3, "desiredSize": 1}}, "Minimum capacity 2"),
        ({"scalingConfig": {"minSize": 0, "maxSize": 1, "desiredSize": 2}}, "Desired capacity 2"),
        ({"instanceTypes": ["m7g.large"], "amiType": "AL2023_x86_64_STANDARD"}, "not a valid instance type"),
        ({"instanceTypes": ["m0.large"]}, "do not exist"),
        ({"amiType": "AL2_x86_64"}, "is not supported"),
        ({"version": "1.36"}, "does not go with the cluster's 1.35"),
        ({"capacityType": "CHEAP"}, "Invalid capacity type"),
        ({"subnets": ["subnet-1"]}, "does not exist"),
        ({"launchTemplate": {"id": "lt-1"}}, "lt-1 does not exist"),
        ({"updateConfig": {"maxUnavailable": 1, "maxUnavailablePercentage": 1}}, "Only one of"),
    ],
)
def test_what_no_group_can_be_made_with(site: Site, more: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidParameterException.*{message}"):
        site.create_group(NAME, "refused", **more)


@pytest.mark.parametrize(
    ("data", "more", "message"),
    [
        ({"IamInstanceProfile": {"Name": "x"}}, {}, "should not specify IamInstanceProfile"),
        ({"InstanceType": "m7i.large"}, {}, "Instance types cannot be specified in both"),
        ({"ImageId": "ami-12345678"}, {"amiType": "AL2023_x86_64_STANDARD"}, "cannot specify an AMI type"),
        ({}, {"diskSize": 50}, "Disk size must be specified within the launch template"),
        ({}, {"remoteAccess": {"ec2SshKey": "me"}}, "Remote access configuration"),
    ],
)
def test_templates_that_are_refused(site: Site, data: dict[str, Any], more: dict[str, Any], message: str) -> None:
    named = template(site, f"refused-{len(message)}", **data)
    with pytest.raises(ClientError, match=f"InvalidParameterException.*{message}"):
        site.create_group(NAME, "refused", launchTemplate=named, **more)
