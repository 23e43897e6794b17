"""EC2 instances: what moto forgets of a launch, and what AWS refuses to launch."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance
from moto.ec2.responses import EC2Response, instances

from scripts.local_aws.extensions import ec2_spot
from scripts.local_aws.extensions.ec2_placement_groups import group_named
from scripts.local_aws.extensions.ec2_volumes import settle_devices, settle_root_volumes
from scripts.local_aws.extensions.plumbing import AwsError, Params, copy_given, op, wrap, wrap_function, wrap_property

HOP_LIMITS = range(1, 65)

DNS_OPTIONS = {
    "PrivateDnsHostnameType": "HostnameType",
    "EnableResourceNameDnsARecord": "EnableResourceNameDnsARecord",
    "EnableResourceNameDnsAAAARecord": "EnableResourceNameDnsAAAARecord",
}
"""Members of ModifyPrivateDnsNameOptions, and what DescribeInstances calls them."""


@wrap(EC2Response, "run_instances")
def run_instances(original: Callable[[Any], Any], self: Any) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""
    params = self.params
    _refuse(self, params)
    params["MinCount"] = params.get("MaxCount", params["MinCount"])  # AWS launches as many as it can, moto MinCount
    settle_devices(params)
    result = original(self)
    for instance in result.result.instances:
        _associate(self.ec2_backend, instance, params.get("IamInstanceProfile") or {})
        _remember(instance, params)
        ec2_spot.remember(self, instance, params)
        settle_root_volumes(self.ec2_backend, instance, params)
    return result


def _refuse(self: Any, params: Params) -> None:
    limit = (params.get("MetadataOptions") or {}).get("HttpPutResponseHopLimit", 1)
    if int(limit) not in HOP_LIMITS:
        raise AwsError("InvalidParameterValue", "HttpPutResponseHopLimit must be 1 to 64")
    instance_type = params.get("InstanceType")
    if instance_type and instance_type not in INSTANCE_TYPES:
        raise AwsError("InvalidParameterValue", f"Invalid value '{instance_type}' for InstanceType.")
    if instance_type:
        _refuse_architecture(self, params.get("ImageId"), instance_type)
    if group := (params.get("Placement") or {}).get("GroupName"):
        group_named(self.ec2_backend, group)


def _refuse_architecture(self: Any, image_id: str | None, instance_type: str) -> None:
    supported = INSTANCE_TYPES[instance_type]["ProcessorInfo"]["SupportedArchitectures"]
    for image in self.ec2_backend.describe_images(ami_ids=[image_id] if image_id else []):
        if image_id and image.architecture not in supported:
            message = (
                f"The architecture '{','.join(supported)}' of the specified instance type does not match "
                f"the architecture '{image.architecture}' of the specified AMI."
            )
            raise AwsError("InvalidParameterValue", message)


def _associate(backend: Any, instance: Any, profile: Params) -> None:
    """Every instance of a launch gets the profile; moto gives it to the first."""
    if profile and instance.id not in backend.iam_instance_profile_associations:
        backend.associate_iam_instance_profile(instance.id, profile.get("Name"), profile.get("Arn"))


def _remember(instance: Any, params: Params) -> None:
    instance.maintenance_options = params.get("MaintenanceOptions") or {"AutoRecovery": "default"}
    instance.disable_api_termination = bool(params.get("DisableApiTermination"))
    instance.private_dns_name_options = {
        "HostnameType": "ip-name",
        "EnableResourceNameDnsARecord": False,
        "EnableResourceNameDnsAAAARecord": False,
        **(params.get("PrivateDnsNameOptions") or {}),
    }
    primary = _primary_interface(instance)
    if primary and not params.get("NetworkInterfaces"):
        primary.delete_on_termination = True  # of one that the launch makes
    placement = params.get("Placement") or {}
    instance.placement.group_name = placement.get("GroupName", "")
    instance.placement.partition_number = placement.get("PartitionNumber")


def _groups(self: Any) -> list[Any]:
    """An instance is in the groups of its primary network interface; moto keeps a second list that goes stale."""
    primary = _primary_interface(self)
    groups: list[Any] = primary._group_set if primary else self.__dict__["security_groups"]
    return groups


def _set_groups(self: Any, groups: list[Any]) -> None:
    self.__dict__["security_groups"] = groups
    primary = _primary_interface(self)
    if primary:
        primary._group_set = groups


def _primary_interface(self: Any) -> Any:
    return self.__dict__.get("nics", {}).get(0)  # there are none yet while moto makes the instance


setattr(Instance, "security_groups", property(_groups, _set_groups))  # noqa: B010  # mypy knows an attribute there


@op(EC2Response, replaces=True)
def monitor_instances(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MonitorInstances.html"""
    return _monitoring(self, params, "enabled")


@op(EC2Response, replaces=True)
def unmonitor_instances(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UnmonitorInstances.html"""
    return _monitoring(self, params, "disabled")


def _monitoring(self: Any, params: Params, state: str) -> Params:
    for instance_id in params["InstanceIds"]:
        self.ec2_backend.get_instance(instance_id).monitoring_state = state
    answers = [{"InstanceId": instance_id, "Monitoring": {"State": state}} for instance_id in params["InstanceIds"]]
    return {"InstanceMonitorings": answers}


@wrap_function(instances, "parse_user_data")
def parse_user_data(original: Callable[[Any], Any], value: Any) -> Any:
    """ModifyInstanceAttribute takes a blob, which moto has decoded and would decode again.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html
    """
    return original(b64encode(value) if isinstance(value, bytes) else value)


@op(EC2Response)
def modify_instance_maintenance_options(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMaintenanceOptions.html"""
    instance = self.ec2_backend.get_instance(params["InstanceId"])
    copy_given(params, instance.maintenance_options, ["AutoRecovery"])
    return {"InstanceId": params["InstanceId"], **instance.maintenance_options}


@op(EC2Response)
def modify_private_dns_name_options(self: Any, params: Params) -> Params:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyPrivateDnsNameOptions.html"""
    options = self.ec2_backend.get_instance(params["InstanceId"]).private_dns_name_options
    given = {described: params[member] for member, described in DNS_OPTIONS.items() if params.get(member) is not None}
    options.update(given)
    return {"Return": True}


@wrap_property(NetworkInterface, "association")
def association(value: Any, _self: Any) -> Any:
    """Without one there is no member at all, else a private instance reads as public."""
    return value or None


@wrap(EC2Backend, "terminate_instances")
def terminate_instances(original: Callable[..., Any], self: Any, instance_ids: list[str]) -> Any:
    """A terminated instance lets go of its own network interface; moto keeps it."""
    interfaces = [eni for eni in self.enis.values() if eni.instance and eni.instance.id in instance_ids]
    result = original(self, instance_ids)
    for eni in interfaces:
        if eni.description == "Primary network interface":
            self.enis.pop(eni.id, None)
    return result
