"""Calls of EC2, but for launches.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-actions-as-permissions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.iam_gate.checks import Call, Check, UntranslatableError, as_tags, context, request_tags
from tests.iam_gate.ec2_launch import Launch
from tests.iam_gate.ec2_resources import Ec2
from tests.iam_gate.world import World

_BY_ID: Mapping[str, tuple[str, ...]] = {
    "TerminateInstances": ("InstanceIds",),
    "StopInstances": ("InstanceIds",),
    "RebootInstances": ("InstanceIds",),
    "GetPasswordData": ("InstanceId",),
    "GetConsoleOutput": ("InstanceId",),
    "DescribeInstanceAttribute": ("InstanceId",),
    "AttachVolume": ("InstanceId", "VolumeId"),
    "DetachVolume": ("InstanceId", "VolumeId"),
    "DeleteVolume": ("VolumeId",),
    "AuthorizeSecurityGroupIngress": ("GroupId",),
    "AuthorizeSecurityGroupEgress": ("GroupId",),
    "RevokeSecurityGroupIngress": ("GroupId",),
    "RevokeSecurityGroupEgress": ("GroupId",),
    "DeleteSecurityGroup": ("GroupId",),
    "CreateLaunchTemplateVersion": ("LaunchTemplateId",),
    "DeleteLaunchTemplate": ("LaunchTemplateId",),
    "CancelSpotInstanceRequests": ("SpotInstanceRequestIds",),
}
"""Operations on resources that exist: the parameters that name them by id."""
_NEW: Mapping[str, tuple[str, str | None]] = {
    "CreateLaunchTemplate": ("launch-template", None),
    "CreateKeyPair": ("key-pair", "KeyName"),
    "ImportKeyPair": ("key-pair", "KeyName"),
    "CreateSecurityGroup": ("security-group", None),
    "CreateVolume": ("volume", None),
}
"""Operations that make something: its kind, and the parameter with its name where that stands in the ARN."""
_NARROW_DESCRIBES = (
    "CapacityBlockExtensionOfferings",
    "ClientVpn",
    "FleetHistory",
    "FleetInstances",
    "FpgaImageAttribute",
    "ImageAttribute",
    "SecurityGroupReferences",
    "SnapshotAttribute",
    "SpotFleetInstances",
    "SpotFleetRequestHistory",
    "VolumeAttribute",
    "VpcAttribute",
    "VpcEndpointServicePermissions",
)
"""Describe operations that ask for a resource; all others ask for `*`."""


def translate(call: Call, world: World) -> list[Check]:
    """The checks of a call of EC2. Raises UntranslatableError."""
    ec2 = Ec2(call, world)
    special = _SPECIAL.get(call.operation)
    if special is not None:
        return list(special(ec2))
    if call.operation in _BY_ID:
        return [ec2.existing(id_) for parameter in _BY_ID[call.operation] for id_ in _listed(call.want(parameter))]
    if call.operation in _NEW:
        return list(_create(ec2))
    narrow = call.operation.removeprefix("Describe").startswith(_NARROW_DESCRIBES)
    if call.operation.startswith("Describe") and not narrow:
        return [Check(call.action, "*")]
    raise UntranslatableError(call.action)


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _start(ec2: Ec2) -> Iterator[Check]:
    """Its encrypted volumes are attached anew, which takes a new grant."""
    for id_ in ec2.call.want("InstanceIds"):
        yield ec2.existing(id_)
        for key in dict.fromkeys(volume.get("KmsKeyId") for volume in ec2.world.volumes(id_)):
            yield from ec2.key_use(key) if key else []


def _create_tags(ec2: Ec2) -> Iterator[Check]:
    for id_ in ec2.call.want("Resources"):
        yield ec2.existing(id_, more=request_tags(as_tags(ec2.call.want("Tags"))))


def _delete_tags(ec2: Ec2) -> Iterator[Check]:
    """Without a list of tags all of a resource's go."""
    for id_ in ec2.call.want("Resources"):
        named = as_tags(ec2.call.parameters.get("Tags", []))
        tags = named or ec2.world.tags(id_)
        yield ec2.existing(id_, more=request_tags(tags))


def _modify(ec2: Ec2) -> Iterator[Check]:
    """`ec2:Attribute/HttpTokens` is the new value, `ec2:Attribute` the names of what changes."""
    changes = {key: value for key, value in ec2.call.parameters.items() if key not in ("InstanceId", "DryRun")}
    named = changes.pop("Attribute", None)
    if named:
        changes[named[:1].upper() + named[1:]] = changes.pop("Value", None)
    values = {f"ec2:Attribute/{key}": _value(value) for key, value in changes.items()}
    yield ec2.existing(ec2.call.want("InstanceId"), more=context({"ec2:Attribute": list(changes), **values}))
    for group in changes.get("Groups") or []:
        yield ec2.existing(group)


