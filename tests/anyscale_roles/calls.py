"""What AWS asks the policies about a call: each resource with the condition keys that it has there.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

from collections.abc import Iterable

from config.anyscale import CLOUD_ID_TAG
from tests.anyscale_roles.roles import ARNS, CLOUD
from tests.iam_gate.checks import Check, context, request_tags, resource_tags

REGION, ACCOUNT, SHARER = "us-west-2", "123456789012", "210987654321"
"""The last one is the account that shares its VPC and its capacity."""
STACKS = "cloudformation.amazonaws.com"
SHARED = frozenset({"image", "snapshot"})
"""No account in their ARN."""

Call = tuple[Check, ...]


def arn(service: str, resource: str, region: str = REGION) -> str:
    """ARN of something in the account."""
    account = "" if service == "ec2" and resource.partition("/")[0] in SHARED else ACCOUNT
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def shared_arn(service: str, resource: str, region: str = REGION) -> str:
    """ARN of something that another account shares."""
    return f"arn:aws:{service}:{region}:{SHARER}:{resource}"


def ask(action: str, resource: str = "*", *, has: str | None = None, gets: str | None = None, **keys: str) -> Check:
    """One check; `has` is the cloud of the tag that is there, `gets` that of the tag in the request.

    Further keys are written with `__` for `:`.
    """
    tags = {**resource_tags(_tag(has)), **(request_tags(_tag(gets)) if gets is not None else {})}
    return Check(action, resource, {**tags, **context({key.replace("__", ":"): value for key, value in keys.items()})})


def call(action: str, resource: str = "*", *, has: str | None = None, gets: str | None = None, **keys: str) -> Call:
    """A call about one resource."""
    return (ask(action, resource, has=has, gets=gets, **keys),)


def ec2(operation: str, resource: str, *, has: str | None = None, gets: str | None = None, **keys: str) -> Check:
    """One check of EC2: `ec2("StopInstances", "instance/i-1", has=CLOUD)`."""
    return ask(f"ec2:{operation}", arn("ec2", resource), has=has, gets=gets, **keys)


def elb(operation: str, resource: str, *, has: str | None = None, gets: str | None = None, **keys: str) -> Check:
    """One check of a load balancer: `elb("DeleteRule", "listener-rule/app/anyscale-1/2/3/4", has=CLOUD)`."""
    return ask(f"elasticloadbalancing:{operation}", arn("elasticloadbalancing", resource), has=has, gets=gets, **keys)


def launch(
    *, gets: str | None = CLOUD, vpc: str = ARNS.vpc, role: str = ARNS.cluster_node_role, region: str = REGION
) -> Call:
    """RunInstances: of a node with a profile, which is tagged at once."""
    run, instance = "ec2:RunInstances", arn("ec2", "instance/*", region)
    shared = (shared_arn("ec2", f"{kind}/x", region) for kind in ("subnet", "security-group"))
    return (
        ask(run, arn("ec2", "image/ami-1", region)),
        *(ask(run, each, ec2__Vpc=vpc) for each in shared),
        ask(run, arn("ec2", "network-interface/*", region), ec2__Vpc=vpc),
        ask(run, arn("ec2", "volume/*", region)),
        ask(run, instance, gets=gets),
        *([ask("ec2:CreateTags", instance, gets=gets, ec2__CreateAction="RunInstances")] if gets else []),
        pass_role(role),
    )


def request_spot(*, gets: str | None = CLOUD, vpc: str = ARNS.vpc) -> Call:
    """RequestSpotInstances, which says nothing of the instance itself."""
    operation, request = "RequestSpotInstances", "spot-instances-request/*"
    return (
        ec2(operation, request, gets=gets),
        *([ec2("CreateTags", request, gets=gets, ec2__CreateAction=operation)] if gets else []),
        *(ec2(operation, used) for used in ("image/ami-1", "key-pair/mine", "placement-group/mine")),
        ask(f"ec2:{operation}", shared_arn("ec2", "subnet/x"), ec2__Vpc=vpc),
        pass_role(),
    )


def pass_role(role: str = ARNS.cluster_node_role, to: str = "ec2.amazonaws.com") -> Check:
    """What each gives a role to a service asks about."""
    return ask("iam:PassRole", role, iam__PassedToService=to)


def make(operation: str, resource: str, *, gets: str | None = CLOUD) -> Call:
    """A call of EC2 that makes something, with its tag."""
    tagging = [ec2("CreateTags", resource, gets=gets, ec2__CreateAction=operation)] if gets else []
    return (ec2(operation, resource, gets=gets), *tagging)


def make_stack(name: str, *, gets: str | None = CLOUD) -> Call:
    """CreateStack, with its tag."""
    stack = arn("cloudformation", f"stack/{name}/1")
    tagging = [ask("cloudformation:TagResource", stack, gets=gets)] if gets else []
    return (ask("cloudformation:CreateStack", stack, gets=gets), *tagging)


def make_balancer(operation: str, resource: str, new: str, *, has: str | None = None, gets: str | None = CLOUD) -> Call:
    """A call of Elastic Load Balancing that makes something at `resource`, with its tag."""
    tagging = [elb("AddTags", new, gets=gets, elasticloadbalancing__CreateAction=operation)] if gets else []
    return (elb(operation, resource, has=has, gets=gets), *tagging)


def by_stack(*checks: Check) -> Call:
    """What CloudFormation asks for in the caller's name."""
    return tuple(
        Check(each.action, each.resource, {**each.context, "aws:calledviafirst": (STACKS,)}) for each in checks
    )


def joined(calls: Iterable[Call]) -> Call:
    """Several calls as one row of a table."""
    return tuple(check for each in calls for check in each)


def _tag(cloud_id: str | None) -> dict[str, str]:
    return {CLOUD_ID_TAG: cloud_id} if cloud_id is not None else {}
