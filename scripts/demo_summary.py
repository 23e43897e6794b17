"""The end of `make demo`: what was made, where the report is, what to try next."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from config.errors import report_user_errors
from config.paths import REPORTS, shown
from scripts.arguments import environment_parser
from scripts.reports.folder import report_folders
from scripts.state import State, load_state

NEXT_STEPS = (
    ("make report", "look at the audit as a page"),
    ("make output", "addresses, buckets, endpoints"),
    ("make plan", "change environments/demo.yaml and see what it would do"),
    ("make plan ENV=production TARGET=local", "rehearse the large one"),
    ("make checkov", "scan the plans of all environments"),
    ("make destroy", "remove the demo"),
)


def summary(name: str, state: State, reports: Path) -> Iterator[str]:
    """Lines of the summary."""
    counts = Counter(resource.type.removeprefix("aws_") for resource in state.resources)
    most = ", ".join(f"{count} {kind}" for kind, count in counts.most_common(6))
    yield f"{name} is up: {len(state.resources)} resources ({most}, …)"
    yield ""
    yield "Nodes"
    yield from (f"  {node}" for node in nodes(state))
    yield ""
    yield "Reports"
    yield from (f"  {report}" for report in newest_reports(reports) or ["none"])
    yield ""
    yield "Try next"
    yield from (f"  {command:<38} {purpose}" for command, purpose in NEXT_STEPS)


def nodes(state: State) -> list[str]:
    """Name, type and address of each instance, the head first."""
    found = []
    for resource in state.of_type("aws_instance"):
        tags = resource.attributes.get("tags") or {}
        name = str(tags.get("Name", resource.address))
        address = resource.attributes.get("private_ip", "")
        found.append(("-head" not in name, f"{name:<24} {resource.attributes['instance_type']:<12} {address}"))
    return [line for _, line in sorted(found)]


def newest_reports(directory: Path) -> list[str]:
    """The files of the newest report, relative to the checkout."""
    folders = report_folders(directory)
    return [shown(path) for path in sorted(folders[-1].iterdir())] if folders else []


@report_user_errors
def main() -> int:
    """Print the summary of one environment."""
    from config.load import load_environment

    given = environment_parser("scripts.demo_summary", __doc__).parse_args()
    environment = load_environment(given.env, target=given.target)
    print()
    for line in summary(environment.name, load_state(environment), REPORTS / environment.name):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
