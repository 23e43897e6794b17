"""Write all that is deployed to a text and a JSON file: `python -m scripts.dump --env demo`."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from config.errors import UserError, report_user_errors
from config.load import load_environment
from config.paths import REPORTS, shown
from config.static_ec2 import StaticEc2Config
from scripts.arguments import environment_parser
from scripts.dump.document import dump_document
from scripts.dump.text import render_text
from scripts.inventory import collect_inventory
from scripts.report_file import write_report


def write_dump(document: dict[str, Any], directory: Path, *, day: str) -> Path:
    """Write both files; those of the same day are replaced. Gives the path of the text."""
    # Both are rendered before one is written: a fault in a template leaves the old pair.
    text, as_json = render_text(document), json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    path = directory / f"ray_cluster_aws_config_dump_{day}.txt"
    write_report(path.with_suffix(".json"), as_json)
    write_report(path, text)
    return path


@report_user_errors
def main() -> int:
    """Collect, arrange, write."""
    given = environment_parser("scripts.dump", __doc__).parse_args()
    environment = load_environment(given.env, target=given.target)
    if not isinstance(environment, StaticEc2Config):
        raise UserError(f"{environment.name} has flavour {environment.flavour}, which has no dump yet")
    now = datetime.now(timezone.utc)
    inventory = collect_inventory(environment)
    document = dump_document(inventory, environment, generated=now)
    path = write_dump(document, REPORTS / environment.name, day=now.date().isoformat())
    if inventory.coverage.unreadable:
        print(f"{inventory.coverage}", file=sys.stderr)
    print(shown(path))
    return 0


if __name__ == "__main__":
    sys.exit(main())
