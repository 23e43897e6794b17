"""Look at reports: `python -m scripts.reports open --env demo`, `python -m scripts.reports diff --env demo`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from config.errors import report_user_errors
from config.paths import shown
from scripts.audit.engine import EXIT_UNKNOWN
from scripts.dump.text import printable
from scripts.dump.text import shown as shown_value
from scripts.reports.changes import Change, Comparison, NotComparable, compare
from scripts.reports.choose import Dump, chosen_dumps, newest_page

EXIT_SAME, EXIT_DIFFERENT = 0, 1
EXIT_NOT_COMPARABLE = EXIT_UNKNOWN
"""No difference in what both dumps could read, and one of them could not read everything."""
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.reports", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    page = commands.add_parser("open", help="name the newest page, and show it where there is a desktop")
    difference = commands.add_parser(
        "diff", help="compare two dumps by meaning: 0 same, 1 different, 3 same as far as both could be read"
    )
    for command in (page, difference):
        command.add_argument("--env", required=True, metavar="NAME")
        command.add_argument("--target", choices=("local", "aws"), help="only reports of this target")
    for name, default in (("from", "the one before the other"), ("to", "the newest")):
        difference.add_argument(
            f"--{name}", default="", help=f"dump, folder, or beginning of a date; default: {default}"
        )
    difference.add_argument("--json", action="store_true", help="print the changes as JSON")
    return parser.parse_args()


@report_user_errors
def main() -> int:
    """Run one of the commands."""
    given = arguments()
    if given.command == "open":
        return show_page(newest_page(given.env, given.target), os.environ)
    before, after = chosen_dumps(given.env, given.target, getattr(given, "from"), given.to)
    found = compare(before.document, after.document)
    print(as_json(before, after, found) if given.json else as_text(before, after, found))
    if found.changes:
        return EXIT_DIFFERENT
    return EXIT_NOT_COMPARABLE if found.not_comparable else EXIT_SAME


def show_page(page: Path, variables: Mapping[str, str]) -> int:
    """Print the path, and hand the page to the desktop's browser when there is a desktop."""
    print(shown(page))
    opener = opener_of(variables)
    if opener is not None:
        # Whatever the browser has to say is not for this terminal, and it may stay open for hours.
        subprocess.Popen(
            [opener, str(page)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
    return 0


def opener_of(variables: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """The program that opens a file on the desktop; none over SSH, in CI or in a container."""
    if platform == "darwin":
        return None if "SSH_CONNECTION" in variables or "CI" in variables else shutil.which("open")
    has_desktop = any(variables.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return shutil.which("xdg-open") if has_desktop and "CI" not in variables else None


def as_text(before: Dump, after: Dump, found: Comparison) -> str:
    """The changes by resource, one fact a line, and apart from them what cannot be compared."""
    lines = [f"from {before.name}", f"to   {after.name}"]
    for resource, mine in groupby(found.changes, key=lambda change: change.resource):
        lines += ["", printable(resource), *(f"  {_line(change)}" for change in mine)]
    if found.not_comparable:
        lines += ["", not_comparable_line(found), *(f"  ? {_silent_line(part)}" for part in found.not_comparable)]
    counted = [f"{sum(change.kind == kind for change in found.changes)} {kind}" for kind in _SIGNS]
    same = "no difference in what could be compared" if found.not_comparable else "no difference"
    return "\n".join([*lines, "", ", ".join(counted) if found.changes else same])


def not_comparable_line(found: Comparison) -> str:
    """How much could not be compared, and why."""
    counted = Counter(part.unreadable_in for part in found.not_comparable)
    named = {"from": "FROM", "to": "TO", "both": "FROM and TO"}
    where = ", ".join(
        f"{count} {'part was' if count == 1 else 'parts were'} unreadable in {named[side]}"
        for side, count in counted.items()
    )
    return f"not comparable: {where}"


def _silent_line(part: NotComparable) -> str:
    return printable(f"{' '.join(filter(None, (part.resource, part.path)))}: {part.why}")


def _line(change: Change) -> str:
    values = {
        "added": shown_value(change.after),
        "removed": shown_value(change.before),
        "changed": f"{shown_value(change.before)} → {shown_value(change.after)}",
    }[change.kind]
    path = printable(change.path)
    return f"{_SIGNS[change.kind]} {path}: {values}" if path else f"{_SIGNS[change.kind]} {values}"


def as_json(before: Dump, after: Dump, found: Comparison) -> str:
    """The changes for programs."""
    document = {"from": before.name, "to": after.name, **asdict(found)}
    return json.dumps(document, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
