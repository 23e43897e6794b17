"""What a thief of the control plane's credential would like to do to other clouds and other things of the account, each
beside what it may: the two differ only in what is misused."""

from __future__ import annotations

from collections.abc import Mapping

from tests.anyscale_roles.calls import (
    Call,
    arn,
    call,
    ec2,
    elb,
    launch,
    make,
    make_balancer,
    make_stack,
    request_spot,
)
from tests.anyscale_roles.roles import CLOUD, OTHER
from tests.anyscale_roles.work import BY_STACK, DIRECT, NODE, SPOT, VOLUME

Pair = tuple[Call, Call | None]
"""None: the role may not do it at all, whatever it does it to."""

SHOP = "shop"
"""What others put into a tag of this name: no id of a cloud."""
_STACK, _CERTIFICATE = arn("cloudformation", "stack/anyscale-1/2"), arn("acm", "certificate/1")


def _foreign(operation: str, resource: str, owner: str | None = OTHER) -> Pair:
    """On something of another cloud's, or of nobody's."""
    return (ec2(operation, resource, has=owner),), (ec2(operation, resource, has=CLOUD),)


def _foreign_balancer(operation: str, resource: str, owner: str | None = OTHER) -> Pair:
    return (elb(operation, resource, has=owner),), (elb(operation, resource, has=CLOUD),)


def _foreign_at(action: str, resource: str, owner: str | None = OTHER) -> Pair:
    return call(action, resource, has=owner), call(action, resource, has=CLOUD)


def _tagging(**tags: str | None) -> Pair:
    """CreateTags on an instance."""
    return (ec2("CreateTags", NODE, **tags),), (ec2("CreateTags", NODE, has=CLOUD, gets=CLOUD),)


def _attached(node: str | None, volume: str | None, operation: str = "AttachVolume") -> Call:
    return ec2(operation, NODE, has=node), ec2(operation, VOLUME, has=volume)


OF_CLOUDS: Mapping[str, Pair] = {
    "launch in another cloud's name": (launch(gets=OTHER), launch()),
    "request spot instances in another cloud's name": (request_spot(gets=OTHER), request_spot()),
    "cancel another cloud's spot request": _foreign("CancelSpotInstanceRequests", SPOT),
    "terminate a node of another cloud": _foreign("TerminateInstances", NODE),
    "stop a node of another cloud": _foreign("StopInstances", NODE),
    "start a node of another cloud": _foreign("StartInstances", NODE),
    "give another's instance the nodes' profile": _foreign("AssociateIamInstanceProfile", NODE),
    "tag another cloud's node as one's own": _tagging(has=OTHER, gets=CLOUD),
    "give a node to another cloud": _tagging(has=CLOUD, gets=OTHER),
    "name another cloud's node": _tagging(has=OTHER),
    "attach a volume to another cloud's node": (_attached(OTHER, CLOUD), _attached(CLOUD, CLOUD)),
    "take a volume from another cloud's node": (
        _attached(OTHER, OTHER, "DetachVolume"),
        _attached(CLOUD, CLOUD, "DetachVolume"),
    ),
    "delete another cloud's volume": _foreign("DeleteVolume", VOLUME),
    "delete another cloud's placement group": _foreign("DeletePlacementGroup", "placement-group/theirs"),
    "make a stack in another cloud's name": (make_stack("anyscale-1", gets=OTHER), make_stack("anyscale-1")),
    "delete another cloud's stack": _foreign_at("cloudformation:DeleteStack", _STACK),
    "read the template of another cloud's stack": _foreign_at("cloudformation:GetTemplate", _STACK),
    "delete another cloud's load balancer": _foreign_balancer("DeleteLoadBalancer", DIRECT["loadbalancer"]),
    "delete what another cloud's stack made": _foreign_balancer("DeleteLoadBalancer", BY_STACK["loadbalancer"]),
    "bend another cloud's rule": _foreign_balancer("ModifyRule", DIRECT["listener-rule"]),
    "listen on another cloud's load balancer": _foreign_balancer("CreateListener", DIRECT["loadbalancer"]),
    "make a rule of another cloud's listener": _foreign_balancer("CreateRule", DIRECT["listener"]),
    "set the order of another cloud's rules": _foreign_balancer("SetRulePriorities", DIRECT["listener-rule"]),
    "register targets of another cloud's": _foreign_balancer("RegisterTargets", DIRECT["targetgroup"]),
    "take targets from another cloud's stack": _foreign_balancer("DeregisterTargets", BY_STACK["targetgroup"]),
    "tag another cloud's target group as one's own": (
        (elb("AddTags", DIRECT["targetgroup"], has=OTHER, gets=CLOUD),),
        (elb("AddTags", DIRECT["targetgroup"], has=CLOUD, gets=CLOUD),),
    ),
    "tag a new load balancer as another cloud's": (
        make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], DIRECT["loadbalancer"], gets=OTHER),
        make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], DIRECT["loadbalancer"]),
    ),
    "tag a new listener as another cloud's": (
        make_balancer("CreateListener", DIRECT["loadbalancer"], DIRECT["listener"], has=CLOUD, gets=OTHER),
        make_balancer("CreateListener", DIRECT["loadbalancer"], DIRECT["listener"], has=CLOUD),
    ),
    "tag another cloud's certificate as one's own": (
        call("acm:AddTagsToCertificate", _CERTIFICATE, has=OTHER, gets=CLOUD),
        call("acm:AddTagsToCertificate", _CERTIFICATE, has=CLOUD, gets=CLOUD),
    ),
    "tag a certificate as another cloud's": (
        call("acm:AddTagsToCertificate", _CERTIFICATE, gets=OTHER),
        call("acm:AddTagsToCertificate", _CERTIFICATE, gets=CLOUD),
    ),
}
"""Only a cloud with an id can be told from them."""

