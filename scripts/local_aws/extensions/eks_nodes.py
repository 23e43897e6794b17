"""Nodes of managed node groups: EC2 instances that are started and ended as RunInstances would."""

from __future__ import annotations

import copy
from typing import Any

from moto.autoscaling.models import InstanceState
from moto.ec2.responses import EC2Response

from scripts.local_aws.extensions.plumbing import Params

GROUP_TAG = "aws:autoscaling:groupName"


def resources_name(group: Params) -> str:
    """Name of what EKS makes beside the Auto Scaling group: `eks-<id of the node group>`."""
    return f"eks-{str(group['nodegroupArn']).rpartition('/')[2]}"


def settle(response: Any, scaling_group: Any, group: Params, data: Params) -> None:
    """Let a group have as many nodes as it wants, spread over its subnets."""
    scaling = group["scalingConfig"]
    scaling_group.min_size, scaling_group.max_size = scaling["minSize"], scaling["maxSize"]
    scaling_group.desired_capacity = scaling["desiredSize"]
    present = len(scaling_group.instance_states)
    for index in range(present, scaling["desiredSize"]):
        subnet_id = group["subnets"][index % len(group["subnets"])]
        instance = _launch(response, scaling_group, data, subnet_id)
        instance.autoscaling_group = scaling_group
        scaling_group.instance_states.append(InstanceState(instance))
    end(response, scaling_group, keep=scaling["desiredSize"])


def end(response: Any, scaling_group: Any, *, keep: int) -> None:
    """End the newest nodes, but for so many."""
    leaving = scaling_group.instance_states[keep:]
    del scaling_group.instance_states[keep:]
    if leaving:
        _ec2_request(response, {}).ec2_backend.terminate_instances([state.instance.id for state in leaving])


def _launch(response: Any, scaling_group: Any, data: Params, subnet_id: str) -> Any:
    params = {**copy.deepcopy(data), "MinCount": 1, "MaxCount": 1}
    if params.get("UserData") is not None:
        params["UserData"] = str(params["UserData"])  # of moto's own type in a template
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in scaling_group.tags if tag["PropagateAtLaunch"]]
    tags.append({"Key": GROUP_TAG, "Value": scaling_group.name})
    for specification in params["TagSpecifications"]:
        if specification["ResourceType"] == "instance":
            known = {tag["Key"] for tag in specification["Tags"]}
            specification["Tags"] += [tag for tag in tags if tag["Key"] not in known]
    if interfaces := params.get("NetworkInterfaces"):
        interfaces[0]["SubnetId"] = subnet_id
    else:
        params["SubnetId"] = subnet_id
    reservation = _ec2_request(response, params).run_instances().result
    return reservation.instances[0]


def _ec2_request(response: Any, params: Params) -> Any:
    """A request to EC2, of the account and region of a request to EKS."""
    request = EC2Response()
    request.current_account, request.region, request.partition = response.current_account, response.region, "aws"
    request.params, request.uri_match = params, {}
    return request
