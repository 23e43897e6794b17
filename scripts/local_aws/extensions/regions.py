"""The region of a request is in the name of its host, or else in its signature, and never in its path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from moto.core.responses import BaseResponse

from scripts.local_aws.extensions.plumbing import wrap


@wrap(BaseResponse, "get_region_from_url")
def get_region_from_url(original: Callable[..., str], self: Any, request: Any, full_url: str) -> str:
    """moto searches the path, too; the ARN of a service's role has a host in it: `…/scraper.aps.amazonaws.com/…`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
    """
    return original(self, request, urlsplit(full_url)._replace(path="", query="").geturl())
