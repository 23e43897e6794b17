"""The efs section: the shared file system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.section import Section
from config.text import Form

LifecycleDays = Literal[1, 7, 14, 30, 60, 90, 180, 270, 365]
"""Source: https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html"""


class EfsConfig(Section):
    """An encrypted EFS file system."""

    throughput_mode: Annotated[Literal["elastic", "provisioned", "bursting"], Change.IN_PLACE] = "elastic"
    """How throughput is paid for."""
    provisioned_mibps: Annotated[int | None, Field(ge=1, le=3414), Change.IN_PLACE] = None
    """Throughput in MiB/s; only with, and needed by, `throughput_mode: provisioned`."""
    transition_to_ia_days: Annotated[LifecycleDays | None, Change.IN_PLACE] = 30
    """Days without access before a file moves to infrequent access."""
    transition_to_archive_days: Annotated[LifecycleDays | None, Change.IN_PLACE] = None
    """Days without access before a file moves to archive; only with `throughput_mode: elastic`."""
    transition_back_on_access: Annotated[bool, Change.IN_PLACE] = True
    """Move a file back to standard storage when it is read."""
    backup: Annotated[bool, Change.IN_PLACE] = True
    """Daily backups by AWS Backup's default plan."""


class MountedEfsConfig(EfsConfig):
    """An encrypted EFS file system, mounted by TLS through an access point."""

    mount_path: Annotated[str, Form(r"(/[a-z0-9_-]+)+", "an absolute path such as /mnt/efs"), Change.REPLACES] = (
        "/mnt/efs"
    )
    """Where the nodes mount it."""
    posix_user_id: Annotated[int, Field(ge=0, le=2**32 - 1), Change.REPLACES] = 1000
    """User id that all files belong to."""
    posix_group_id: Annotated[int, Field(ge=0, le=2**32 - 1), Change.REPLACES] = 1000
    """Group id that all files belong to."""
