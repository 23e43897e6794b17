"""Write all that is deployed to a text and a JSON file: `python -m scripts.dump --env demo`.

It is the same round as the audit's and writes the same reports; only what it prints, and its exit code, are others:
0 when everything was readable, else 3.
"""

from __future__ import annotations

import sys
from datetime import datetime, timezone

from config.errors import UserError, report_user_errors
from config.foundation import FoundationConfig
from config.load import load_environment
from config.paths import shown
from scripts.arguments import environment_parser
from scripts.audit.engine import EXIT_CLEAN, EXIT_UNKNOWN
from scripts.audit.round import audit_round
from scripts.reports.folder import text_dump_of
from scripts.reports.write import write_reports


@report_user_errors
def main() -> int:
    """Collect, judge, write."""
    given = environment_parser("scripts.dump", __doc__).parse_args()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, FoundationConfig):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, which has no dump yet")
    audited = audit_round(environment, now=datetime.now(timezone.utc))
    folder = write_reports(audited)
    if audited.coverage.unreadable:
        print(f"{audited.coverage}", file=sys.stderr)
    print(shown(text_dump_of(folder)))
    return EXIT_UNKNOWN if audited.coverage.unreadable else EXIT_CLEAN


if __name__ == "__main__":
    sys.exit(main())
