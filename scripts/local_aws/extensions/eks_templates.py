"""The launch template that a managed node group names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends

from scripts.local_aws.extensions.eks_refusals import INVALID
from scripts.local_aws.extensions.plumbing import AwsError, Params


@dataclass(frozen=True)
class Template:
    """One version of a launch template."""

    described: Params
    """As DescribeNodegroup names it."""
    data: Params
    """What is launched: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html"""


def find_template(response: Any, wanted: Params) -> Template:
    """The template of a specification by id or name; refused when there is none, or when EKS does not take it."""
    backend = ec2_backends[response.current_account][response.region]
    template_id = wanted.get("id") or backend.launch_template_name_to_ids.get(wanted.get("name"))
    template = backend.launch_templates.get(template_id)
    if template is None:
        raise AwsError(INVALID, f"The launch template {wanted.get('id') or wanted.get('name')} does not exist")
    number = _number(template, str(wanted.get("version") or "$Default"))
    data = template.get_version(number).data
    _refuse(data)
    return Template({"name": template.name, "id": template.id, "version": str(number)}, data)


def _number(template: Any, version: str) -> int:
    named = {"$Default": template.default_version_number, "$Latest": template.latest_version_number}
    number = int(named.get(version, version))
    if not 1 <= number <= template.latest_version_number:
        raise AwsError(INVALID, f"Could not find the launch template version {version} of {template.id}")
    return number


def _refuse(data: Params) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html#launch-template-basics"""
    forbidden = [
        name for name in ("IamInstanceProfile", "InstanceMarketOptions", "HibernationOptions") if data.get(name)
    ]
    forbidden += ["SubnetId" for each in data.get("NetworkInterfaces") or [] if each.get("SubnetId")]
    if forbidden:
        raise AwsError(INVALID, f"Launch template should not specify {forbidden[0]}")
