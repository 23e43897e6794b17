"""Measure, and exit 1 when a limit is not kept."""

from __future__ import annotations

import sys

from rich.console import Console

from config.errors import report_user_errors
from scripts.bench.clone import empty_clone
from scripts.bench.limits import Measurement, table
from scripts.bench.scenarios import deployment, set_up, synth


@report_user_errors
def main() -> int:
    """Run all scenarios, in this order, in one clone."""
    measurements: list[Measurement] = []
    with empty_clone() as clone:
        for scenario in (set_up, synth, deployment):
            for measurement in scenario(clone):
                print(f"{measurement.what}: {measurement.value:.2f} {measurement.unit}", flush=True)
                measurements.append(measurement)
    Console().print(table(measurements))
    return 0 if all(measurement.ok for measurement in measurements) else 1


if __name__ == "__main__":
    sys.exit(main())
