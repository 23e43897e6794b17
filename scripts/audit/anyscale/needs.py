"""What Anyscale's control plane asks of EC2, EFS and IAM: requests as it makes them, tags and all.

Found in Anyscale's list of permissions (https://docs.anyscale.com/iam/aws), whatever policies grant them here;
resources and condition keys from https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.anyscale import CLOUD_ID_TAG
from config.anyscale_cloud import CLUSTER_NODE, AnyscaleCloudConfig
from config.anyscale_permissions import VOLUME_KEY_ACTIONS
from config.place import Place
from scripts.audit.anyscale import cloud
from scripts.audit.iam_effect.evaluate import Request
from scripts.audit.iam_effect.variables import Context
from scripts.inventory import Inventory
from scripts.inventory.reading import each, readable
from scripts.inventory.shapes import Tags

EVERYTHING = "*"
UNTAGGED: Context = {f"{prefix}resourcetag/{CLOUD_ID_TAG}": () for prefix in ("aws:", "ec2:")}
"""Of a request that is about nothing that could have a tag."""
_DESCRIBED = (
    *("AccountAttributes", "AvailabilityZones", "CapacityReservations", "IamInstanceProfileAssociations"),
    *("InstanceStatus", "InstanceTypes", "Instances", "PlacementGroups", "PrefixLists", "Regions"),
    *("ReservedInstancesOfferings", "RouteTables", "SecurityGroups", "SpotInstanceRequests", "SpotPriceHistory"),
    *("Subnets", "Volumes"),
)
_UNKNOWN_CLOUD = "cld_0123456789abcdef"
"""An id such as Anyscale will give: it tags what it makes from the start."""
_INSTANCE = "instance/i-0123456789abcdef0"
_VOLUME = "volume/vol-0123456789abcdef0"
_SPOT = "spot-instances-request/sir-01234567"
_MAKING = {
    "RunInstances": _INSTANCE,
    "RequestSpotInstances": _SPOT,
    "CreateVolume": _VOLUME,
    "CreatePlacementGroup": "placement-group/anyscale",
    "AllocateAddress": "elastic-ip/*",
}
"""On what is being made, and gets the cloud's tag."""
_BESIDE = (_VOLUME, "network-interface/*", "key-pair/anyscale-key")
"""What a launch makes and uses beside the instance. Nothing says that Anyscale tags it. A spot request without a tag is
asked about by nobody: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html"""
_CHANGING = {
    **dict.fromkeys(("StartInstances", "StopInstances", "TerminateInstances", "ModifyInstanceAttribute"), (_INSTANCE,)),
    "AssociateIamInstanceProfile": (_INSTANCE,),
    "DisassociateIamInstanceProfile": (_INSTANCE,),
    "ReplaceIamInstanceProfileAssociation": (_INSTANCE,),
    "AttachVolume": (_INSTANCE, _VOLUME),
    "CancelSpotInstanceRequests": (_SPOT,),
    "ReleaseAddress": ("elastic-ip/eipalloc-0123456789abcdef0",),
    "CreateTags": (_INSTANCE,),
    "DeleteTags": (_INSTANCE,),
}
"""On what the cloud has."""


def instance_requests(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Request]:
    """Everything that running nodes takes. Raises NotReadableError."""
    place, here = config.place, in_region(config)
    yield from (Request(f"ec2:Describe{what}", EVERYTHING, {**here, **UNTAGGED}) for what in _DESCRIBED)
    yield from _launches(inventory, config)
    here_in_vpc = {**here, **in_vpc(inventory, config)}
    for action, new in _MAKING.items():
        yield Request(f"ec2:{action}", place.arn("ec2", new), {**here_in_vpc, **made(config)})
        tagging: Context = {**here, **made(config), "ec2:createaction": (action,)}
        yield Request("ec2:CreateTags", place.arn("ec2", new), tagging)
    untagged: Context = {**UNTAGGED, f"aws:requesttag/{CLOUD_ID_TAG}": (), "aws:tagkeys": ()}
    for beside in _BESIDE:
        yield Request("ec2:RunInstances", place.arn("ec2", beside), {**here_in_vpc, **untagged})
    for action, resources in _CHANGING.items():
        retagging: Context = {"ec2:createaction": ()} if action == "CreateTags" else {}
        for resource in resources:
            yield Request(f"ec2:{action}", place.arn("ec2", resource), {**here, **own(config), **retagging})
    yield from _mount_targets(inventory, config)
    yield from _roles(config)
    yield from _volume_keys(config)


