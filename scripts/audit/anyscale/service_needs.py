"""What Anyscale's control plane asks of AWS to run services.

Found in Anyscale's list of permissions (https://docs.anyscale.com/iam/aws). Load balancers are made in two ways: by a
stack, with names that begin with `Anyscale`, and by the control plane itself, with names that begin with `anyscale`.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.anyscale_cloud import AnyscaleCloudConfig
from scripts.audit.anyscale.needs import EVERYTHING, UNTAGGED, in_region, made, own, service_linked_role
from scripts.audit.iam_effect.evaluate import Request

_SEEN = (
    *("ec2:DescribeVpcs", "ec2:DescribeInternetGateways", "ec2:DescribeAddresses", "ec2:GetSecurityGroupsForVpc"),
    *("cloudformation:ListStacks", "acm:ListCertificates", "acm:RequestCertificate"),
    *(
        f"elasticloadbalancing:Describe{what}"
        for what in (
            *("ListenerCertificates", "Listeners", "LoadBalancerAttributes", "LoadBalancers", "Rules", "Tags"),
            *("TargetGroupAttributes", "TargetGroups", "TargetHealth"),
        )
    ),
)
_BALANCER, _LISTENER, _RULE = (
    "loadbalancer/app/{}/0123",
    "listener/app/{}/0123/4567",
    "listener-rule/app/{}/0123/4567/89",
)
_TARGETS = "targetgroup/{}/0123"
_CREATED_BY = "elasticloadbalancing:createaction"
"""Of tags that come with what is made; absent, where something that is there is tagged:
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html"""
_MADE = {"CreateLoadBalancer": _BALANCER, "CreateTargetGroup": _TARGETS}
_CHANGED = {
    **dict.fromkeys(("DeleteLoadBalancer", "ModifyLoadBalancerAttributes", "CreateListener"), _BALANCER),
    **dict.fromkeys(("SetIpAddressType", "SetSecurityGroups", "SetSubnets"), _BALANCER),
    **dict.fromkeys(("ModifyListener", "DeleteListener", "CreateRule"), _LISTENER),
    **dict.fromkeys(("AddListenerCertificates", "RemoveListenerCertificates"), _LISTENER),
    **dict.fromkeys(("ModifyRule", "DeleteRule"), _RULE),
    **dict.fromkeys(("ModifyTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup"), _TARGETS),
    **dict.fromkeys(("RegisterTargets", "DeregisterTargets", "AddTags", "RemoveTags"), _TARGETS),
}


def service_requests(config: AnyscaleCloudConfig) -> Iterator[Request]:
    """Everything that running services takes."""
    place, here = config.place, in_region(config)
    yield from (Request(action, EVERYTHING, {**here, **UNTAGGED}) for action in _SEEN)
    stack = place.arn("cloudformation", "stack/anyscale-service-0123/4567")
    for action in ("CreateStack", "TagResource"):
        yield Request(f"cloudformation:{action}", stack, {**here, **made(config)})
    for action in ("DescribeStacks", "DescribeStackEvents", "DescribeStackResources"):
        yield Request(f"cloudformation:{action}", stack, here)
    for action in ("UpdateStack", "DeleteStack", "GetTemplate", "UntagResource"):
        yield Request(f"cloudformation:{action}", stack, {**here, **own(config)})
    yield from _balancers(config)
    certificate = place.arn("acm", "certificate/01234567-89ab-cdef-0123-456789abcdef")
    for action in (
        "DescribeCertificate",
        "GetCertificate",
        "ListTagsForCertificate",
        "DeleteCertificate",
        "RenewCertificate",
    ):
        yield Request(f"acm:{action}", certificate, {**here, **own(config)})
    yield Request("acm:AddTagsToCertificate", certificate, {**here, **made(config)})
    yield service_linked_role(config, "elasticloadbalancing", "AWSServiceRoleForElasticLoadBalancing")


def _balancers(config: AnyscaleCloudConfig) -> Iterator[Request]:
    here = in_region(config)
    through = {
        "aws:calledvia": ("cloudformation.amazonaws.com",),
        "aws:calledviafirst": ("cloudformation.amazonaws.com",),
    }
    for action, resource in {**_MADE, **_CHANGED}.items():
        tags = made(config) if action in _MADE else own(config)
        ways = (("anyscale-0123", {**here, **tags}), ("AnyscaleTarget0123", {**here, **UNTAGGED, **through}))
        for name, known in ways:
            arn = config.place.arn("elasticloadbalancing", resource.format(name))
            yield Request(f"elasticloadbalancing:{action}", arn, {**known, _CREATED_BY: ()})
            if action in _MADE:
                yield Request("elasticloadbalancing:AddTags", arn, {**known, _CREATED_BY: (action,)})
    direct = config.place.arn("elasticloadbalancing", _RULE.format("anyscale-0123"))
    yield Request("elasticloadbalancing:SetRulePriorities", direct, {**here, **UNTAGGED})
