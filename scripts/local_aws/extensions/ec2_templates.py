"""Launch templates and their own tags, which moto mixes up with the tags of what is launched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate

from scripts.local_aws.extensions.plumbing import Params, wrap


@wrap(EC2Backend, "create_launch_template")
def create_launch_template(
    original: Callable[..., Any], self: Any, name: str, description: str, template_data: Params, tag_spec: Params
) -> Any:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html"""
    if specifications := template_data.get("TagSpecifications"):
        launched = [each for each in specifications if each["ResourceType"] != "launch-template"]
        template_data = {**template_data, "TagSpecifications": launched}
        if not launched:
            del template_data["TagSpecifications"]
    return original(self, name, description, template_data, tag_spec)


def _tags(self: Any) -> Any:
    """Those of now; moto keeps those that it was made with.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplate.html
    """
    return self.get_tags()


def _made_with(_self: Any, _tags: Any) -> None:
    """They are in moto's table of tags already."""


setattr(LaunchTemplate, "tags", property(_tags, _made_with))  # noqa: B010  # mypy knows an attribute there
