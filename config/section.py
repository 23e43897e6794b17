"""The base of every part of an environment file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from config.text import Form


class Section(BaseModel):
    """Closed and immutable: an unknown setting is an error, never ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", use_attribute_docstrings=True, strict=True, allow_inf_nan=False
    )
    instead: ClassVar[Mapping[str, str]] = {}
    """What to write in the place of settings that only another flavour has."""


Arn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+", "an ARN such as arn:aws:iam::123456789012:policy/name"
    ),
]
"""An Amazon Resource Name."""

PrincipalArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:iam::\d{12}:(user|role)/[\w+=,.@/-]+",
        "the ARN of a user or role such as arn:aws:iam::123456789012:role/ml-platform",
    ),
]
"""Who may take on a role."""

Zone = Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "a zone such as us-west-2a")]
"""Name of an Availability Zone, such as us-west-2a."""

SLUG = Form(
    r"(?=.{1,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*", "a name of 1 to 32 lower case letters, digits and single hyphens"
)
Slug = Annotated[str, SLUG]
"""A short name that AWS takes everywhere: lower case letters, digits, single hyphens."""

Tags = dict[
    Annotated[
        str,
        Form(
            r"(?!aws:)[\w .:/=+@-]{1,128}",
            "a key of 1 to 128 letters, digits, spaces and any of _.:/=+-@ that does not start with aws:",
        ),
    ],
    Annotated[str, Form(r"[\w .:/=+@-]{0,256}", "a value of at most 256 letters, digits, spaces and any of _.:/=+-@")],
]
"""Tags as AWS takes them: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"""
