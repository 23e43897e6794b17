"""The fsx section: a fast shared file system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.section import Section, Slug, Zone
from config.text import Form

MountPath = Annotated[str, Form(r"(/[a-z0-9_.-]+)+", "an absolute path such as /mnt/data")]

_BACKUP_DAYS = 7
_MOST_GIB = 2**31 - 1
"""https://docs.aws.amazon.com/fsx/latest/APIReference/API_CreateFileSystem.html"""


class FsxConfig(Section):
    """An FSx for Lustre file system, encrypted, in one zone."""

    deployment_type: Annotated[Literal["SCRATCH_2", "PERSISTENT_2"], Change.REPLACES] = "PERSISTENT_2"
    """`PERSISTENT_2` replicates data within its zone and is backed up; `SCRATCH_2` is cheaper and loses data with a
    server."""
    capacity_gib: Annotated[int, Field(ge=1200, le=_MOST_GIB), Change.IN_PLACE] = 1200
    """Storage: 1200, or a multiple of 2400. It can only grow."""
    throughput_mibps_per_tib: Annotated[Literal[125, 250, 500, 1000] | None, Change.IN_PLACE] = None
    """Throughput for each TiB; only for `PERSISTENT_2`, 125 when left out."""
    zone: Annotated[Zone | None, Change.REPLACES] = None
    """Its zone; the first zone of the network when left out. Pods in other zones reach it, and pay for that traffic."""
    backup_retention_days: Annotated[int | None, Field(ge=0, le=90), Change.IN_PLACE] = None
    """Days that daily backups are kept, 0 for none; 7 when left out. Only for `PERSISTENT_2` without `linked_bucket`:
    FSx makes no backups of others."""
    linked_bucket: Annotated[Slug | None, Change.REPLACES] = None
    """Bucket of the environment that appears in the file system below `/<bucket>`, read and written in the
    background; only for `PERSISTENT_2`. It keeps what is below that path; what is elsewhere has no backup then."""
    mount_path: Annotated[MountPath, Change.IN_PLACE] = "/mnt/fsx"
    """Where Ray's pods mount it."""
    storage_class: Annotated[bool, Change.IN_PLACE] = False
    """Also offer a StorageClass, `fsx-lustre`, which makes a file system of the same kind for each claim. Its driver
    may then make and delete file systems."""

    @property
    def backup_days(self) -> int:
        """Days that backups of the environment's file system are kept."""
        return 0 if self.linked_bucket is not None else self.claim_backup_days

    @property
    def claim_backup_days(self) -> int:
        """The same for file systems of claims, which have no link."""
        if self.deployment_type != "PERSISTENT_2":
            return 0
        return _BACKUP_DAYS if self.backup_retention_days is None else self.backup_retention_days
