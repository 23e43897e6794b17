"""The tagging API's lists: where a list goes on is not saved, for moto keeps a generator of the rest under each token.

After a restart such a token is one that has expired, as on AWS after a while:
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

from typing import Any

from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend


def _without_pages(self: Any) -> dict[str, Any]:
    return {**self.__dict__, "_pages": {}}


setattr(ResourceGroupsTaggingAPIBackend, "__getstate__", _without_pages)  # noqa: B010  # mypy is not shown moto
