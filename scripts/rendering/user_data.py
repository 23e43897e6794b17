"""User data: the boot script, as EC2 takes it."""

from __future__ import annotations

from scripts.rendering.templates import template_environment

USER_DATA_BYTES = 16 * 1024
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html"""
_TOKEN_SLACK_BYTES = 512
"""What ids may add when Terraform puts them in the place of tokens."""
LIMIT = f"EC2 takes {USER_DATA_BYTES} less {_TOKEN_SLACK_BYTES} for ids"


def is_taken(size: int) -> bool:
    """Whether EC2 takes user data of a size in bytes, whatever ids come in."""
    return size <= USER_DATA_BYTES - _TOKEN_SLACK_BYTES


def unpacking_script(packed: str) -> str:
    """A script that runs another one, which comes compressed and as base64."""
    return template_environment().get_template("node/unpack.sh.j2").render(packed=packed)
