"""What Anyscale's control plane makes in the account: it carries the tag of its cloud."""

from __future__ import annotations

from config.anyscale import CLOUD_ID_TAG
from config.anyscale_cloud import AnyscaleCloudConfig
from config.foundation import FoundationConfig
from scripts.inventory.filters import Filters, one_of
from scripts.inventory.shapes import Tags


def is_of_cloud(environment: FoundationConfig, tags: Tags) -> bool:
    """Whether tags are those of something that Anyscale made for the environment's cloud.

    As long as the file says no `anyscale.cloud_id`, nobody can tell one cloud from another: every cloud's counts.
    """
    if not isinstance(environment, AnyscaleCloudConfig) or CLOUD_ID_TAG not in tags:
        return False
    return environment.anyscale.cloud_id in (None, tags[CLOUD_ID_TAG])


def filter_of_cloud(environment: FoundationConfig) -> Filters | None:
    """The same for EC2; None where there is no cloud."""
    if not isinstance(environment, AnyscaleCloudConfig):
        return None
    cloud_id = environment.anyscale.cloud_id
    return one_of("tag-key", [CLOUD_ID_TAG]) if cloud_id is None else one_of(f"tag:{CLOUD_ID_TAG}", [cloud_id])
