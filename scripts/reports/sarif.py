"""`audit.sarif`: the audit for code scanning, each finding at the line of the environment file that it comes from.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from scripts.audit.engine import Result
from scripts.audit.registry import Check, Severity
from scripts.reports.audit_document import AuditDocument, NoAnswer, ResultPart
from scripts.reports.audited import Audited

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "rayformFinding/v2"
_LEVELS = {"high": "error", "medium": "warning", "low": "note"}
_SCORES = {Severity.HIGH: "8.0", Severity.MEDIUM: "5.0", Severity.LOW: "2.0"}
"""What GitHub shows as high, medium and low.

Source: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""


def render_sarif(audited: Audited, document: AuditDocument) -> str:
    """Write what failed and what is unknown; what is muted is there as suppressed."""
    rules = _rules(audited.results)
    ids = [check.id for check in rules]
    run = {
        "tool": {"driver": {"name": "Rayform audit", "rules": [_rule(check) for check in rules]}},
        "automationDetails": {"id": f"rayform-audit/{document.environment}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(document)],
        "results": [
            _result(result, ids.index(result.check), document, fingerprint)
            for result, fingerprint in _fingerprinted(document.results)
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rules(results: Iterable[Result]) -> list[Check]:
    """The checks that ran, each once."""
    return sorted({result.check.id: result.check for result in results}.values(), key=lambda check: check.id)


def _rule(check: Check) -> dict[str, Any]:
    paragraphs = [check.title, check.why and f"Why: {check.why}", check.fix and f"Fix: {check.fix}"]
    text = "\n\n".join(filter(None, paragraphs))
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": text},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _LEVELS[check.severity.value]},
        "properties": {
            "tags": ["security", check.service, *check.standards],
            "security-severity": _SCORES[check.severity],
        },
    }


def _result(result: ResultPart, rule_index: int, document: AuditDocument, fingerprint: str) -> dict[str, Any]:
    # A result that is not of the kind "fail" has the level "none": section 3.27.10.
    kind, level = ("fail", _LEVELS[result.severity]) if result.outcome == "FAIL" else ("review", "none")
    return {
        "ruleId": result.check,
        "ruleIndex": rule_index,
        "kind": kind,
        "level": level,
        "message": {"text": _message(result)},
        "locations": [_location(result, document)],
        "partialFingerprints": {FINGERPRINT: fingerprint},
        **_suppressions(result),
        "properties": dict(_properties(result)),
    }


def _message(result: ResultPart) -> str:
    """What was seen; which setting it comes from, where the line cannot show it."""
    defaulted = result.setting and result.line is None
    more = f" (setting {result.setting}: not in the environment file, so its default holds)" if defaulted else ""
    return f"{result.resource}: {result.detail}{more}"


def _location(result: ResultPart, document: AuditDocument) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": f"environments/{document.environment}.yaml", "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": result.line or 1},
        }
    }
    if result.address:
        location["logicalLocations"] = [{"fullyQualifiedName": result.address, "kind": "resource"}]
    return location


def _suppressions(result: ResultPart) -> dict[str, Any]:
    if result.mute is None:
        return {}
    reason = f"{result.mute.reason} (until {result.mute.until})"
    return {"suppressions": [{"kind": "external", "status": "accepted", "justification": reason}]}


def _properties(result: ResultPart) -> Iterator[tuple[str, str]]:
    for name in ("address", "construct_path", "setting", "attribute", "intended", "deployed"):
        value = getattr(result, name)
        if value:
            yield name, value


def _fingerprinted(results: Iterable[ResultPart]) -> Iterator[tuple[ResultPart, str]]:
    """What did not pass, each with a fingerprint of its own: the same in the next report, whatever its wording."""
    seen: Counter[tuple[str, ...]] = Counter()
    for result in results:
        if result.outcome != "PASS":
            parts = (result.check, result.outcome, result.resource, result.address, result.attribute)
            seen[parts] += 1
            # What one check says twice of one thing is told apart by its number: the order is the report's.
            numbered = (*parts, str(seen[parts])) if seen[parts] > 1 else parts
            yield result, hashlib.sha256("\0".join(numbered).encode()).hexdigest()[:32]


def _invocation(document: AuditDocument) -> dict[str, Any]:
    coverage = document.coverage
    silent = {"refused": coverage.refused, "not supported": coverage.not_supported, "failed": coverage.failed}
    return {
        "executionSuccessful": not any(silent.values()),
        "exitCode": document.exit_code,
        "endTimeUtc": document.generated.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": [_notification(why, read) for why, reads in silent.items() for read in reads],
    }


def _notification(why: str, read: NoAnswer) -> dict[str, Any]:
    about = f" of {read.about}" if read.about else ""
    return {"level": "warning", "message": {"text": f"{read.read}{about}: {why}, {read.code}"}}
