"""The audit section: what the audit is told about this environment."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from config.change import Change
from config.section import Section
from config.text import Form

EVERY_RESOURCE = "*"


class MuteConfig(Section):
    """One finding that is known and borne for a while; every report lists it."""

    check: Annotated[
        str,
        Form(r"[a-z0-9_]+\.[a-z0-9_]+", "the id of a check such as s3.versioned, see docs/checks.md"),
        Change.IN_PLACE,
    ]
    """Id of the check."""
    resource: Annotated[str, Form(r"\S(.{0,510}\S)?", "text of 1 to 512 characters"), Change.IN_PLACE]
    """What the finding is about: the resource as the report names it, or its Terraform address; `"*"` for all."""
    reason: Annotated[str, Form(r"\S.{8,}\S", "a reason of 10 or more characters on one line"), Change.IN_PLACE]
    """Why it is borne, for whoever reads the report."""
    until: Annotated[str, Form(r"\d{4}-\d{2}-\d{2}", "a day such as 2027-01-31"), Change.IN_PLACE]
    """Last day of the mute. From the next day on the finding counts again, and the mute itself is a failure."""

    @property
    def last_day(self) -> date:
        """Last day of the mute. A rule has made sure that there is such a day."""
        return date.fromisoformat(self.until)


class AuditConfig(Section):
    """The audit."""

    mutes: Annotated[list[MuteConfig], Change.IN_PLACE] = []
    """Findings that do not count for a while."""
