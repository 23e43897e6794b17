"""What EKS makes for a managed node group: launch template, instance profile and Auto Scaling group, with its nodes."""

from __future__ import annotations

import json
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.iam.models import iam_backends

from scripts.local_aws.extensions import eks_nodes
from scripts.local_aws.extensions.eks_node_refusals import IMAGE_TYPES
from scripts.local_aws.extensions.eks_templates import find_template
from scripts.local_aws.extensions.images import eks_image_path, image_id
from scripts.local_aws.extensions.plumbing import Params

LINKED_ROLES = {
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "eks-nodegroup.amazonaws.com": "AWSServiceRoleForAmazonEKSNodegroup",
}
"""https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles-eks-nodegroups.html"""
GROUP_IN_USE = "DependencyViolation"


def create(response: Any, group: Params) -> None:
    """Make the Auto Scaling group of a node group, and start its nodes."""
    _link_roles(response)
    _create_profile(response, group)
    tags = _tags(group)
    template = _ec2(response).create_launch_template(
        eks_nodes.resources_name(group), "", _launch_data(response, group), {"launch-template": tags}
    )
    keys = [{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in _scaling_tags(group).items()]
    scaling_group = _scaling(response).create_auto_scaling_group(
        name=group_name(group),
        availability_zones=[],
        desired_capacity=0,
        max_size=group["scalingConfig"]["maxSize"],
        min_size=0,
        launch_config_name="",
        launch_template={"LaunchTemplateId": template.id, "Version": "1"},
        vpc_zone_identifier=",".join(group["subnets"]),
        default_cooldown=None,
        health_check_period=15,
        health_check_type="EC2",
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
        tags=keys,
        capacity_rebalance=group["capacityType"] == "SPOT",
    )
    eks_nodes.settle(response, scaling_group, group, template.latest_version().data)


def scale(response: Any, group: Params) -> None:
    """Start or end nodes until there are as many as are wanted."""
    template = _ec2(response).get_launch_template_by_name(eks_nodes.resources_name(group))
    scaling_group = _scaling(response).autoscaling_groups[group_name(group)]
    eks_nodes.settle(response, scaling_group, group, template.latest_version().data)


def replace(response: Any, group: Params) -> None:
    """Start every node anew, from the group's template as it is now."""
    template = _ec2(response).get_launch_template_by_name(eks_nodes.resources_name(group))
    template.create_version(_launch_data(response, group), "")
    scaling_group = _scaling(response).autoscaling_groups[group_name(group)]
    eks_nodes.end(response, scaling_group, keep=0)
    eks_nodes.settle(response, scaling_group, group, template.latest_version().data)


def delete(response: Any, group: Params) -> None:
    """Take away what `create` made."""
    scaling = _scaling(response)
    eks_nodes.end(response, scaling.autoscaling_groups[group_name(group)], keep=0)
    del scaling.autoscaling_groups[group_name(group)]
    name = eks_nodes.resources_name(group)
    _ec2(response).delete_launch_template(name, None)
    iam = _iam(response)
    iam.remove_role_from_instance_profile(name, _role_name(group))
    iam.delete_instance_profile(name)


def group_name(group: Params) -> str:
    """Name of the Auto Scaling group of a node group."""
    return str(group["resources"]["autoScalingGroups"][0]["name"])


def _launch_data(response: Any, group: Params) -> Params:
    """The user's template with what EKS adds: image, instance type, profile and tags.

    https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
    """
    named = group.get("launchTemplate")
    given = find_template(response, named).data if named else _default_data(group)
    instance_type = given.get("InstanceType") or group["instanceTypes"][0]
    data = {
        **given,
        "InstanceType": instance_type,
        "ImageId": given.get("ImageId") or _image(response, group, instance_type),
        "IamInstanceProfile": {"Name": eks_nodes.resources_name(group)},
        "TagSpecifications": _tag_specifications(given, _tags(group)),
    }
    if group["capacityType"] == "SPOT":
        data["InstanceMarketOptions"] = {"MarketType": "spot"}
    if not (given.get("SecurityGroupIds") or given.get("NetworkInterfaces")):
        data["SecurityGroupIds"] = [_cluster_group(response, group)]
    return data


def _default_data(group: Params) -> Params:
    volume = {"VolumeSize": group["diskSize"], "VolumeType": "gp3", "DeleteOnTermination": True}
    return {
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": volume}],
        "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
    }


def _image(response: Any, group: Params, instance_type: str) -> str:
    supported = INSTANCE_TYPES[instance_type]["ProcessorInfo"]["SupportedArchitectures"]
    architecture = IMAGE_TYPES.get(group["amiType"], supported[0])
    variant = "nvidia" if "NVIDIA" in group["amiType"] else "standard"
    return image_id(response.region, eks_image_path(group["version"], architecture, variant))


def _tag_specifications(given: Params, tags: dict[str, str]) -> list[Params]:
    own = {each["ResourceType"]: each["Tags"] for each in given.get("TagSpecifications") or []}
    added = [{"Key": key, "Value": value} for key, value in tags.items()]
    return [{"ResourceType": kind, "Tags": [*own.get(kind, []), *added]} for kind in ("instance", "volume")]


def _tags(group: Params) -> dict[str, str]:
    return {"eks:cluster-name": group["clusterName"], "eks:nodegroup-name": group["nodegroupName"]}


def _scaling_tags(group: Params) -> dict[str, str]:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html"""
    cluster = group["clusterName"]
    found = {"k8s.io/cluster-autoscaler/enabled": "true", f"k8s.io/cluster-autoscaler/{cluster}": "owned"}
    return {**_tags(group), **found, f"kubernetes.io/cluster/{cluster}": "owned"}


def _link_roles(response: Any) -> None:
    iam = _iam(response)
    present = {role.name for role in iam.roles.values()}
    for service, name in LINKED_ROLES.items():
        if name not in present:
            trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
            path = f"/aws-service-role/{service}/"
            iam.create_role(name, document, path, None, "", [], "3600", linked_service=service)


def _create_profile(response: Any, group: Params) -> None:
    name, iam = eks_nodes.resources_name(group), _iam(response)
    iam.create_instance_profile(name, "/", [], [])
    iam.add_role_to_instance_profile(name, _role_name(group))


def _role_name(group: Params) -> str:
    return str(group["nodeRole"]).rpartition("/")[2]


def _cluster_group(response: Any, group: Params) -> str:
    cluster = response.eks_backend.clusters[group["clusterName"]]
    return str(cluster.document["resourcesVpcConfig"]["clusterSecurityGroupId"])


def _ec2(response: Any) -> Any:
    return ec2_backends[response.current_account][response.region]


def _scaling(response: Any) -> Any:
    return autoscaling_backends[response.current_account][response.region]


def _iam(response: Any) -> Any:
    return iam_backends[response.current_account]["aws"]