def _value(value: Any) -> Any:
    return value.get("Value") if isinstance(value, dict) else value


def _associate_profile(ec2: Ec2) -> Iterator[Check]:
    yield from _new_profile(ec2, ec2.call.want("InstanceId"))


def _replace_profile(ec2: Ec2) -> Iterator[Check]:
    yield from _new_profile(ec2, _associated(ec2))


def _disassociate_profile(ec2: Ec2) -> Iterator[Check]:
    yield ec2.existing(_associated(ec2))


def _associated(ec2: Ec2) -> str:
    operation, result = "describe_iam_instance_profile_associations", "IamInstanceProfileAssociations"
    found = ec2.world.one(operation, result, AssociationIds=[ec2.call.want("AssociationId")])
    if not found:
        raise UntranslatableError(f"association {ec2.call.want('AssociationId')} is not there")
    return str(found["InstanceId"])


def _new_profile(ec2: Ec2, instance_id: str) -> Iterator[Check]:
    profile = ec2.profile(ec2.call.want("IamInstanceProfile"))
    new = context({"ec2:NewInstanceProfile": profile["Arn"]})
    yield ec2.existing(instance_id, more=new)
    yield from ec2.pass_role(profile, ec2.arn("instance", instance_id))


def _create(ec2: Ec2) -> Iterator[Check]:
    call = ec2.call
    kind, name = _NEW[call.operation]
    specifications = call.parameters.get("TagSpecifications", [])
    if any(each.get("ResourceType") != kind for each in specifications):
        raise UntranslatableError(f"tags of {call.action}")
    tags = as_tags(tag for each in specifications for tag in each.get("Tags", []))
    keys = request_tags(tags)
    if kind == "volume":
        keys |= _volume_keys(ec2)
    new = Check(call.action, ec2.arn(kind, call.want(name) if name else "*"), keys)
    yield new
    if tags:
        yield Check("ec2:CreateTags", new.resource, {**keys, "ec2:createaction": (call.operation,)})
    for used in ("VpcId", "SnapshotId"):
        if call.parameters.get(used):
            yield ec2.existing(call.parameters[used])
    if call.parameters.get("KmsKeyId"):
        yield from ec2.key_use(call.parameters["KmsKeyId"])


def _volume_keys(ec2: Ec2) -> dict[str, tuple[str, ...]]:
    asked = ec2.call.parameters
    return context(
        {
            "ec2:Encrypted": asked.get("Encrypted", "false"),
            "ec2:KmsKeyId": asked.get("KmsKeyId"),
            "ec2:VolumeSize": asked.get("Size"),
            "ec2:VolumeType": asked.get("VolumeType"),
            "ec2:VolumeIops": asked.get("Iops"),
            "ec2:VolumeThroughput": asked.get("Throughput"),
            "ec2:AvailabilityZone": asked.get("AvailabilityZone"),
        }
    )


def _delete_key_pair(ec2: Ec2) -> Iterator[Check]:
    yield ec2.named("key-pair", ec2.call.want("KeyName"))


def _run(ec2: Ec2) -> list[Check]:
    return Launch(ec2, ec2.call.parameters).checks()


def _request_spot(ec2: Ec2) -> Iterator[Check]:
    """Asks for nothing of the instance itself, so a policy must not allow it that is to bind the type or the tags."""
    tags = as_tags(tag for each in ec2.call.parameters.get("TagSpecifications", []) for tag in each.get("Tags", []))
    request = Check(ec2.call.action, ec2.arn("spot-instances-request", "*"), request_tags(tags))
    yield request
    if tags:
        keys = {**request.context, "ec2:createaction": (ec2.call.operation,)}
        yield Check("ec2:CreateTags", request.resource, keys)
    launch = Launch(ec2, ec2.call.want("LaunchSpecification"))
    yield from launch.used()
    yield from launch.dependent()


_SPECIAL: Mapping[str, Callable[[Ec2], Any]] = {
    "RunInstances": _run,
    "RequestSpotInstances": _request_spot,
    "StartInstances": _start,
    "CreateTags": _create_tags,
    "DeleteTags": _delete_tags,
    "ModifyInstanceAttribute": _modify,
    "ModifyInstanceMetadataOptions": _modify,
    "AssociateIamInstanceProfile": _associate_profile,
    "ReplaceIamInstanceProfileAssociation": _replace_profile,
    "DisassociateIamInstanceProfile": _disassociate_profile,
    "DeleteKeyPair": _delete_key_pair,
}
