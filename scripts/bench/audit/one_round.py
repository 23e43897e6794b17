"""One round of reads in a process of its own: `python -m scripts.bench.audit.one_round ENVIRONMENT` prints figures.

Where AWS is comes in `AWS_ENDPOINT_URL`, as for any AWS client.
"""

from __future__ import annotations

import time

BEGIN = time.perf_counter()

import json  # noqa: E402 — the imports are what is timed
import os  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
from dataclasses import asdict, dataclass  # noqa: E402

from config.foundation import FoundationConfig  # noqa: E402
from config.load import load_environment  # noqa: E402
from scripts.inventory.inventory import collect_through  # noqa: E402
from scripts.inventory.session import session_for  # noqa: E402
from scripts.target import emulator_account  # noqa: E402

KIB_PER_MIB = 1024


@dataclass(frozen=True)
class Round:
    """Figures of one round."""

    import_seconds: float
    """Python's start is not in it."""
    inventory_seconds: float
    """From the account's number to the models: session, clients, state, reads, parsing."""
    processor_seconds: float
    peak_mib: float
    reads: int
    instances: int
    coverage: str


def measure(name: str) -> Round:
    """Read the environment once."""
    environment = load_environment(name, target="local")
    assert isinstance(environment, FoundationConfig)
    begin, processor = time.perf_counter(), time.process_time()
    emulator_account(os.environ["AWS_ENDPOINT_URL"])
    inventory = collect_through(session_for(os.environ, environment.region), environment)
    end, processor_end = time.perf_counter(), time.process_time()
    instances = inventory.nodes.instances
    return Round(
        import_seconds=IMPORTED - BEGIN,
        inventory_seconds=end - begin,
        processor_seconds=processor_end - processor,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB_PER_MIB,
        reads=inventory.coverage.made,
        instances=len(instances) if isinstance(instances, tuple) else 0,
        coverage=str(inventory.coverage),
    )


IMPORTED = time.perf_counter()

if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1]))))
