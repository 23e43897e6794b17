"""Judge what is deployed: `python -m scripts.audit --env demo`.

Exit codes: 0 clean, 1 failed, 2 nothing but drift, 3 unknown, or nothing could be judged.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial

from config.errors import UserError, report_user_errors
from config.foundation import FoundationConfig
from config.kuberay_eks import KuberayEksConfig
from config.load import load_environment
from config.paths import shown
from scripts.arguments import environment_parser, parsed
from scripts.audit.applies import is_autoscaling
from scripts.audit.ask_kubernetes import NOT_JUDGED
from scripts.audit.ask_ray import NOT_ASKED
from scripts.audit.engine import DRIFT, EXIT_UNKNOWN, Result, exit_code
from scripts.audit.report import open_console, print_report
from scripts.audit.round import all_checks, audit_round
from scripts.reports.folder import AUDIT
from scripts.reports.write import write_reports


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = environment_parser("scripts.audit", __doc__)
    services = sorted({check.service for check in all_checks(datetime.now(timezone.utc).date())})
    parser.add_argument("--all", action="store_true", help="list what passed, too")
    parser.add_argument("--ask-ray", action="store_true", help="also ask Ray on the head which workers it knows")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print the JSON report in the place of the table")
    shape.add_argument("--only", choices=services, metavar="SERVICE", help="judge by one part, and write no report")
    # argparse says 2, which is said of drift here.
    return parsed(parser, refused=EXIT_UNKNOWN)


@partial(report_user_errors, code=EXIT_UNKNOWN)
def main() -> int:
    """Collect, judge, report."""
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, FoundationConfig):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, which has no audit yet")
    if given.ask_ray and not is_autoscaling(environment):
        raise UserError(f"ASK_RAY: {environment.name} has flavour {environment.flavour}, it is for autoscaling-ec2")
    audited = audit_round(environment, now=datetime.now(timezone.utc), with_ray=given.ask_ray)
    results = _chosen(audited.results, given.only)
    if not results:
        raise UserError(f"no check of {given.only} is for {environment.name}, which declares nothing of it")
    if not given.json:
        # Before the reports: a full disk must not swallow what was found.
        print_report(open_console(), results, audited.coverage, name=environment.name, show_all=given.all)
        if is_autoscaling(environment) and not given.ask_ray:
            print(NOT_ASKED)
        if isinstance(environment, KuberayEksConfig) and environment.target == "local" and given.only != DRIFT:
            print(NOT_JUDGED)
    if given.only is None:
        folder = write_reports(audited)
        sys.stdout.write((folder / AUDIT).read_text(encoding="utf-8") if given.json else f"report: {shown(folder)}\n")
    return exit_code(results)


def _chosen(results: Sequence[Result], service: str | None) -> list[Result]:
    return [result for result in results if service in (None, result.check.service)]


if __name__ == "__main__":
    sys.exit(main())
