"""Verify the AWS side of an Anyscale cloud by effect: `python -m scripts.verify --env anyscale`.

Exit codes: 0 clean, 1 failed, 3 unknown, or nothing could be judged. Warnings are failures of low severity.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import datetime, timezone
from functools import partial

from config.anyscale_cloud import AnyscaleCloudConfig
from config.errors import UserError, report_user_errors
from config.load import load_environment
from scripts.arguments import environment_parser, parsed
from scripts.audit.engine import EXIT_UNKNOWN, exit_code
from scripts.audit.report import open_console, print_report
from scripts.audit.round import audit_round
from scripts.reports.audit_document import audit_document, render_audit
from scripts.verify.verification import NOT_VERIFIED, verifying


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = environment_parser("scripts.verify", __doc__)
    parser.add_argument("--all", action="store_true", help="list what passed, too")
    parser.add_argument("--json", action="store_true", help="print a JSON report in the place of the table")
    # argparse says 2, which is said of drift by the audit.
    return parsed(parser, refused=EXIT_UNKNOWN)


@partial(report_user_errors, code=EXIT_UNKNOWN)
def main() -> int:
    """Collect, judge, print."""
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, AnyscaleCloudConfig):
        raise UserError(
            f"{environment.name} has flavour {environment.flavour}, make verify is for anyscale-cloud; "
            f"run: make audit ENV={environment.name}"
        )
    audited = audit_round(environment, now=datetime.now(timezone.utc))
    audited = replace(audited, results=verifying(audited.results))
    if given.json:
        sys.stdout.write(render_audit(audit_document(audited)))
    else:
        print_report(open_console(), audited.results, audited.coverage, name=environment.name, show_all=given.all)
        print(NOT_VERIFIED)
    return exit_code(audited.results)


if __name__ == "__main__":
    sys.exit(main())
