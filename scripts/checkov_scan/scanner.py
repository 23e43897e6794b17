"""Run checkov over plans, all in this one process. Runs in .venv-checkov: checkov and the standard library only.

Usage: python -m scripts.checkov_scan.scanner REQUEST.json RESULT.json [REPORTS-DIRECTORY]
REQUEST: {environment: {"plan": path, "waivers": [{"address": …, "check": …, "reason": …}], "declared": {…}}}
"""

from __future__ import annotations

import gc
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

from scripts.checkov_scan.adapter import PolicyChecks
from scripts.checkov_scan.plan_reader import read_plans_as_json
from scripts.checkov_scan.policies.declared import Declared
from scripts.checkov_scan.policies.plan import Plan

Waivers = dict[tuple[str, str], str]
"""Reasons by address and check."""


def scan(plan: Path, waivers: Waivers) -> Report:
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


def summary(report: Report, planned: int, undecided: list[dict[str, str]], waivers: Waivers) -> dict[str, Any]:
    """What the caller judges."""
    records = [*report.passed_checks, *report.failed_checks, *report.skipped_checks]
    waived = [each for each in undecided if waivers.get((each["address"], each["check"]))]
    return {
        "planned": planned,
        "evaluated": len({record.resource for record in records}),
        "passed": len(report.passed_checks),
        "failed": [finding(record) for record in report.failed_checks],
        "waived": [*map(finding, report.skipped_checks), *waived],
        "undecided": [each for each in undecided if each not in waived],
        "unparsed": report.parsing_errors,
    }


def planned(document: dict[str, Any]) -> int:
    """Resources that the plan makes or keeps."""
    return sum(change["mode"] == "managed" for change in document.get("resource_changes", []))


def finding(record: Any) -> dict[str, str]:
    """One record as plain JSON."""
    detail = "; ".join(record.details or ())
    return {"check": record.check_id, "address": record.resource, "title": record.check_name, "detail": detail}


def name_by_environment(report: Report, environment: str) -> None:
    """Show the environment in the reports, not the path of a scratch file."""
    for record in [*report.passed_checks, *report.failed_checks, *report.skipped_checks]:
        record.file_path = record.repo_file_path = f"/environments/{environment}.yaml"
        record.file_line_range = [1, 1]


def collect_less_garbage() -> None:
    """Half of the time of a scan went into looking through checkov's own objects again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)


def write(path: Path, text: str) -> None:
    """Write in one step: nobody ever finds half a report."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)


def scan_environment(checks: PolicyChecks, wanted: dict[str, Any]) -> tuple[Report, dict[str, Any]]:
    """Scan the plan of one environment; what no policy understands counts as not read."""
    plan = Path(wanted["plan"])
    waivers = {(waiver["address"], waiver["check"]): waiver["reason"] for waiver in wanted["waivers"]}
    document = json.loads(plan.read_text())
    try:
        checks.look_at(Plan(document, Declared.from_json(wanted["declared"])))
    except ValueError as error:
        nothing = Report("terraform_plan")
        nothing.add_parsing_errors([f"{plan.name}: {error}"])
        return nothing, summary(nothing, planned(document), [], {})
    report = scan(plan, waivers)
    return report, summary(report, planned(document), checks.undecided, waivers)


def write_reports(directory: Path, reports: list[Report]) -> None:
    """SARIF and JUnit, of all environments together."""
    write(directory / "results.sarif", json.dumps(Sarif(reports, "Checkov").json, indent=1))
    write(directory / "junit.xml", Report.get_junit_xml_string([report.get_test_suite() for report in reports]))


def main() -> int:
    """Scan every plan of the request, write the results and the reports."""
    request_file, result_file, *directories = (Path(argument) for argument in sys.argv[1:])
    logging.getLogger().setLevel(logging.ERROR)
    bc_integration.skip_download = True
    checks = PolicyChecks()
    read_plans_as_json()
    collect_less_garbage()
    results, reports = {}, []
    for environment, wanted in json.loads(request_file.read_text()).items():
        report, results[environment] = scan_environment(checks, wanted)
        if directories:
            name_by_environment(report, environment)
            reports.append(report)
    for directory in directories:
        write_reports(directory, reports)
    write(result_file, json.dumps(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
