"""What the AWS provider waits minutes for when it deletes it, however soon it is gone."""

from __future__ import annotations

from scripts.local_aws.extensions.amp_scrapers import delete_slow_scrapers
from scripts.local_aws.extensions.fsx import delete_slow_file_systems
from scripts.local_aws.extensions.memorydb import delete_slow_clusters


def delete_slow_resources(prefix: str) -> int:
    """Delete those whose names begin so, in every region, and count them; see `client.prepare_destroy`."""
    kinds = (delete_slow_clusters, delete_slow_file_systems, delete_slow_scrapers)
    return sum(delete_slow(prefix) for delete_slow in kinds)
