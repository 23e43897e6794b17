"""The traps that a file has, as text or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scripts.cluster_yaml.lint.cluster import Cluster
from scripts.cluster_yaml.lint.document import Document
from scripts.cluster_yaml.lint.registry import Severity, Trap
from scripts.cluster_yaml.lint.traps import TRAPS

_ORDER = {severity: position for position, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Finding:
    """One trap at one place."""

    trap: Trap
    line: int
    subject: str
    got: str


def find_traps(document: Document) -> list[Finding]:
    """Every trap of a file, the worst first, then by line."""
    cluster = Cluster(document)
    found = [
        Finding(trap, hit.line or document.line_of(hit.place), hit.subject, hit.got)
        for trap in TRAPS
        for hit in trap.judge(cluster)
    ]
    return sorted(found, key=lambda finding: (_ORDER[finding.trap.severity], finding.line, finding.trap.id))


def render_text(document: Document, findings: list[Finding]) -> str:
    """Two lines a finding, the reason once for each trap, and a summary."""
    return "\n".join([*_lines(document, findings), _summary(document, findings)])


def _lines(document: Document, findings: Iterable[Finding]) -> Iterator[str]:
    explained: set[str] = set()
    for finding in findings:
        trap = finding.trap
        subject = f"{finding.subject}: " if finding.subject else ""
        place = f"{document.name}:{finding.line}: {trap.severity.value}: {subject}"
        yield f"{place}{trap.title}: got {finding.got}, want {trap.want} [{trap.id}]"
        if trap.id not in explained:
            explained.add(trap.id)
            yield f"    why: {trap.why} {trap.source}"


def _summary(document: Document, findings: list[Finding]) -> str:
    if not findings:
        return f"{document.name}: none of the {len(TRAPS)} known traps"
    counts = Counter(finding.trap.severity for finding in findings)
    parts = ", ".join(f"{counts[severity]} {severity.value}" for severity in Severity if counts[severity])
    kinds = len({finding.trap.id for finding in findings})
    places = f"{len(findings)} place{'s' * (len(findings) != 1)}"
    return (
        f"{document.name}: {kinds} of the {len(TRAPS)} known traps, in {places} ({parts}); "
        "docs/cluster-yaml-traps.md lists them all"
    )


def render_json(document: Document, findings: list[Finding]) -> str:
    """The same for scripts."""
    return json.dumps(
        {
            "file": document.name,
            "traps": [
                {
                    "id": finding.trap.id,
                    "severity": finding.trap.severity.value,
                    "line": finding.line,
                    "subject": finding.subject,
                    "title": finding.trap.title,
                    "got": finding.got,
                    "want": finding.trap.want,
                    "why": finding.trap.why,
                    "source": finding.trap.source,
                }
                for finding in findings
            ],
        },
        indent=2,
        ensure_ascii=False,
    )