def in_region(config: AnyscaleCloudConfig) -> Context:
    """What is known of a request to a service of the region that the control plane makes, from a network of its own."""
    absent = ("aws:calledvia", "aws:calledviafirst", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip")
    return {"aws:requestedregion": (config.region,), "ec2:region": (config.region,), **dict.fromkeys(absent, ())}


def made(config: AnyscaleCloudConfig) -> Context:
    """Tags of what is being made."""
    cloud_id = config.anyscale.cloud_id or _UNKNOWN_CLOUD
    return {
        f"aws:requesttag/{CLOUD_ID_TAG}": (cloud_id,),
        "aws:tagkeys": (CLOUD_ID_TAG,),
        **UNTAGGED,
    }


def own(config: AnyscaleCloudConfig) -> Context:
    """Tags of what the cloud has; the request brings none."""
    cloud_id = config.anyscale.cloud_id or _UNKNOWN_CLOUD
    return {
        f"aws:resourcetag/{CLOUD_ID_TAG}": (cloud_id,),
        f"ec2:resourcetag/{CLOUD_ID_TAG}": (cloud_id,),
        f"aws:requesttag/{CLOUD_ID_TAG}": (),
        "aws:tagkeys": (),
    }


def in_vpc(inventory: Inventory, config: AnyscaleCloudConfig) -> Context:
    """The VPC, of what stands in one: its ARN names the account that it belongs to. Raises NotReadableError."""
    vpcs = readable(inventory.network.vpcs)
    return {"ec2:vpc": tuple(_owned_by(vpc.owner_id, config).arn("ec2", f"vpc/{vpc.vpc_id}") for vpc in vpcs)}


def _owned_by(account_id: str, config: AnyscaleCloudConfig) -> Place:
    """Where something is that may be shared with the account; its own, where AWS does not say whose it is."""
    return replace(config.place, account_id=account_id or config.account_id)


def _launches(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Request]:
    """A launch is asked about each thing that it uses, too."""
    place, group = config.place, cloud.group_id(inventory, config)
    shared = f"arn:{place.partition}:ec2:{config.region}::"
    known = {**in_region(config), **in_vpc(inventory, config)}
    used = {f"{shared}image/ami-0123456789abcdef0": UNTAGGED}
    for subnet in cloud.node_subnets(inventory, config):
        owner = _owned_by(subnet.owner_id, config)
        whose: Context = {"aws:resourceaccount": (owner.account_id,)}
        used[owner.arn("ec2", f"subnet/{subnet.subnet_id}")] = {**_tags(subnet.tags), **whose}
    for found in readable(inventory.security_groups.groups):
        if found.group_id == group:
            used[place.arn("ec2", f"security-group/{group}")] = _tags(found.tags)
    for action in ("ec2:RunInstances", "ec2:RequestSpotInstances"):
        yield from (Request(action, arn, {**known, **tags}) for arn, tags in used.items())
    yield Request("ec2:RunInstances", f"{shared}snapshot/snap-0123456789abcdef0", {**known, **UNTAGGED})


def _tags(tags: Tags) -> Context:
    given = {
        f"{prefix}resourcetag/{key.lower()}": (value,) for key, value in tags.items() for prefix in ("aws:", "ec2:")
    }
    return {**UNTAGGED, **given}


def _mount_targets(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Request]:
    for file_system in each(inventory.file_systems):
        arn = config.place.arn("elasticfilesystem", f"file-system/{file_system.file_system_id}")
        yield Request("elasticfilesystem:DescribeMountTargets", arn, in_region(config))


def _roles(config: AnyscaleCloudConfig) -> Iterator[Request]:
    """IAM has one place for all regions."""
    own_role = config.place.iam_arn(f"role/{config.role_name(CLUSTER_NODE)}")
    for arn in (own_role, *config.iam.passable_role_arns):
        yield Request("iam:PassRole", arn, {"iam:passedtoservice": ("ec2.amazonaws.com",)})
        yield Request("iam:GetInstanceProfile", arn.replace(":role/", ":instance-profile/", 1))
    yield service_linked_role(config, "spot", "AWSServiceRoleForEC2Spot")


def _volume_keys(config: AnyscaleCloudConfig) -> Iterator[Request]:
    """Of the role's own policies; the policies of keys that others manage are not read."""
    known: Context = {
        "kms:viaservice": (f"ec2.{config.region}.amazonaws.com",),
        "aws:requestedregion": (config.region,),
    }
    granting: Context = {**known, "kms:grantisforawsresource": ("true",)}
    for arn in config.iam.volume_key_arns:
        whose: Context = {"aws:resourceaccount": (arn.split(":")[4],)}
        yield from (Request(action, arn, {**known, **whose}) for action in VOLUME_KEY_ACTIONS)
        yield Request("kms:CreateGrant", arn, {**granting, **whose})


def service_linked_role(config: AnyscaleCloudConfig, service: str, role: str) -> Request:
    """AWS makes this role at the first use of a service, in the name of who uses it."""
    name = f"{service}.amazonaws.com"
    arn = config.place.iam_arn(f"role/aws-service-role/{name}/{role}")
    return Request("iam:CreateServiceLinkedRole", arn, {"iam:awsservicename": (name,)})
