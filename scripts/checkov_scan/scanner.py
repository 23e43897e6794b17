"""Run checkov over plans, all in this one process. Runs in .venv-checkov: checkov and the standard library only.

Usage: scanner.py REQUEST.json RESULT.json REPORTS-DIRECTORY
REQUEST: {environment: {"plan": path, "waivers": [{"address": …, "check": …, "reason": …}]}}
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

# Nothing may leave this machine: these are read while checkov is imported.
os.environ.update(CKV_SKIP_PACKAGE_UPDATE_CHECK="true", ANONYMIZE_GRAPH="true", LOG_LEVEL="ERROR")

from checkov.common.bridgecrew.platform_integration import bc_integration
from checkov.common.models.enums import CheckResult
from checkov.common.output.report import Report
from checkov.common.output.sarif import Sarif
from checkov.runner_filter import RunnerFilter
from checkov.terraform.plan_runner import Runner


def scan(plan: Path, waivers: dict[tuple[str, str], str]) -> Report:
    """Scan one plan, and move what is waived from failed to skipped."""
    report = Runner().run(files=[str(plan)], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    failed = report.failed_checks
    report.failed_checks = []
    for record in failed:
        reason = waivers.get((record.resource, record.check_id))
        if reason:
            record.check_result = {"result": CheckResult.SKIPPED, "suppress_comment": reason}
            report.skipped_checks.append(record)
        else:
            report.failed_checks.append(record)
    return report


def summary(report: Report, plan: Path) -> dict[str, Any]:
    """What the caller judges."""
    records = [*report.passed_checks, *report.failed_checks, *report.skipped_checks]
    changes = json.loads(plan.read_text()).get("resource_changes", [])
    return {
        "planned": sum(change["mode"] == "managed" for change in changes),
        "evaluated": len({record.resource for record in records}),
        "passed": len(report.passed_checks),
        "failed": [finding(record) for record in report.failed_checks],
        "waived": [finding(record) for record in report.skipped_checks],
        "unparsed": report.parsing_errors,
    }


def finding(record: Any) -> dict[str, str]:
    """One record as plain JSON."""
    return {"check": record.check_id, "address": record.resource, "title": record.check_name}


def name_by_environment(report: Report, environment: str) -> None:
    """Show the environment in the reports, not the path of a scratch file."""
    for record in [*report.passed_checks, *report.failed_checks, *report.skipped_checks]:
        record.file_path = record.repo_file_path = f"/environments/{environment}.yaml"
        record.file_line_range = [1, 1]


def write(path: Path, text: str) -> None:
    """Write in one step: nobody ever finds half a report."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)


def main() -> int:
    """Scan every plan of the request, write the results and the reports."""
    request_file, result_file, reports = (Path(argument) for argument in sys.argv[1:])
    logging.getLogger().setLevel(logging.ERROR)
    bc_integration.skip_download = True
    results, scanned = {}, []
    for environment, wanted in json.loads(request_file.read_text()).items():
        waivers = {(waiver["address"], waiver["check"]): waiver["reason"] for waiver in wanted["waivers"]}
        report = scan(Path(wanted["plan"]), waivers)
        results[environment] = summary(report, Path(wanted["plan"]))
        name_by_environment(report, environment)
        scanned.append(report)
    write(reports / "results.sarif", json.dumps(Sarif(scanned, "Checkov").json, indent=1))
    suites = [report.get_test_suite() for report in scanned]
    write(reports / "junit.xml", Report.get_junit_xml_string(suites))
    write(result_file, json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
