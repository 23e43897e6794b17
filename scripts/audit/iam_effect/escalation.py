"""Known ways from the rights of one role to those of another, or of an administrator.

Sources: https://github.com/RhinoSecurityLabs/AWS-IAM-Privilege-Escalation (most),
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html (PassRole).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.audit.iam_effect.evaluate import Grant, Permissions, Request, grants
from scripts.audit.iam_effect.glob import WILD, covers
from scripts.audit.iam_effect.variables import Context

PASS_ROLE = "iam:PassRole"  # noqa: S105 — an action, not a password
ASSUME_ROLE = "sts:AssumeRole"
_TAG_INSTANCE = "ec2:CreateTags"


@dataclass(frozen=True)
class Method:
    """A way that is open to who may do all of its actions."""

    actions: tuple[str, ...]
    passed_to: str = ""
    """Service that a role is passed to."""

    @property
    def name(self) -> str:
        """Its actions."""
        return " + ".join(self.actions)


@dataclass(frozen=True)
class Way:
    """A method that is open, and what opens each of its actions."""

    method: Method
    grants: tuple[Grant, ...]

    def __str__(self) -> str:
        how = "; ".join(f"{action} {grant}" for action, grant in zip(self.method.actions, self.grants, strict=True))
        return f"can raise its rights by {self.method.name}: {how}"


def _alone(*actions: str) -> tuple[Method, ...]:
    return tuple(Method((action,)) for action in actions)


def _passing(service: str, *ways: tuple[str, ...]) -> tuple[Method, ...]:
    """Pass a role to a service and have the service act with it."""
    return tuple(Method((PASS_ROLE, *way), service) for way in ways)


METHODS: tuple[Method, ...] = (
    *_alone(
        # Change what somebody may do.
        "iam:CreatePolicyVersion",
        "iam:SetDefaultPolicyVersion",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
        "iam:AttachUserPolicy",
        "iam:PutUserPolicy",
        "iam:AttachGroupPolicy",
        "iam:PutGroupPolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        # Become somebody.
        "iam:CreateAccessKey",
        "iam:CreateLoginProfile",
        "iam:UpdateLoginProfile",
        "iam:CreateServiceSpecificCredential",
        "iam:AddUserToGroup",
        "iam:UpdateAssumeRolePolicy",
        ASSUME_ROLE,
        # Act through what has a role already.
        "ssm:SendCommand",
        "ssm:StartSession",
        "ec2-instance-connect:SendSSHPublicKey",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "cloudformation:UpdateStack",
        "glue:UpdateDevEndpoint",
        "glue:UpdateJob",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:CreatePresignedDomainUrl",
        "codebuild:StartBuild",
        "ecs:ExecuteCommand",
    ),
    Method(("cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet")),
    Method(("ec2:ModifyInstanceAttribute", "ec2:StopInstances", "ec2:StartInstances")),
    Method(("ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate")),
    Method(("eks:CreateAccessEntry", "eks:AssociateAccessPolicy")),
    *_passing(
        "ec2.amazonaws.com",
        ("ec2:RunInstances",),
        ("ec2:RequestSpotInstances",),
        ("ec2:CreateFleet",),
        ("ec2:AssociateIamInstanceProfile",),
        ("ec2:ReplaceIamInstanceProfileAssociation",),
        ("autoscaling:CreateLaunchConfiguration", "autoscaling:CreateAutoScalingGroup"),
    ),
    *_passing(
        "lambda.amazonaws.com",
        ("lambda:CreateFunction", "lambda:InvokeFunction"),
        ("lambda:CreateFunction", "lambda:CreateEventSourceMapping"),
        ("lambda:CreateFunction", "lambda:AddPermission"),
    ),
    *_passing(
        "ecs-tasks.amazonaws.com",
        ("ecs:RegisterTaskDefinition", "ecs:RunTask"),
        ("ecs:RegisterTaskDefinition", "ecs:StartTask"),
        ("ecs:RegisterTaskDefinition", "ecs:CreateService"),
    ),
    *_passing(
        "glue.amazonaws.com",
        ("glue:CreateDevEndpoint",),
        ("glue:CreateJob", "glue:StartJobRun"),
        ("glue:CreateJob", "glue:CreateTrigger"),
    ),
    *_passing(
        "cloudformation.amazonaws.com",
        ("cloudformation:CreateStack",),
        ("cloudformation:SetStackPolicy", "cloudformation:UpdateStack"),
        ("cloudformation:CreateStackSet", "cloudformation:CreateStackInstances"),
    ),
    *_passing(
        "sagemaker.amazonaws.com",
        ("sagemaker:CreateNotebookInstance", "sagemaker:CreatePresignedNotebookInstanceUrl"),
        ("sagemaker:CreateTrainingJob",),
        ("sagemaker:CreateProcessingJob",),
    ),
    *_passing(
        "datapipeline.amazonaws.com",
        ("datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition", "datapipeline:ActivatePipeline"),
    ),
    *_passing("codebuild.amazonaws.com", ("codebuild:CreateProject", "codebuild:StartBuild")),
    *_passing("batch.amazonaws.com", ("batch:RegisterJobDefinition", "batch:SubmitJob")),
    *_passing("states.amazonaws.com", ("states:CreateStateMachine", "states:StartExecution")),
    *_passing("scheduler.amazonaws.com", ("scheduler:CreateSchedule",)),
    *_passing("events.amazonaws.com", ("events:PutRule", "events:PutTargets")),
    *_passing("tasks.apprunner.amazonaws.com", ("apprunner:CreateService",)),
    *_passing("ssm.amazonaws.com", ("ssm:StartAutomationExecution",)),
    *_passing("elasticmapreduce.amazonaws.com", ("elasticmapreduce:RunJobFlow",)),
)

_IAM_KINDS: Mapping[str, str] = {
    "PolicyVersion": "policy",
    "Group": "group",
    "User": "user",
    "AccessKey": "user",
    "LoginProfile": "user",
    "Credential": "user",
    "Role": "role",
}
"""What an action of IAM changes, by a word of its name; the first word that fits counts."""


def open_ways(
    permissions: Permissions, *, own_roles: Collection[str], strangers: Sequence[Context] = ()
) -> Iterator[Way]:
    """Methods of which the principal may do every action on something that matters.

    `own_roles` are patterns of names: to pass on a role of the cluster's own gains nothing. With
    `strangers`, tags of what others made as a request shows them, nor does anything that can be done to none of these,
    as long as the principal cannot tag these either.
    """
    if not strangers or any(_may_claim(permissions, each) for each in strangers):
        strangers = ({},)
    for method in METHODS:
        ways = (
            [_best(permissions, action, method, own_roles, each) for action in method.actions] for each in strangers
        )
        found = next((way for way in ways if all(way)), None)
        if found is not None:
            yield Way(method, tuple(grant for grant in found if grant is not None))


def _best(
    permissions: Permissions, action: str, method: Method, own_roles: Collection[str], strange: Context
) -> Grant | None:
    passed = {"iam:passedtoservice": (method.passed_to,)} if method.passed_to and action == PASS_ROLE else {}
    found = grants(permissions, Request(action, _target(permissions, action), {**strange, **passed}))
    return next((grant for grant in found if _matters(permissions, action, grant, own_roles)), None)


def _may_claim(permissions: Permissions, stranger: Context) -> bool:
    """Whether the principal may tag an instance that is there and is not its own."""
    target = _target(permissions, _TAG_INSTANCE)
    return bool(grants(permissions, Request(_TAG_INSTANCE, target, {**stranger, "ec2:createaction": ()})))


def _matters(permissions: Permissions, action: str, grant: Grant, own_roles: Collection[str]) -> bool:
    principal = permissions.principal
    own = any(
        covers(f"arn:{principal.partition}:iam::{principal.account_id}:role/{pattern}", grant.resource)
        for pattern in own_roles
    )
    if action == PASS_ROLE:
        return not own
    if action == ASSUME_ROLE:
        # A role that is named was meant; it has a trust policy of its own, too.
        return WILD.search(grant.resource) is not None and not own
    return True


def _target(permissions: Permissions, action: str) -> str:
    """Everything in the account that an action may be used on."""
    service, _, name = action.partition(":")
    principal = permissions.principal
    if action in (PASS_ROLE, ASSUME_ROLE):
        return f"arn:{principal.partition}:iam::{principal.account_id}:role/*"
    if service == "iam":
        kind = next(kind for word, kind in _IAM_KINDS.items() if word in name)
        return f"arn:{principal.partition}:iam::{principal.account_id}:{kind}/*"
    return f"arn:{principal.partition}:{service}:*:*:*"
