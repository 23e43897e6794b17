"""Node groups of Kubernetes, and the role of their nodes."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.documents import Statement, statements_of
from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_FOR_NODES = frozenset({"AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"})
_OF_SESSIONS = ("ssm:UpdateInstanceInformation", "ssmmessages:", "ec2messages:")
"""What Session Manager needs: actions, or how they begin."""


@policy("CKV2_RAYFORM_14", "aws_eks_node_group")
def nodes_come_from_our_templates(subject: Resource, plan: Plan) -> Iterator[str]:
    """Node groups take their nodes from a launch template of this plan, without SSH.

    Why: without a template EKS makes one with IMDSv1, two hops, AWS's key and, with `remote_access`, port 22. checkov
    looks for `remote_access` without source groups only.
    Fix: none in the environment file: the module makes the templates. Nodes are reached with Session Manager.
    """
    if subject.count("remote_access"):
        yield "remote_access is set"
    named = subject.references("launch_template", 0, "id") | subject.references("launch_template", 0, "name")
    if not named & {template.address for template in plan.of("aws_launch_template")}:
        yield "launch_template is none of this plan"


@policy("CKV_RAYFORM_24", "aws_launch_template")
def templates_open_nothing(subject: Resource, _plan: Plan) -> Iterator[str]:
    """Launch templates encrypt their volumes, and give nodes neither a public address nor a key for SSH.

    Why: checkov looks at volumes of instances and of launch configurations, not at those of launch templates, and takes
    the "true" of a template's public address for none.
    Fix: none in the environment file: nodes are in private subnets, their volumes are encrypted.
    """
    volumes = subject.count("block_device_mappings")
    if not volumes:
        yield "block_device_mappings is not set: the root volume is as the image has it"
    for index in range(volumes):
        if not _is_true(subject.value("block_device_mappings", index, "ebs", 0, "encrypted")):
            yield f"the volume {subject.value('block_device_mappings', index, 'device_name')} is not encrypted"
    for index in range(subject.count("network_interfaces")):
        if _is_true(subject.value("network_interfaces", index, "associate_public_ip_address")):
            yield "associate_public_ip_address is true"
    if subject.is_set("key_name"):
        yield "key_name is set"


@policy("CKV2_RAYFORM_15", "aws_iam_role")
def nodes_hold_no_rights_on_data(subject: Resource, plan: Plan) -> Iterator[str]:
    """The role of Kubernetes nodes joins the cluster and pulls images, nothing else.

    Why: pods on the node's network, and whoever breaks out of a container, have what the node's role has, of whichever
    namespace they are. checkov does not know which role is a node's.
    Fix: none in the environment file: rights on data, and on network interfaces, belong to the roles of service
    accounts.
    """
    if not plan.referring(subject, "node_role_arn", "aws_eks_node_group"):
        return
    for attachment in plan.referring(subject, "role", "aws_iam_role_policy_attachment"):
        name = str(attachment.value("policy_arn")).rpartition("/")[2]
        if name not in _FOR_NODES:
            yield f"{name} is attached"
    for each in plan.referring(subject, "role", "aws_iam_role_policy"):
        for statement in statements_of(plan, each, "policy"):
            if more := _more_than_sessions(statement):
                yield f"{statement.shown} of {each.address} allows {', '.join(more)}"


def _more_than_sessions(statement: Statement) -> list[str]:
    if not statement.allows:
        return []
    actions = [*statement.actions, *(f"all but {action}" for action in statement.not_actions)]
    return [action for action in actions if not action.startswith(_OF_SESSIONS)]


def _is_true(value: object) -> bool:
    """Launch templates write booleans as text."""
    return str(value).lower() == "true"
