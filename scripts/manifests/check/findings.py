"""What the rules find, as text or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.manifests.check.registry import Rule


@dataclass(frozen=True)
class Finding:
    """One rule at one place."""

    rule: Rule
    file: str
    line: int
    subject: str
    """`RayCluster/ray-dev`; empty where no document is."""
    path: str
    """`spec.workerGroupSpecs[0].minReplicas`; empty for a whole document."""
    wrong: str
    got: str
    want: str

    def __str__(self) -> str:
        subject = "".join(f"{part}: " for part in (self.subject, self.path) if part)
        return f"{self.file}:{self.line}: {subject}{self.wrong}: got {self.got}, want {self.want} ({self.rule.id})"


@dataclass(frozen=True)
class Report:
    """What a check has found, and what it looked at."""

    findings: Sequence[Finding]
    documents: int
    rules: int
    skipped: int
    """Rules that need an environment, for files that belong to none."""


def render_text(report: Report) -> str:
    """One line a finding, and a summary."""
    return "\n".join([*map(str, report.findings), *_summary(report)])


def _summary(report: Report) -> Iterator[str]:
    looked_at = f"{_many(report.documents, 'document')}, {report.rules} rules"
    found = _many(len(report.findings), "finding") if report.findings else "no findings"
    yield f"{looked_at}: {found}" + ("; docs/manifest-rules.md says why" if report.findings else "")
    if report.skipped:
        yield f"skipped: {report.skipped} rules that compare with an environment, to which FILES= belong not"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def render_json(report: Report) -> str:
    """The same for scripts."""
    content = {
        "documents": report.documents,
        "rules": report.rules,
        "skipped_rules": report.skipped,
        "findings": [
            {
                "rule": finding.rule.id,
                "file": finding.file,
                "line": finding.line,
                "subject": finding.subject,
                "path": finding.path,
                "wrong": finding.wrong,
                "got": finding.got,
                "want": finding.want,
                "why": finding.rule.why,
                "source": finding.rule.source,
            }
            for finding in report.findings
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)
