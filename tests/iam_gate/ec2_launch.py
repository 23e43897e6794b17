"""RunInstances and RequestSpotInstances: a check of every resource that a launch uses or makes, and what follows.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-RunInstances
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html#iam-example-runinstances
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.iam_gate.checks import Check, Context, UntranslatableError, as_tags, context, request_tags
from tests.iam_gate.ec2_resources import Ec2
from tests.iam_gate.world import Found

_NOT_TRANSLATED = (
    "ElasticGpuSpecification",
    "ElasticGpuSpecifications",
    "ElasticInferenceAccelerators",
    "LicenseSpecifications",
    "CapacityReservationSpecification",
    "SecondaryInterfaces",
)
"""Bring resources of their own into the launch."""
_MADE_BY = {
    "image": ("ImageId",),
    "instance": ("InstanceType", "IamInstanceProfile", "InstanceMarketOptions", "MetadataOptions", "Placement"),
    "volume": ("BlockDeviceMappings",),
    "network-interface": ("NetworkInterfaces", "SubnetId"),
    "subnet": ("NetworkInterfaces", "SubnetId"),
    "security-group": ("NetworkInterfaces", "SecurityGroupIds", "SecurityGroups"),
    "key-pair": ("KeyName",),
    "placement-group": ("Placement",),
    "spot-instances-request": ("InstanceMarketOptions",),
    "snapshot": ("BlockDeviceMappings",),
    "launch-template": (),
}
"""Parameters that override what a launch template says of a resource."""


class Launch:
    """One RunInstances, with its launch template laid under it; a spot request's specification is much the same."""

    def __init__(self, ec2: Ec2, request: Mapping[str, Any], tag_specifications: list[Any] | None = None) -> None:
        self._ec2, self._request = ec2, request
        self._template_id: str | None = None
        template: Found = {}
        if "LaunchTemplate" in request:
            self._template_id, template = ec2.world.template(request["LaunchTemplate"])
        self._asked: Found = {**template, **request}
        for name in ("Placement", "MetadataOptions"):
            self._asked[name] = {**template.get(name, {}), **request.get(name, {})}
        self._tags = _tags(template.get("TagSpecifications"), request.get("TagSpecifications"), tag_specifications)
        unknown = [name for name in _NOT_TRANSLATED if self._asked.get(name)]
        if unknown or not str(self._asked.get("ImageId")).startswith("ami-"):
            raise UntranslatableError(f"a launch of {self._asked.get('ImageId')} with {unknown}")
        self._image = ec2.world.image(self._asked["ImageId"])
        self._interfaces = self._asked.get("NetworkInterfaces") or [{}]
        self._subnets = [self._subnet(interface) for interface in self._interfaces]
        self._zone = self._subnets[0].get("AvailabilityZone")

    def checks(self) -> list[Check]:
        """All of a RunInstances."""
        new = [*self._instance(), *self._volumes(), *self._new_interfaces(), *self._spot()]
        return [*self.used(), *new, *self._tagging(new), *self.dependent()]

    def used(self) -> Iterator[Check]:
        """What is there already."""
        for kind, id_ in dict.fromkeys(self._used_ids()):
            yield self._ec2.existing(id_, more=self._source(kind))
        named = {"key-pair": self._asked.get("KeyName"), "placement-group": self._asked["Placement"].get("GroupName")}
        for kind, name in named.items():
            if name:
                yield self._ec2.named(kind, name, self._source(kind))

    def _used_ids(self) -> Iterator[tuple[str, str]]:
        yield "image", self._asked["ImageId"]
        yield from (("subnet", subnet["SubnetId"]) for subnet in self._subnets if subnet)
        yield from (("security-group", group) for group in self._groups())
        for interface in self._interfaces:
            if "NetworkInterfaceId" in interface:
                yield "network-interface", interface["NetworkInterfaceId"]
        for mapping in self._asked.get("BlockDeviceMappings", []):
            if "SnapshotId" in mapping.get("Ebs", {}):
                yield "snapshot", mapping["Ebs"]["SnapshotId"]
        if self._template_id:
            yield "launch-template", self._template_id

    def dependent(self) -> Iterator[Check]:
        """The role that the instance gets, and the keys of its volumes."""
        if self._asked.get("IamInstanceProfile"):
            yield from self._ec2.pass_role(
                self._ec2.profile(self._asked["IamInstanceProfile"]), self._ec2.arn("instance", "*")
            )
        for key in dict.fromkeys(volume["KmsKeyId"] for volume in self._mappings() if volume.get("KmsKeyId")):
            yield from self._ec2.key_use(key)

    def _instance(self) -> Iterator[Check]:
        asked, options, placement = self._asked, self._asked["MetadataOptions"], self._asked["Placement"]
        group = placement.get("GroupName")
        profile = self._ec2.profile(asked["IamInstanceProfile"])["Arn"] if asked.get("IamInstanceProfile") else None
        yield self._new(
            "instance",
            {
                "ec2:InstanceType": asked.get("InstanceType", "m1.small"),
                "ec2:InstanceProfile": profile,
                "ec2:InstanceMarketType": self._market,
                # What an instance gets that asks for nothing, so that no "…IfExists" lets it pass.
                "ec2:MetadataHttpTokens": options.get("HttpTokens", "optional"),
                "ec2:MetadataHttpEndpoint": options.get("HttpEndpoint", "enabled"),
                "ec2:MetadataHttpPutResponseHopLimit": options.get("HttpPutResponseHopLimit"),
                "ec2:InstanceMetadataTags": options.get("InstanceMetadataTags"),
                "ec2:AvailabilityZone": self._zone,
                "ec2:Tenancy": placement.get("Tenancy", "default"),
                "ec2:PlacementGroup": self._ec2.arn("placement-group", group) if group else None,
                "ec2:EbsOptimized": asked.get("EbsOptimized", "false"),
                "ec2:RootDeviceType": self._image.get("RootDeviceType"),
            },
        )

    def _volumes(self) -> Iterator[Check]:
        for volume in self._mappings():
            parent = volume.get("SnapshotId")
            yield self._new(
                "volume",
                {
                    # Encryption by default is not looked at: an environment must ask for it by itself.
                    "ec2:Encrypted": volume.get("Encrypted", "false"),
                    "ec2:VolumeType": volume.get("VolumeType"),
                    "ec2:VolumeSize": volume.get("VolumeSize"),
                    "ec2:VolumeIops": volume.get("Iops"),
                    "ec2:VolumeThroughput": volume.get("Throughput"),
                    "ec2:ParentSnapshot": self._ec2.arn("snapshot", parent) if parent else None,
                    "ec2:AvailabilityZone": self._zone,
                },
            )

    def _mappings(self) -> list[Found]:
        """Volumes by device: those of the AMI, and what the request changes of them."""
        by_device = {each["DeviceName"]: each.get("Ebs", {}) for each in self._image.get("BlockDeviceMappings", [])}
        for each in self._asked.get("BlockDeviceMappings", []):
            if "NoDevice" in each or "VirtualName" in each:
                by_device.pop(each["DeviceName"], None)
            else:
                by_device[each["DeviceName"]] = {**by_device.get(each["DeviceName"], {}), **each.get("Ebs", {})}
        return list(by_device.values()) or [{}]

    def _new_interfaces(self) -> Iterator[Check]:
        for interface, subnet in zip(self._interfaces, self._subnets, strict=True):
            if "NetworkInterfaceId" in interface:
                continue
            # AWS does not say what the key is for a request that leaves it open: here, what the subnet makes of it.
            public = interface.get("AssociatePublicIpAddress", subnet.get("MapPublicIpOnLaunch"))
            yield self._new(
                "network-interface",
                {
                    "ec2:AssociatePublicIpAddress": public,
                    "ec2:Subnet": self._ec2.arn("subnet", subnet["SubnetId"]) if subnet else None,
                    "ec2:Vpc": self._ec2.vpc_arn(subnet),
                    "ec2:AvailabilityZone": subnet.get("AvailabilityZone"),
                },
            )

    def _spot(self) -> Iterator[Check]:
        if self._market == "spot":
            yield self._new("spot-instances-request", {})

    def _tagging(self, new: list[Check]) -> Iterator[Check]:
        """CreateTags on all that is tagged as it is made."""
        kinds = [check.resource.rpartition(":")[2].partition("/")[0] for check in new]
        for kind, check in zip(kinds, new, strict=True):
            if kind in self._tags:
                keys = {**check.context, "ec2:createaction": (self._ec2.call.operation,)}
                yield Check("ec2:CreateTags", check.resource, keys)
        unknown = self._tags.keys() - set(kinds)
        if unknown:
            raise UntranslatableError(f"tags for {sorted(unknown)}")

    @property
    def _market(self) -> str:
        return str(self._asked.get("InstanceMarketOptions", {}).get("MarketType") or "on-demand")

    def _subnet(self, interface: Found) -> Found:
        if "NetworkInterfaceId" in interface:
            return {}
        id_ = interface.get("SubnetId") or self._asked.get("SubnetId")
        world = self._ec2.world
        if not id_:
            return world.default_subnet(self._asked["Placement"].get("AvailabilityZone"))
        return world.subnet(id_) or {"SubnetId": id_}

    def _groups(self) -> Iterator[str]:
        vpc_id = self._subnets[0].get("VpcId", "")
        named = [group for interface in self._interfaces for group in interface.get("Groups", [])]
        found = [*named, *self._asked.get("SecurityGroupIds", [])]
        found += [self._ec2.world.group_id(name, vpc_id) for name in self._asked.get("SecurityGroups", [])]
        brought = all("NetworkInterfaceId" in interface for interface in self._interfaces)
        yield from found or ([] if brought else [self._ec2.world.group_id("default", vpc_id)])

    def _new(self, kind: str, values: Mapping[str, Any]) -> Check:
        found = context(values) | request_tags(self._tags.get(kind, {})) | self._source(kind)
        return Check(self._ec2.call.action, self._ec2.arn(kind, "*"), found)

    def _source(self, kind: str) -> Context:
        """Whether a launch template says which resource; nothing for a launch without one."""
        if self._template_id is None:
            return {}
        overridden = any(name in self._request for name in _MADE_BY[kind])
        arn = self._ec2.arn("launch-template", self._template_id)
        return context({"ec2:LaunchTemplate": arn, "ec2:IsLaunchTemplateResource": not overridden})


def _tags(*specifications: list[Any] | None) -> dict[str, dict[str, str]]:
    """Tags by kind of resource; those of the request go over those of the template."""
    found: dict[str, dict[str, str]] = {}
    for specification in specifications:
        for each in specification or []:
            found.setdefault(each["ResourceType"], {}).update(as_tags(each.get("Tags", [])))
    return found
