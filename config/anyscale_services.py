"""What Anyscale's control plane may do to run services: stacks, load balancers, certificates.

Anyscale makes load balancers in two ways. Their names begin with `Anyscale` when CloudFormation makes them for it, with
`anyscale` when it asks for them itself. Both kinds must carry the cloud's tag to be changed, that of any cloud as long
as this one has no id; to be filled with listeners, rules and targets they must not carry another one's: nothing says
that Anyscale tags each of these, and CloudFormation gives a stack's tags to load balancers and target groups only.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/tagging-resources-during-creation.html
"""

from __future__ import annotations

from config.anyscale_cloud import AnyscaleCloudConfig
from config.anyscale_instances import if_tagged, made, own, service_linked_role
from config.place import Place
from config.statement import Condition, Statement

_BY_STACK, _DIRECT, _EITHER = "Anyscale", "anyscale", "?nyscale"
"""How names begin."""
_SEEN = (
    *("ListenerCertificates", "Listeners", "LoadBalancerAttributes", "LoadBalancers", "Rules", "Tags"),
    *("TargetGroupAttributes", "TargetGroups", "TargetHealth"),
)
_MAKING = ("CreateLoadBalancer", "CreateTargetGroup")
_FILLING = (
    *("CreateListener", "AddListenerCertificates", "CreateRule", "SetRulePriorities"),
    *("RegisterTargets", "DeregisterTargets"),
)
_CHANGING = (
    *("ModifyLoadBalancerAttributes", "SetIpAddressType", "SetSecurityGroups", "SetSubnets", "DeleteLoadBalancer"),
    *("ModifyListener", "DeleteListener", "RemoveListenerCertificates", "ModifyRule", "DeleteRule"),
    *("ModifyTargetGroup", "ModifyTargetGroupAttributes", "DeleteTargetGroup", "AddTags", "RemoveTags"),
)
_SEEN_OF_EC2 = (
    "ec2:DescribeAddresses",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeVpcs",
    "ec2:GetSecurityGroupsForVpc",
)
"""What Elastic Load Balancing asks of whoever makes a load balancer, beside what running nodes needs:
https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-permissions.html"""
_SEEN_STACKS = ("DescribeStackEvents", "DescribeStackResources", "DescribeStacks", "ListStacks")
_SEEN_CERTIFICATES = (
    *("acm:DescribeCertificate", "acm:GetCertificate", "acm:ListCertificates", "acm:ListTagsForCertificate"),
)
"""Certificates are public."""
_WRITING = ("Create*", "Modify*", "Set*", "Add*", "Remove*", "Delete*")


def service_statements(config: AnyscaleCloudConfig) -> list[Statement]:
    """Stacks, load balancers and certificates of the region and account.

    A certificate is requested on nothing, and given its tag in the same call.
    """
    seen = [*_SEEN_OF_EC2, *_stacks(*_SEEN_STACKS), *_elb(*(f"Describe{what}" for what in _SEEN)), *_SEEN_CERTIFICATES]
    return [
        Statement("SeeServices", [*seen, "acm:RequestCertificate"], ["*"]),
        _through_stacks(config.place),
        *_make_statements(config),
        _change_statement(config),
        service_linked_role(config.place, "elasticloadbalancing", "AWSServiceRoleForElasticLoadBalancing"),
    ]


def _through_stacks(place: Place) -> Statement:
    """What a stack does to load balancers, with the rights of who made it: there is no role to pass to CloudFormation.

    A tag would be asked of listeners and rules in vain.
    """
    through = Condition("StringEquals", "aws:CalledViaFirst", "cloudformation.amazonaws.com")
    return Statement("BalanceByStack", _elb(*_WRITING), _named(place, _BY_STACK), conditions=[through])


def _make_statements(config: AnyscaleCloudConfig) -> list[Statement]:
    """What is made gets the cloud's tag with the request that makes it.

    `TagResource` of CloudFormation is no call of its own: only who makes or updates a stack tags it. ACM does not say
    which request a tag comes with: a certificate that no cloud has tagged could be tagged, and then be deleted as long
    as nothing uses it.
    """
    direct, tagged = _named(config.place, _DIRECT), made(config)
    creating = Condition(
        "StringEquals", "elasticloadbalancing:CreateAction", [*_MAKING, "CreateListener", "CreateRule"]
    )
    return [
        Statement(
            "Make",
            [*_stacks("CreateStack", "TagResource"), *_elb(*_MAKING)],
            [_every_stack(config), *direct],
            conditions=tagged,
        ),
        Statement("TagNewBalancers", _elb("AddTags"), direct, conditions=[*tagged, creating]),
        Statement(
            "TagCertificates",
            ["acm:AddTagsToCertificate"],
            [_certificates(config)],
            conditions=[*tagged, *if_tagged(own(config))],
        ),
        Statement("FillBalancers", _elb(*_FILLING), _named(config.place, _EITHER), conditions=if_tagged(own(config))),
    ]


def _change_statement(config: AnyscaleCloudConfig) -> Statement:
    """By tag."""
    stacks = _stacks("UpdateStack", "DeleteStack", "GetTemplate", "TagResource", "UntagResource")
    certificates = ["acm:DeleteCertificate", "acm:RenewCertificate"]
    return Statement(
        "ChangeServices",
        [*stacks, *certificates, *_elb(*_CHANGING)],
        [_every_stack(config), _certificates(config), *_named(config.place, _EITHER)],
        conditions=own(config),
    )


def _every_stack(config: AnyscaleCloudConfig) -> str:
    return config.place.arn("cloudformation", "stack/*")


def _certificates(config: AnyscaleCloudConfig) -> str:
    return config.place.arn("acm", "certificate/*")


def _named(place: Place, start: str) -> list[str]:
    """Load balancers, their listeners and rules, whose ARNs hold the balancer's name; target groups."""
    return [place.arn("elasticloadbalancing", f"{kind}/{start}*") for kind in ("*/app", "targetgroup")]


def _elb(*actions: str) -> list[str]:
    return [f"elasticloadbalancing:{action}" for action in actions]


def _stacks(*actions: str) -> list[str]:
    return [f"cloudformation:{action}" for action in actions]
