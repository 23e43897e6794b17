"""The faults of `test_faults.py` on what is applied: `python -m tests.inventory.every_fault ENVIRONMENT [READ …]`.

For integration tests, on the embedded AWS: an applied environment makes the reads that the small world of moto cannot
show. Prints what is wrong and exits 1; prints nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator

from config.ec2_cluster import Ec2ClusterConfig
from config.load import load_environment
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.inventory import collect_inventory, patience
from scripts.inventory.scope import scope_of
from tests.inventory.replayed import GARBAGE, Recording, refused, replay


def wrong(environment: Ec2ClusterConfig, chosen: Collection[str]) -> Iterator[str]:
    """The chosen reads, or all, refused and answered with garbage; what must not be, in words."""
    inventory = collect_inventory(environment)
    recording, scope = Recording(inventory.answers), scope_of(environment, inventory.state)
    good = passed(judge(replay(recording, scope), environment, CHECKS))
    for read in [read for read in recording.reads if not chosen or read in chosen]:
        for kind, fault in {"refused": refused, **GARBAGE}.items():
            results = judge(replay(recording, scope, faulty=read, fault=fault), environment, CHECKS)
            yield from (f"{read} {kind}: {check} passes {resource}" for check, resource in passed(results) - good)
            yield from (f"{read} {kind}: {result.check.id} broke" for result in results if broke(result))
            if kind == "refused" and not any(result.detail.startswith(read) for result in results):
                yield f"{read} {kind}: no result says so"


def passed(results: list[Result]) -> set[tuple[str, str]]:
    """What passes."""
    return {(result.check.id, result.resource) for result in results if result.outcome is Outcome.PASS}


def broke(result: Result) -> bool:
    """Whether a check raised."""
    return "the check itself failed" in result.detail


def main() -> int:
    """Print what is wrong."""
    environment = load_environment(sys.argv[1], target="local")
    assert isinstance(environment, Ec2ClusterConfig)
    patience.PATIENCE_SECONDS = 0
    found = list(wrong(environment, sys.argv[2:]))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
