"""One bucket of the buckets section."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from config.change import Change
from config.section import Section
from config.text import Form

LOGS_BUCKET = "logs"
"""Takes the access logs of the other buckets; made whenever there is another bucket."""

Prefix = Annotated[str, Form(r"[\w!*'()./-]{1,240}", "the beginning of names of objects, such as tmp/")]
"""As long as the id of a lifecycle rule that holds it can be: 255 characters in all."""
Days = Annotated[int, Field(ge=1, le=36500)]


class TransitionConfig(Section):
    """Move objects to a cheaper storage class."""

    days: Annotated[Days, Change.IN_PLACE]
    """Age of an object, in days. S3 wants at least 30 for the infrequent-access classes."""
    storage_class: Annotated[
        Literal["STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"],
        Change.IN_PLACE,
    ]
    """Storage class that objects move to."""


class CorsConfig(Section):
    """Let web pages of these origins read the bucket."""

    origins: Annotated[list[str], Field(min_length=1), Change.IN_PLACE]
    """Origins, such as https://notebooks.example.com."""
    methods: Annotated[list[Literal["GET", "HEAD", "PUT", "POST", "DELETE"]], Field(min_length=1), Change.IN_PLACE] = [
        "GET",
        "HEAD",
    ]
    """Allowed methods."""
    headers: Annotated[list[str], Change.IN_PLACE] = []
    """Allowed request headers."""
    expose_headers: Annotated[list[str], Change.IN_PLACE] = []
    """Response headers that a page may read."""
    max_age_seconds: Annotated[int, Field(ge=0, le=86400), Change.IN_PLACE] = 3600
    """Seconds that a browser keeps the answer."""


class BucketLifecycleConfig(Section):
    """What a bucket forgets, and when."""

    noncurrent_days: Annotated[Days, Change.IN_PLACE] = 90
    """Days that overwritten and deleted versions are kept."""
    expire_days: Annotated[Days | None, Change.IN_PLACE] = None
    """Delete objects of this age; none keeps them."""
    expire_prefix_days: Annotated[dict[Prefix, Days], Field(max_length=50), Change.IN_PLACE] = {}
    """Delete objects whose names begin with a prefix, such as `tmp/`, at this age; by prefix."""
    abort_upload_days: Annotated[Days, Change.IN_PLACE] = 7
    """Days after which an unfinished multipart upload is removed."""
    transitions: Annotated[list[TransitionConfig], Change.IN_PLACE] = []
    """Moves to cheaper storage classes."""


class BucketConfig(BucketLifecycleConfig):
    """A private, versioned, encrypted bucket with TLS only."""

    node_access: Annotated[Literal["read_write", "read_only", "none"], Change.IN_PLACE] = "read_write"
    """What the nodes may do in it."""
    cors: Annotated[list[CorsConfig], Change.IN_PLACE] = []
    """Cross-origin rules; none by default."""
