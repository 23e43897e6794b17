"""Roles: who takes them on, and what they may do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.verify.bending import Bend, Document, Make, allow, boundary, deny, inline, rewritten, trust, without
from tests.verify.deployment import Deployment

ANYSCALE = "arn:aws:iam::525325868955:root"
EXTERNAL_ID = "org_1a2b3c4d5e6f7g8h-4f1d9a6c2e7b"
OTHER = "arn:aws:iam::111111111111:root"


def let_in(principal: Any = ANYSCALE, *, by: str = "StringEquals", id_: Any = EXTERNAL_ID, **more: Any) -> Document:
    """A statement of a trust policy; no id, no condition."""
    who = principal if isinstance(principal, dict) or principal == "*" else {"AWS": principal}
    condition = {} if id_ is None else {"Condition": {by: {"sts:ExternalId": id_}}}
    return {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole", **condition, **more}


def by_service(service: str, **more: Any) -> Document:
    """A service takes a role on."""
    return let_in({"Service": service}, id_=None, **more)


@contextmanager
def no_role_in_profile(d: Deployment) -> Iterator[None]:
    iam, names = d.client("iam"), {"InstanceProfileName": d.node, "RoleName": d.node}
    iam.remove_role_from_instance_profile(**names)
    yield
    iam.add_role_to_instance_profile(**names)


@contextmanager
def no_registry(d: Deployment) -> Iterator[None]:
    iam = d.client("iam")
    policy = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"
    iam.detach_role_policy(RoleName=d.node, PolicyArn=policy)
    yield
    iam.attach_role_policy(RoleName=d.node, PolicyArn=policy)


def denied(part: str, *actions: str, **more: Any) -> Make:
    """A policy that denies, and nothing else."""
    return inline(part, deny(*actions, **more))


def created_by(action: str) -> dict[str, Any]:
    """At the creation of something for load balancing."""
    return {"Condition": {"StringEquals": {"elasticloadbalancing:CreateAction": action}}}


IN, OUT = "anyscale.control_plane_trusted", "anyscale.control_plane_trust_closed"
EC2, NODES, SERVICES = "anyscale.node_role_trusts_ec2", "anyscale.control_plane_rights", "anyscale.services_rights"
BUCKET, KEY, PULL = "anyscale.bucket_usable", "anyscale.bucket_key_usable", "anyscale.node_pulls_images"
KEPT_OUT = f"account 525325868955 with external id {EXTERNAL_ID} is kept out"

BENDS = (
    Bend("no external id", trust("control_plane", let_in(id_=None)), {OUT: "525325868955 without an external id"}),
    Bend(
        "any id of the organization",
        trust("control_plane", let_in(by="StringLike", id_="org_1a2b3c4d5e6f7g8h-*")),
        {OUT: "with external id org_1a2b3c4d5e6f7g8h-"},
    ),
    Bend(
        "an id if there is one",
        trust("control_plane", let_in(by="StringEqualsIfExists")),
        {OUT: "without an external id"},
    ),
    Bend(
        "another id beside it",
        trust("control_plane", let_in(id_=[EXTERNAL_ID, "cld_registered"])),
        {OUT: "with external id cld_registered"},
    ),
    Bend(
        "a second statement without an id",
        trust("control_plane", let_in(), let_in("arn:aws:iam::525325868955:role/agent", id_=None)),
        {OUT: "role agent of account 525325868955 without an external id"},
    ),
    Bend(
        "another account with the id",
        trust("control_plane", let_in([ANYSCALE, OTHER])),
        {OUT: "lets in account 111111111111"},
    ),
    Bend("every account", trust("control_plane", let_in("*")), {OUT: "lets in every account"}),
    Bend(
        "a service beside it",
        trust("control_plane", let_in(), by_service("lambda.amazonaws.com")),
        {OUT: "lets in Service lambda.amazonaws.com"},
    ),
    Bend(
        "another id",
        trust("control_plane", let_in(id_="org_1a2b3c4d5e6f7g8h-another")),
        {IN: f"{KEPT_OUT}: nothing allows it", OUT: "with external id org_1a2b3c4d5e6f7g8h-another"},
    ),
    Bend("another account", trust("control_plane", let_in(OTHER)), {IN: KEPT_OUT, OUT: "account 111111111111"}),
    Bend(
        "a Deny in the trust",
        trust("control_plane", let_in(), {**let_in("*", id_=None), "Effect": "Deny", "Sid": "No"}),
        {IN: f"{KEPT_OUT}: denied by statement No of the trust of"},
    ),
    Bend(
        "a trust by address",
        trust(
            "control_plane",
            let_in(
                Condition={
                    "StringEquals": {"sts:ExternalId": EXTERNAL_ID},
                    "IpAddress": {"aws:SourceIp": "198.51.100.0/24"},
                }
            ),
        ),
        {IN: "a condition: .* if .*IpAddress aws:SourceIp"},
    ),
    Bend("ECS and not EC2", trust("node", by_service("ecs.amazonaws.com")), {EC2: "ec2.amazonaws.com cannot"}),
    Bend(
        "a Deny in the trust of nodes",
        trust("node", by_service("ec2.amazonaws.com"), by_service("ec2.amazonaws.com", Effect="Deny")),
        {EC2: "ec2.amazonaws.com cannot"},
    ),
    Bend("a profile without a role", no_role_in_profile, {"anyscale.instance_profile": "profile holds no role"}),
    Bend(
        "everything denied",
        denied("control_plane", "*"),
        {
            NODES: "cannot ec2:Describe.* for its nodes: denied by statement No of policy bent-",
            SERVICES: "cannot ec2:DescribeVpcs.* for services: denied by statement No",
            BUCKET: "cannot s3:GetBucketLocation.*: denied by statement No",
            KEY: "cannot kms:Decrypt, kms:GenerateDataKey with key .*: denied by statement No",
        },
    ),
    Bend(
        "no policy for instances",
        without("control_plane", "instances"),
        {NODES: "cannot ec2:DescribeAccountAttributes.*: nothing allows it"},
    ),
    Bend("no policy for services", without("control_plane", "services"), {SERVICES: "cannot .*: nothing allows it"}),
    Bend(
        "no launch into the subnets",
        denied("control_plane", "ec2:RunInstances", on="arn:aws:ec2:*:*:subnet/*"),
        {NODES: "^cannot ec2:RunInstances for its nodes: denied"},
    ),
    Bend(
        "no role to pass on",
        denied("control_plane", "iam:Pass*"),
        {NODES: "^cannot iam:PassRole for its nodes: denied"},
    ),
    Bend(
        "a role passed on to Lambda only",
        rewritten(
            "control_plane", "instances", lambda text: text.replace('"ec2.amazonaws.com"', '"lambda.amazonaws.com"')
        ),
        {NODES: "^cannot iam:PassRole for its nodes: nothing allows it"},
    ),
    Bend(
        "the tag of another cloud",
        rewritten("control_plane", "instances", lambda text: text.replace("cld_1a2b3c4d5e6f7g8h", "cld_another")),
        {NODES: "cannot ec2:RunInstances.* ec2:StartInstances.*: nothing allows it"},
    ),
    Bend(
        "another region",
        rewritten("control_plane", "instances", lambda text: text.replace("us-west-2", "us-east-1")),
        {NODES: "cannot ec2:RunInstances.*: nothing allows it"},
    ),
    Bend(
        "all but ending instances",
        inline("control_plane", {"Effect": "Allow", "NotAction": "ec2:Terminate*", "Resource": "*"}, name="instances"),
        {NODES: "^cannot ec2:TerminateInstances for its nodes: nothing allows it"},
    ),
    Bend(
        "a Deny on whom the tag is missing",
        denied(
            "control_plane",
            "ec2:*",
            Condition={"StringNotEquals": {"aws:ResourceTag/anyscale-cloud-id": "cld_another"}},
        ),
        {NODES: "cannot .*ec2:StartInstances.*: denied", SERVICES: "^cannot ec2:DescribeVpcs, .*: denied"},
    ),
    Bend(
        "a boundary without EC2",
        boundary(
            "control_plane",
            allow(
                "s3:*", "kms:*", "iam:*", "elasticfilesystem:*", "elasticloadbalancing:*", "cloudformation:*", "acm:*"
            ),
        ),
        {
            NODES: "cannot ec2:.*: the permissions boundary does not",
            SERVICES: "^cannot ec2:Desc.*: the permissions bou",
        },
    ),
    Bend(
        "rights by address",
        inline(
            "control_plane", allow("*", Condition={"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}), name="services"
        ),
        {SERVICES: "a condition: .* if IpAddress aws:SourceIp 198.51.100.0/24"},
    ),
    Bend(
        "volumes of a launch by tag only",
        denied(
            "control_plane",
            "ec2:RunInstances",
            on="arn:aws:ec2:*:*:volume/*",
            Condition={"Null": {"aws:RequestTag/anyscale-cloud-id": "true"}},
        ),
        {NODES: "^cannot ec2:RunInstances for its nodes: denied"},
    ),
    Bend(
        "interfaces of a launch by tag only",
        denied(
            "control_plane",
            "ec2:RunInstances",
            on="arn:aws:ec2:*:*:network-interface/*",
            Condition={"Null": {"aws:RequestTag/anyscale-cloud-id": "true"}},
        ),
        {NODES: "^cannot ec2:RunInstances for its nodes: denied"},
    ),
    *(
        Bend(
            f"no {name}",
            denied("control_plane", action, **more),
            {SERVICES: f"^cannot {action} for services: denied"},
        )
        for name, action, more in (
            ("tags of new stacks", "cloudformation:TagResource", {}),
            ("tags taken from stacks", "cloudformation:UntagResource", {}),
            ("tags of new load balancers", "elasticloadbalancing:AddTags", created_by("CreateLoadBalancer")),
            ("tags of new target groups", "elasticloadbalancing:AddTags", created_by("CreateTargetGroup")),
        )
    ),
    Bend("no registry", no_registry, {PULL: "cannot ecr:GetAuthorizationToken.*: nothing allows it"}),
)
