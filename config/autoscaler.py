"""The autoscaler section, and the worker types that Ray's autoscaler makes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.nodes import HeadConfig, WorkerConfig
from config.section import Section, Slug

IdleSeconds = Annotated[int, Field(ge=30, le=604800)]
"""30 seconds to a week."""


class AutoscalerConfig(Section):
    """Ray's autoscaler, which runs on the head. Nothing here replaces a node.

    A head of Terraform takes a change up within a minute; only `cache_stopped_nodes` needs Ray on the head restarted.
    With `head.managed_by: ray-up`, `make up` after the apply brings any change.
    """

    max_workers: Annotated[int | None, Field(ge=0, le=5000), Change.IN_PLACE] = None
    """Most workers of all types together; the sum of those of the types when left out."""
    idle_timeout_seconds: Annotated[IdleSeconds, Change.IN_PLACE] = 300
    """How long a worker may be idle before it is terminated."""
    upscaling_speed: Annotated[float, Field(ge=0.1, le=1000), Change.IN_PLACE] = 1.0
    """How many nodes may be launched at once, as a multiple of those that are there (at least 5)."""
    cache_stopped_nodes: Annotated[bool, Change.IN_PLACE] = False
    """Stop idle workers instead of terminating them: they come back sooner, and their volumes are billed meanwhile.
    The head gets the right to stop and start them."""


class AutoscaledHeadConfig(HeadConfig):
    """The head node, on which the autoscaler runs.

    With `managed_by: ray-up`, an apply leaves the head alone, whatever the column *change* says of a setting of `head`:
    the next `make up` makes Ray replace it where what it is launched with has changed.
    """

    managed_by: Annotated[Literal["terraform", "ray-up"], Change.REPLACES] = "terraform"
    """Who makes the head: Terraform, as part of `make apply`; or Ray's launcher, by `make up` from a laptop or the
    bastion, after an apply has made all the rest."""


class WorkerTypeConfig(WorkerConfig):
    """A type of workers, of which the autoscaler makes as many as there is work for.

    A change of any setting, also of those that flavours have in common, is for the workers that it makes from then on:
    none that runs is stopped or replaced.
    """

    instead = {"count": "min_workers and max_workers"}

    spot: Annotated[bool, Change.IN_PLACE] = False
    """Spot instances: cheaper, and taken back by AWS with two minutes' notice."""
    min_workers: Annotated[int, Field(ge=0, le=1000), Change.IN_PLACE] = 0
    """Workers that are there even without work."""
    max_workers: Annotated[int, Field(ge=0, le=1000), Change.IN_PLACE] = 4
    """Most workers of this type."""
    on_demand_fallback: Annotated[bool, Change.IN_PLACE] = False
    """Only with `spot`: a second type of the same kind, `<name>-on-demand`, which the autoscaler takes where AWS has
    no spot instance to give, at most `max_workers` of it as well; `autoscaler.max_workers` bounds both together."""
    idle_timeout_seconds: Annotated[IdleSeconds | None, Change.IN_PLACE] = None
    """How long a worker of this type may be idle; `autoscaler.idle_timeout_seconds` when left out."""
    priority: Annotated[int, Field(ge=-1000, le=1000), Change.IN_PLACE] = 0
    """Where several types would do, the autoscaler takes the one with the higher priority."""

    @property
    def most(self) -> int:
        """How many of them there may be."""
        return self.max_workers


WorkerTypes = dict[Slug, WorkerTypeConfig]
