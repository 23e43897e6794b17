"""The ray section."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.section import Section
from config.text import Form

PinnedPackage = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,_-]+\])?==[A-Za-z0-9.+!-]+", "a pinned package such as numpy==2.3.4"
    ),
]


class RayConfig(Section):
    """What is installed on every node."""

    version: Annotated[str, Form(r"\d+\.\d+\.\d+", "a release such as 2.60.0"), Change.REPLACES] = "2.60.0"
    """Version of Ray, at least 2.52 (the first with token authentication)."""
    python_version: Annotated[Literal["3.10", "3.11", "3.12", "3.13"], Change.REPLACES] = "3.12"
    """Version of Python; that of your jobs."""
    extras: Annotated[
        list[Literal["default", "data", "train", "tune", "serve", "rllib", "client"]], Change.REPLACES
    ] = ["default"]
    """Extras of the package; `default` (dashboard, jobs) is always in."""
    packages: Annotated[
        list[PinnedPackage],
        Change.REPLACES,
    ] = []
    """More Python packages for every node, pinned: `numpy==2.3.4`."""
    head_storage: Annotated[Literal["none", "memorydb"], Change.REPLACES] = "none"
    """Where the head keeps its state (GCS): nowhere, or in `memorydb`, from which a new head takes it up."""
    object_store_memory_gib: Annotated[int | None, Field(ge=1, le=4096), Change.REPLACES] = None
    """Size of the object store of a node; Ray takes 30 % of memory when it is left out."""


MINIMUM_VERSION = (2, 52)
"""Token authentication: https://docs.ray.io/en/latest/ray-security/token-auth.html"""
