"""What changed since the last report: what is deployed, and what the audit says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.reports.changes import Change, NotComparable, compare
from scripts.reports.folder import AUDIT, dump_of

_COUNTED = frozenset({"FAIL", "UNKNOWN"})


@dataclass(frozen=True)
class Finding:
    """A finding of one of two reports."""

    check: str
    outcome: str
    resource: str
    detail: str


@dataclass(frozen=True)
class Since:
    """The difference to an earlier report."""

    date: str
    """Name of its folder."""
    changes: tuple[Change, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    not_comparable: tuple[NotComparable, ...]
    """What one of the two could not read: no change that anybody knows of."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed, as far as it is known."""
        return not (self.changes or self.new or self.gone)


def since_last(folder: Path | None, dump: Mapping[str, Any], audit: Mapping[str, Any]) -> Since | str:
    """Compare with the report in a folder; says in words why that cannot be done."""
    if folder is None:
        return "This is the first report of this environment on this target."
    try:
        old_dump, old_audit = (_read(path) for path in (dump_of(folder), folder / AUDIT))
        old, new = _findings(old_audit), _findings(audit)
        found = compare(old_dump, dump)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return f"The last report, {folder.name}, cannot be read: it was edited, or is of another version of Rayform."
    return Since(
        folder.name,
        found.changes,
        tuple(finding for key, finding in new.items() if key not in old),
        tuple(finding for key, finding in old.items() if key not in new),
        found.not_comparable,
    )


def _read(path: Path | None) -> dict[str, Any]:
    if path is None:
        raise FileNotFoundError
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _findings(audit: Mapping[str, Any]) -> dict[tuple[str, ...], Finding]:
    """What failed or is unknown and not muted, by what it is about: another wording is no other finding."""
    found: dict[tuple[str, ...], Finding] = {}
    for result in audit["results"]:
        if result["outcome"] in _COUNTED and not result["mute"]:
            key = (result["check"], result["outcome"], result["resource"], result["attribute"])
            found[key] = Finding(result["check"], result["outcome"], result["resource"], result["detail"])
    return found
