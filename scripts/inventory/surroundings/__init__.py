"""Everything that stands within reach of the environment, and what of it Terraform's state knows.

Most reads are those of other collectors: the reader makes each only once. Roles and instance profiles come from
ListRoles and ListInstanceProfiles, a thousand a page, because the tagging API does not know roles.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scripts.inventory.reader import Reader
from scripts.inventory.reading import Reading
from scripts.inventory.scope import Scope
from scripts.inventory.surroundings.accounts import start_accounts
from scripts.inventory.surroundings.compute import start_compute
from scripts.inventory.surroundings.data import start_data
from scripts.inventory.surroundings.lustre import start_file_systems
from scripts.inventory.surroundings.memorydb import start_memorydb
from scripts.inventory.surroundings.network import start_network
from scripts.inventory.surroundings.tags import start_tags
from scripts.inventory.surroundings.thing import Managed, Things
from scripts.inventory.surroundings.thing import Thing as Thing


@dataclass(frozen=True)
class Surroundings:
    """What there is, by kind."""

    things: Mapping[str, Reading[tuple[Thing, ...]]]
    """By kind: `security_groups`, `volumes` … Missing where the state has nothing to ask about: no zone, say."""


def collect_surroundings(reader: Reader, scope: Scope) -> Surroundings:
    """Look at everything in the VPC, with the environment's prefix, or with the cluster's tag."""
    managed = Managed(scope)
    starters = (
        start_network,
        start_compute,
        start_data,
        start_file_systems,
        start_memorydb,
        start_accounts,
        start_tags,
    )
    # All are started before the first is waited for.
    started: list[Things] = [start(reader, scope, managed) for start in starters]
    found = {kind: things() for part in started for kind, things in part.items()}
    return Surroundings({kind: things for kind, things in found.items() if things is not None})
