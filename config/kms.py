"""The kms section: the key that encrypts everything of an environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.change import Change
from config.section import Arn, Section


class KmsConfig(Section):
    """One customer managed key per environment, or one that is there."""

    existing_key_arn: Annotated[Arn | None, Change.REPLACES] = None
    """Use this key instead of making one. Its policy must let CloudWatch Logs of the region use it."""
    rotation_days: Annotated[int, Field(ge=90, le=2560), Change.IN_PLACE] = 365
    """Days between rotations of the key material."""
    deletion_window_days: Annotated[int, Field(ge=7, le=30), Change.IN_PLACE] = 30
    """Days between the destruction of the environment and that of its key."""
