"""The kms section: the key that encrypts everything of an environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.change import Change
from config.section import Section
from config.text import Form

KeyArn = Annotated[
    str,
    Form(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        "the ARN of a key such as arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd",
    ),
]


class KmsConfig(Section):
    """One customer managed key per environment, or one that is there."""

    existing_key_arn: Annotated[KeyArn | None, Change.REPLACES] = None
    """Use this key instead of making one. Its policy must let CloudWatch Logs of the region use it
    and, with spot workers, AWSServiceRoleForEC2Spot (also kms:CreateGrant). With flavour `kuberay-eks` it must let
    AWSServiceRoleForAutoScaling instead (also kms:CreateGrant), and with `fsx.linked_bucket` the roles
    AWSServiceRoleForFSxS3Access_*."""
    rotation_days: Annotated[int, Field(ge=90, le=2560), Change.IN_PLACE] = 365
    """Days between rotations of the key material."""
    deletion_window_days: Annotated[int, Field(ge=7, le=30), Change.IN_PLACE] = 30
    """Days between the destruction of the environment and that of its key."""