OF_NOBODY: Mapping[str, Pair] = {
    "launch without a tag": (launch(gets=None), launch()),
    "launch with a tag that is no cloud's": (launch(gets=SHOP), launch()),
    "request spot instances without a tag": (request_spot(gets=None), request_spot()),
    "cancel a spot request that is no cloud's": _foreign("CancelSpotInstanceRequests", SPOT, SHOP),
    "terminate an instance of nobody's": _foreign("TerminateInstances", NODE, None),
    "stop an instance of nobody's": _foreign("StopInstances", NODE, None),
    "start an instance of nobody's": _foreign("StartInstances", NODE, None),
    "change the user data of an instance of nobody's": _foreign("ModifyInstanceAttribute", NODE, None),
    "give an instance of nobody's the nodes' profile": _foreign("AssociateIamInstanceProfile", NODE, None),
    "replace the profile of an instance of nobody's": _foreign("ReplaceIamInstanceProfileAssociation", NODE, None),
    "take the profile of an instance of nobody's": _foreign("DisassociateIamInstanceProfile", NODE, None),
    "tag an instance of nobody's as one's own": _tagging(gets=CLOUD),
    "take a node out of all clouds by its tag": _tagging(has=CLOUD, gets=SHOP),
    "tag a volume of nobody's as one's own": (
        (ec2("CreateTags", VOLUME, gets=CLOUD),),
        (ec2("CreateTags", VOLUME, has=CLOUD, gets=CLOUD),),
    ),
    "take the tags off an instance of nobody's": _foreign("DeleteTags", NODE, None),
    "read a volume of nobody's by attaching it": (_attached(CLOUD, None), _attached(CLOUD, CLOUD)),
    "take a volume from an instance of nobody's": (
        _attached(None, None, "DetachVolume"),
        _attached(CLOUD, CLOUD, "DetachVolume"),
    ),
    "delete a volume of nobody's": _foreign("DeleteVolume", VOLUME, None),
    "delete a placement group of nobody's": _foreign("DeletePlacementGroup", "placement-group/theirs", None),
    "make a volume without a tag": (make("CreateVolume", "volume/*", gets=None), make("CreateVolume", "volume/*")),
    "read a snapshot of the account by a volume of it": (
        (*make("CreateVolume", "volume/*"), ec2("CreateVolume", "snapshot/snap-1")),
        make("CreateVolume", "volume/*"),
    ),
    "take an address that nobody could give back": (
        make("AllocateAddress", "elastic-ip/*", gets=None),
        make("AllocateAddress", "elastic-ip/*"),
    ),
    "give back an address of nobody's": _foreign("ReleaseAddress", "elastic-ip/eipalloc-1", None),
    "publish an image of the account": _foreign("ModifyImageAttribute", "image/ami-1", None),
    "make a stack without a tag": (make_stack("anyscale-1", gets=None), make_stack("anyscale-1")),
    "update a stack of nobody's": _foreign_at("cloudformation:UpdateStack", _STACK, None),
    "delete a load balancer of nobody's": _foreign_balancer("DeleteLoadBalancer", DIRECT["loadbalancer"], None),
    "listen on a load balancer that is no cloud's": _foreign_balancer("CreateListener", DIRECT["loadbalancer"], SHOP),
    "tag a target group of nobody's as one's own": (
        (elb("AddTags", DIRECT["targetgroup"], gets=CLOUD),),
        (elb("AddTags", DIRECT["targetgroup"], has=CLOUD, gets=CLOUD),),
    ),
    "tag a new listener as no cloud's": (
        make_balancer("CreateListener", DIRECT["loadbalancer"], DIRECT["listener"], has=CLOUD, gets=SHOP),
        make_balancer("CreateListener", DIRECT["loadbalancer"], DIRECT["listener"], has=CLOUD),
    ),
    "make a load balancer without a tag": (
        make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], "", gets=None),
        make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], DIRECT["loadbalancer"]),
    ),
    "delete a certificate of nobody's": _foreign_at("acm:DeleteCertificate", _CERTIFICATE, None),
    "tag a certificate that is no cloud's as one's own": (
        call("acm:AddTagsToCertificate", _CERTIFICATE, has=SHOP, gets=CLOUD),
        call("acm:AddTagsToCertificate", _CERTIFICATE, has=CLOUD, gets=CLOUD),
    ),
    "tag a certificate as no cloud's": (
        call("acm:AddTagsToCertificate", _CERTIFICATE, gets=SHOP),
        call("acm:AddTagsToCertificate", _CERTIFICATE, gets=CLOUD),
    ),
}
"""What is no cloud's can be told from it without an id, too."""
