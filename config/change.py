"""What changing a setting does to a deployment that is already there."""

from __future__ import annotations

from enum import Enum


class Change(Enum):
    """Marks a field (`Annotated[..., Change.IN_PLACE]`); `docs/config.md` prints the value."""

    IN_PLACE = "in place"
    REPLACES = "replaces"
    NEVER = "never: make a new environment"
