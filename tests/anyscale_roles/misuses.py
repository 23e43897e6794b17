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


def _attached(node: str | None, volume: str | None) -> Call:
    return ec2("AttachVolume", NODE, has=node), ec2("AttachVolume", VOLUME, has=volume)


OF_CLOUDS: Mapping[str, Pair] = {
    "launch without a tag": (launch(gets=None), launch()),
    "launch in another cloud's name": (launch(gets=OTHER), launch()),
    "request spot instances without a tag": (request_spot(gets=None), request_spot()),
    "request spot instances in another cloud's name": (request_spot(gets=OTHER), request_spot()),
    "cancel another cloud's spot request": _foreign("CancelSpotInstanceRequests", SPOT),
    "terminate a node of another cloud": _foreign("TerminateInstances", NODE),
    "terminate an instance of nobody's": _foreign("TerminateInstances", NODE, None),
    "stop a node of another cloud": _foreign("StopInstances", NODE),
    "start a node of another cloud": _foreign("StartInstances", NODE),
    "start an instance of nobody's": _foreign("StartInstances", NODE, None),
    "change the user data of an instance of nobody's": _foreign("ModifyInstanceAttribute", NODE, None),
    "give another's instance the nodes' profile": _foreign("AssociateIamInstanceProfile", NODE),
    "replace the profile of an instance of nobody's": _foreign("ReplaceIamInstanceProfileAssociation", NODE, None),
    "take the profile of an instance of nobody's": _foreign("DisassociateIamInstanceProfile", NODE, None),
    "tag an instance of nobody's as one's own": _tagging(gets=CLOUD),
    "tag another cloud's node as one's own": _tagging(has=OTHER, gets=CLOUD),
    "give a node to another cloud": _tagging(has=CLOUD, gets=OTHER),
    "name another cloud's node": _tagging(has=OTHER),
    "tag a volume of nobody's as one's own": (
        (ec2("CreateTags", VOLUME, gets=CLOUD),),
        (ec2("CreateTags", VOLUME, has=CLOUD, gets=CLOUD),),
    ),
    "take the tags off an instance of nobody's": _foreign("DeleteTags", NODE, None),
    "read a volume of nobody's by attaching it": (_attached(CLOUD, None), _attached(CLOUD, CLOUD)),
    "attach a volume to another cloud's node": (_attached(OTHER, CLOUD), _attached(CLOUD, CLOUD)),
    "make a volume without a tag": (make("CreateVolume", "volume/*", gets=None), make("CreateVolume", "volume/*")),
    "take an address that nobody could give back": (
        make("AllocateAddress", "elastic-ip/*", gets=None),
        make("AllocateAddress", "elastic-ip/*"),
    ),
    "give back an address of nobody's": _foreign("ReleaseAddress", "elastic-ip/eipalloc-1", None),
    "publish an image of the account": _foreign("ModifyImageAttribute", "image/ami-1", None),
    "make a stack without a tag": (make_stack("anyscale-1", gets=None), make_stack("anyscale-1")),
    "make a stack in another cloud's name": (make_stack("anyscale-1", gets=OTHER), make_stack("anyscale-1")),
    "delete another cloud's stack": _foreign_at("cloudformation:DeleteStack", _STACK),
    "update a stack of nobody's": _foreign_at("cloudformation:UpdateStack", _STACK, None),
    "read the template of another cloud's stack": _foreign_at("cloudformation:GetTemplate", _STACK),
    "delete another cloud's load balancer": _foreign_balancer("DeleteLoadBalancer", DIRECT["loadbalancer"]),
    "delete what another cloud's stack made": _foreign_balancer("DeleteLoadBalancer", BY_STACK["loadbalancer"]),
    "bend another cloud's rule": _foreign_balancer("ModifyRule", DIRECT["listener-rule"]),
    "listen on another cloud's load balancer": _foreign_balancer("CreateListener", DIRECT["loadbalancer"]),
    "register targets of another cloud's": _foreign_balancer("RegisterTargets", DIRECT["targetgroup"]),
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
    "make a load balancer without a tag": (
        make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], "", gets=None),
        make_balancer("CreateLoadBalancer", DIRECT["loadbalancer"], DIRECT["loadbalancer"]),
    ),
    "delete a certificate of nobody's": _foreign_at("acm:DeleteCertificate", _CERTIFICATE, None),
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
