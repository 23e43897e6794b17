"""What Anyscale's control plane may do in EC2: run the nodes of the cloud.

Only what carries the cloud's tag is within reach; before the cloud has an id, what carries the tag of any cloud:
Anyscale tags from its first instance on, and only the value is not known yet. Everything here allows and nothing
denies, so what no statement names stays forbidden.

Which resources each action asks about, and which condition keys each of them has:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

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
_USED = ("key-pair", "launch-template")
_SHARED = ("placement-group", "capacity-reservation")
"""Of this account, or of another one that shares them."""
_ANY_CLOUD = "cld_*"
_MAKING = ("RunInstances", "RequestSpotInstances", "CreateVolume", "CreatePlacementGroup", "AllocateAddress")
_CHANGING = (
    *("StartInstances", "StopInstances", "TerminateInstances", "ModifyInstanceAttribute"),
    *("AttachVolume", "DetachVolume", "DeleteVolume", "DeletePlacementGroup"),
    *("AssociateIamInstanceProfile", "DisassociateIamInstanceProfile", "ReplaceIamInstanceProfileAssociation"),
    *("ReleaseAddress", "ModifyImageAttribute", "CreateTags", "DeleteTags"),
)
_CHANGED = ("instance", "volume", "placement-group", "elastic-ip")


def instance_statements(config: AnyscaleCloudConfig, arns: CloudArns) -> list[Statement]:
    """See, launch, change, tag; pass on the nodes' role and those that are named, and no other."""
    place, more = config.place, config.iam.passable_role_arns
    # Anyscale finds a profile by the name of its role.
    profiles = [arn.replace(":role/", ":instance-profile/", 1) for arn in more]
    return [
        Statement("See", [*_ec2(*(f"Describe{what}" for what in _DESCRIBED)), _MOUNT_TARGETS], ["*"]),
        *_launch_statements(config, arns),
        _change_statement(config),
        _cancel_statement(config),
        # Tags decide what the control plane may change: those of others it must not set.
        Statement(
            "TagNew",
            ["ec2:CreateTags"],
            [place.arn("ec2", "*/*")],
            conditions=[Condition("StringEquals", "ec2:CreateAction", _MAKING)],
        ),
        Statement("SeeProfile", ["iam:GetInstanceProfile"], [arns.cluster_node_profile, *profiles]),
        Statement(
            "PassNodeRole",
            ["iam:PassRole"],
            [arns.cluster_node_role, *more],
            conditions=[Condition("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")],
        ),
        service_linked_role(place, "spot", "AWSServiceRoleForEC2Spot"),
    ]


def own(config: AnyscaleCloudConfig) -> list[Condition]:
    """What is there belongs to the cloud; to any cloud, as long as this one has no id."""
    return _tag_is(config, "aws:ResourceTag")


def made(config: AnyscaleCloudConfig) -> list[Condition]:
    """What is being made is tagged as the cloud's; as that of any cloud, as long as this one has no id."""
    return _tag_is(config, "aws:RequestTag")


def if_tagged(conditions: Sequence[Condition]) -> list[Condition]:
    """The same of tags that are there: without the tag they hold, too."""
    return [replace(each, test=f"{each.test}IfExists") for each in conditions]


def service_linked_role(place: Place, service: str, role: str) -> Statement:
    """AWS makes this role at the first use of a service, in the caller's name: the ARN says of which one."""
    arn = place.iam_arn(f"role/aws-service-role/{service}.amazonaws.com/{role}")
    return Statement(f"Make{role}", ["iam:CreateServiceLinkedRole"], [arn])


def _launch_statements(config: AnyscaleCloudConfig, arns: CloudArns) -> list[Statement]:
    """One for each kind of resource that a launch makes or uses.

    The volumes of a launch and its spot request need no tag, since nothing says that Anyscale gives them one: they come
    with an instance, which has it. Images are open, those of Anyscale's account and of yours, with the snapshots that
    they are made of; a volume of its own is made empty, or any snapshot of the account could be read.

    Subnets, groups and capacity may belong to an account that shares them: theirs is the VPC's ARN, too.
    """
    place = config.place
    launches = _ec2("RunInstances", "RequestSpotInstances")
    images = [_owned("", place, "ec2", "image"), _owned("", place, "ec2", "snapshot")]
    shared = [_owned("*", place, "ec2", kind) for kind in _SHARED]
    groups = _owned("*", place, "resource-groups", "group")  # of capacity reservations
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
            _ids(place, "volume", "placement-group"),
        ),
        Statement("LaunchFrom", launches, [*images, *_ids(place, *_USED), *shared, groups]),
        Statement(
            "LaunchInto",
            [*launches, "ec2:ModifyInstanceAttribute"],
            [
                *(_owned("*", place, "ec2", kind) for kind in ("subnet", "security-group")),
                *_ids(place, "network-interface"),
            ],
            conditions=[Condition("ArnEquals", "ec2:Vpc", arns.vpc)],
        ),
    ]


def _change_statement(config: AnyscaleCloudConfig) -> Statement:
    """What has the cloud's tag, and keeps it: it is not given to another cloud either."""
    resources = [*_ids(config.place, *_CHANGED), _owned("", config.place, "ec2", "image")]
    return Statement("Change", _ec2(*_CHANGING), resources, conditions=[*own(config), *if_tagged(made(config))])


def _cancel_statement(config: AnyscaleCloudConfig) -> Statement:
    """Spot requests that no other cloud has tagged: that of a launch has no tag. To cancel one ends no instance.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html
    """
    requests = _ids(config.place, "spot-instances-request")
    return Statement("CancelSpot", _ec2("CancelSpotInstanceRequests"), requests, conditions=if_tagged(own(config)))


def _tag_is(config: AnyscaleCloudConfig, prefix: str) -> list[Condition]:
    cloud_id = config.anyscale.cloud_id
    test, value = ("StringLike", _ANY_CLOUD) if cloud_id is None else ("StringEquals", cloud_id)
    return [Condition(test, f"{prefix}/{CLOUD_ID_TAG}", value)]


def _ec2(*actions: str) -> list[str]:
    return [f"ec2:{action}" for action in actions]


def _ids(place: Place, *kinds: str) -> list[str]:
    """Everything of these kinds in the region and account."""
    return [place.arn("ec2", f"{kind}/*") for kind in kinds]


def _owned(account_id: str, place: Place, service: str, kind: str) -> str:
    """Everything of a kind in the region and in any account (`*`), or in none: images and snapshots have none there."""
    return replace(place, account_id=account_id).arn(service, f"{kind}/*")
