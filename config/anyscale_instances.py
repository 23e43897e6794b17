"""What Anyscale's control plane may do in EC2: run the nodes of the cloud.

Before the cloud has an id, every instance of the region and account is within reach; then only what carries the cloud's
tag. Everything here allows and nothing denies, so what no statement names stays forbidden.

Which resources each action asks about, and which condition keys each of them has:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from config.anyscale import CLOUD_ID_TAG
from config.anyscale_arns import CloudArns
from config.anyscale_cloud import AnyscaleCloudConfig
from config.place import Place
from config.statement import Condition, Statement

_DESCRIBED = (
    *("AccountAttributes", "AvailabilityZones", "CapacityReservations", "IamInstanceProfileAssociations"),
    *("InstanceStatus", "InstanceTypes", "Instances", "PlacementGroups", "PrefixLists", "Regions"),
    *("ReservedInstancesOfferings", "RouteTables", "SecurityGroups", "SpotInstanceRequests", "SpotPriceHistory"),
    *("Subnets", "Tags", "Volumes"),
)
_MOUNT_TARGETS = "elasticfilesystem:DescribeMountTargets"
_USED = ("key-pair", "launch-template", "placement-group", "capacity-reservation")
_IN_VPC = ("subnet", "security-group", "network-interface")
_MAKING = ("RunInstances", "RequestSpotInstances", "CreateVolume", "CreatePlacementGroup", "AllocateAddress")
_CHANGING = (
    *("StartInstances", "StopInstances", "TerminateInstances", "ModifyInstanceAttribute", "AttachVolume"),
    *("AssociateIamInstanceProfile", "DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"),
    *("CancelSpotInstanceRequests", "ReleaseAddress", "ModifyImageAttribute", "CreateTags", "DeleteTags"),
)
_CHANGED = ("instance", "volume", "spot-instances-request", "elastic-ip")


def instance_statements(config: AnyscaleCloudConfig, arns: CloudArns) -> list[Statement]:
    """See, launch, change, tag; pass on the nodes' role and no other."""
    place = config.place
    return [
        Statement("See", [*_ec2(*(f"Describe{what}" for what in _DESCRIBED)), _MOUNT_TARGETS], ["*"]),
        *_launch_statements(config, arns),
        _change_statement(config),
        # Tags decide what the control plane may change: those of others it must not set.
        Statement(
            "TagNew",
            ["ec2:CreateTags"],
            [place.arn("ec2", "*/*")],
            conditions=[Condition("StringEquals", "ec2:CreateAction", _MAKING)],
        ),
        Statement("SeeProfile", ["iam:GetInstanceProfile"], [arns.cluster_node_profile]),
        Statement(
            "PassNodeRole",
            ["iam:PassRole"],
            [arns.cluster_node_role],
            conditions=[Condition("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")],
        ),
        service_linked_role(place, "spot", "AWSServiceRoleForEC2Spot"),
    ]


def own(config: AnyscaleCloudConfig) -> list[Condition]:
    """What is there belongs to the cloud; nothing, as long as the cloud has no id."""
    return _tag_is(config, "aws:ResourceTag")


def made(config: AnyscaleCloudConfig) -> list[Condition]:
    """What is being made is tagged as the cloud's; nothing, as long as the cloud has no id."""
    return _tag_is(config, "aws:RequestTag")


def service_linked_role(place: Place, service: str, role: str) -> Statement:
    """AWS makes this role at the first use of a service, in the caller's name: the ARN says of which one."""
    arn = place.iam_arn(f"role/aws-service-role/{service}.amazonaws.com/{role}")
    return Statement(f"Make{role}", ["iam:CreateServiceLinkedRole"], [arn])


def _launch_statements(config: AnyscaleCloudConfig, arns: CloudArns) -> list[Statement]:
    """One for each kind of resource that a launch makes or uses.

    The volumes of a launch and its spot request need no tag, since nothing says that Anyscale gives them one: they come
    with an instance, which has it. Images and snapshots are open, those of Anyscale's account and of yours.
    """
    place = config.place
    launches = _ec2("RunInstances", "RequestSpotInstances")
    shared = [_shared(place, "image"), _shared(place, "snapshot")]
    groups = place.arn("resource-groups", "group/*")  # of capacity reservations
    return [
        Statement(
            "Launch",
            _ec2("RunInstances", "RequestSpotInstances", "CreateVolume", "AllocateAddress"),
            _ids(place, "instance", "spot-instances-request", "volume", "elastic-ip"),
            conditions=made(config),
        ),
        Statement(
            "LaunchBeside",
            _ec2("RunInstances", "CreatePlacementGroup"),
            _ids(place, "volume", "spot-instances-request", "placement-group"),
        ),
        Statement("LaunchFrom", [*launches, "ec2:CreateVolume"], [*shared, *_ids(place, *_USED), groups]),
        Statement(
            "LaunchInto",
            [*launches, "ec2:ModifyInstanceAttribute"],
            _ids(place, *_IN_VPC),
            conditions=[Condition("ArnEquals", "ec2:Vpc", arns.vpc)],
        ),
    ]


def _change_statement(config: AnyscaleCloudConfig) -> Statement:
    """What has the cloud's tag, and keeps it: it is not given to another cloud either."""
    stays = [Condition("StringEqualsIfExists", each.variable, each.value) for each in made(config)]
    resources = [*_ids(config.place, *_CHANGED), _shared(config.place, "image")]
    return Statement("Change", _ec2(*_CHANGING), resources, conditions=[*own(config), *stays])


def _tag_is(config: AnyscaleCloudConfig, prefix: str) -> list[Condition]:
    cloud_id = config.anyscale.cloud_id
    return [] if cloud_id is None else [Condition("StringEquals", f"{prefix}/{CLOUD_ID_TAG}", cloud_id)]


def _ec2(*actions: str) -> list[str]:
    return [f"ec2:{action}" for action in actions]


def _ids(place: Place, *kinds: str) -> list[str]:
    """Everything of these kinds in the region and account."""
    return [place.arn("ec2", f"{kind}/*") for kind in kinds]


def _shared(place: Place, kind: str) -> str:
    """Images and snapshots have no account in their ARN."""
    return f"arn:{place.partition}:ec2:{place.region}::{kind}/*"
