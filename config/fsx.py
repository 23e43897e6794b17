"""The fsx section: a fast shared file system."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.section import Section, Slug, Zone
from config.text import Form

MountPath = Annotated[str, Form(r"(/[a-z0-9_.-]+)+", "an absolute path such as /mnt/data")]


class FsxConfig(Section):
    """An FSx for Lustre file system, encrypted, in one zone."""

    deployment_type: Annotated[Literal["SCRATCH_2", "PERSISTENT_2"], Change.REPLACES] = "PERSISTENT_2"
    """`PERSISTENT_2` replicates data within its zone and is backed up; `SCRATCH_2` is cheaper and loses data with a
    server."""
    capacity_gib: Annotated[int, Field(ge=1200), Change.IN_PLACE] = 1200
    """Storage: 1200, or a multiple of 2400. It can only grow."""
    throughput_mibps_per_tib: Annotated[Literal[125, 250, 500, 1000] | None, Change.IN_PLACE] = None
    """Throughput for each TiB; only for `PERSISTENT_2`, 125 when left out."""
    zone: Annotated[Zone | None, Change.REPLACES] = None
    """Its zone; the first zone of the network when left out. Pods in other zones reach it, and pay for that traffic."""
    backup_retention_days: Annotated[int, Field(ge=0, le=90), Change.IN_PLACE] = 7
    """Days that daily backups are kept; only for `PERSISTENT_2`, 0 for none."""
    linked_bucket: Annotated[Slug | None, Change.IN_PLACE] = None
    """Bucket of the environment that appears in the file system below `/<bucket>`, read and written in the
    background; only for `PERSISTENT_2`."""
    mount_path: Annotated[MountPath, Change.IN_PLACE] = "/mnt/fsx"
    """Where Ray's pods mount it."""
    storage_class: Annotated[bool, Change.IN_PLACE] = False
    """Also offer a StorageClass, `fsx-lustre`, which makes a file system of the same kind for each claim. Its driver
    may then make and delete file systems."""
