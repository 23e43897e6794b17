"""Scan the plans of all environments: console table, SARIF and JUnit in reports/checkov, exit 1 when not clean."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from config.errors import report_user_errors
from config.load import load_environment
from config.paths import REPORTS, ROOT, environment_names
from scripts.checkov_scan.plans import SCRATCH, plan_file, stack_file
from scripts.checkov_scan.process import request, run_scanner
from scripts.checkov_scan.results import ScanResult, problems
from scripts.checkov_scan.table import print_results
from scripts.checkov_scan.waivers import Waiver, read_waivers

OUTPUT = REPORTS / "checkov"


def make_plans() -> None:
    """Plan in a process of its own, because the folder of the embedded AWS is chosen at its start."""
    variables = {**os.environ, "RAYFORM_LOCAL_AWS": str(SCRATCH / "local-aws")}
    command = [sys.executable, "-m", "scripts.checkov_scan.plans"]
    if code := subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode:
        sys.exit(code)  # it has said why


def scan_all(waivers: dict[str, list[Waiver]]) -> list[ScanResult]:
    """Scan the plans of all environments."""
    requests = {name: request(plan_file(name), load_environment(name), each) for name, each in waivers.items()}
    return run_scanner(requests, SCRATCH, OUTPUT)


def drop_old_outputs() -> None:
    """Remove what an earlier scan has left, which would pass for this one's when it fails half way."""
    for path in (SCRATCH / "result.json", OUTPUT / "results.sarif", OUTPUT / "junit.xml"):
        path.unlink(missing_ok=True)
    for name in environment_names():
        plan_file(name).unlink(missing_ok=True)


@report_user_errors
def main() -> int:
    """Plan, scan, judge."""
    drop_old_outputs()
    make_plans()
    waivers = {name: read_waivers(json.loads(stack_file(name).read_text())) for name in environment_names()}
    results = scan_all(waivers)
    print_results(results, waivers)
    found = problems(results, waivers)
    for line in found:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
