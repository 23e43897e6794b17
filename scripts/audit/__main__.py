"""Judge what is deployed: `python -m scripts.audit --env demo`."""

from __future__ import annotations

import argparse
import sys

from config.errors import UserError, report_user_errors
from config.load import load_environment
from config.paths import shown
from config.static_ec2 import StaticEc2Config
from scripts.arguments import environment_parser
from scripts.audit.checks import CHECKS
from scripts.audit.engine import exit_code, judge
from scripts.audit.json_report import json_report_path, render_json
from scripts.audit.report import open_console, print_report
from scripts.inventory import collect_inventory
from scripts.report_file import write_report


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = environment_parser("scripts.audit", __doc__)
    parser.add_argument("--all", action="store_true", help="list what passed, too")
    parser.add_argument("--json", action="store_true", help="print the JSON report in the place of the table")
    return parser.parse_args()


@report_user_errors
def main() -> int:
    """Collect, judge, report."""
    given = arguments()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, StaticEc2Config):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, which has no audit yet")
    inventory = collect_inventory(environment)
    results = judge(inventory, environment, CHECKS)
    report = render_json(results, inventory.coverage, environment)
    path = json_report_path(environment)
    write_report(path, report)
    if given.json:
        sys.stdout.write(report)
    else:
        print_report(open_console(), results, inventory.coverage, name=environment.name, show_all=given.all)
        print(f"report: {shown(path)}")
    return exit_code(results)


if __name__ == "__main__":
    sys.exit(main())
