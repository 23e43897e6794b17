"""Name the known traps in a cluster.yaml for `ray up` on AWS; exit code 1 where there are some."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from config.errors import UserError, report_user_errors
from scripts.cluster_yaml.lint.cluster import mapping, shown
from scripts.cluster_yaml.lint.document import Document, read_document
from scripts.cluster_yaml.lint.findings import find_traps, render_json, render_text

EXIT_TRAPS = 1


@report_user_errors
def main() -> int:
    """Print the traps of the file that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m scripts.cluster_yaml.lint", description=__doc__)
    parser.add_argument("file", nargs="?", metavar="FILE", help="the cluster.yaml")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    if not arguments.file:
        raise UserError("got no file, want one: make lint-cluster-yaml FILE=cluster.yaml")
    document = read_document(Path(arguments.file))
    _require_aws(document)
    findings = find_traps(document)
    print(render_json(document, findings) if arguments.json else render_text(document, findings))
    return EXIT_TRAPS if findings else 0


def _require_aws(document: Document) -> None:
    """Raise UserError for another provider than AWS."""
    provider = document.content.get("provider")
    kind = mapping(provider).get("type")
    if kind == "aws":
        return
    got = f"provider type {shown(kind)}" if kind is not None else "no `provider: {type: …}`"
    line = document.line_of(("provider", "type"))
    raise UserError(f"{document.name}:{line}: got {got}, want provider type aws: this reads no other")


if __name__ == "__main__":
    sys.exit(main())
