"""`report.html`: one file that asks nobody for anything, with all that the other reports hold."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from config.paths import TEMPLATES
from scripts.dump.text import shown
from scripts.reports.audit_document import AuditDocument
from scripts.reports.audited import Audited
from scripts.reports.changes import Change
from scripts.reports.drawing import draw
from scripts.reports.findings import STATES, Finding, data_of, findings_of
from scripts.reports.network_map import network_map
from scripts.reports.port_view import PortView, port_view
from scripts.reports.script_json import script_json
from scripts.reports.since import Since, since_last

_FOLDER = TEMPLATES / "reports" / "page"
_VERDICTS = {
    0: ("clean", "Clean", "Everything that was judged is as it should be."),
    1: ("failed", "Failed", "At least one check failed."),
    2: ("drift", "Drift only", "What is deployed differs from Terraform's state, and nothing else is wrong."),
    3: ("unknown", "Unknown", "Nothing failed, but not everything could be judged."),
}
_LONGEST_VALUE = 400


def render_page(audited: Audited, dump: Mapping[str, Any], audit: AuditDocument) -> str:
    """Render the page."""
    findings = findings_of(audit.results)
    network = network_map(audited.inventory, audit.results)
    ports = port_view(audit.ports)
    style, program = ((_FOLDER / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            audit=audit,
            flavour=audited.environment.flavour,
            when=audit.generated.strftime("%Y-%m-%d %H:%M:%S UTC"),
            verdict=_VERDICTS[audit.exit_code],
            coverage=str(audited.coverage),
            findings=findings,
            choices=_choices(findings),
            totals=_totals(audit),
            network=network,
            drawings=(draw(network), draw(network, narrow=True)),
            ports=ports,
            since=since_last(audited.previous, dump, audit.model_dump(mode="json")),
            style=Markup(style),  # noqa: S704 — our own file
            program=Markup(program),  # noqa: S704 — our own file
            style_hash=_hash(style),
            program_hash=_hash(program),
            data=script_json({"findings": data_of(findings), "ports": _port_data(ports)}),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = _short
    environment.filters["prose"] = _prose
    environment.globals.update(by_resource=_by_resource, is_since=lambda found: isinstance(found, Since))
    return environment


def _hash(text: str) -> str:
    """What the page's security policy allows: this very text and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _short(value: Any) -> str:
    text = shown(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _prose(text: str) -> Markup:
    """What a docstring says, with its backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _by_resource(changes: Iterable[Change]) -> list[tuple[str, list[Change]]]:
    return [(resource, list(found)) for resource, found in groupby(changes, key=lambda change: change.resource)]


def _totals(audit: AuditDocument) -> list[tuple[str, str, int]]:
    counts = audit.counts
    return [
        ("fail", "Failed", counts.FAIL),
        ("unknown", "Unknown", counts.UNKNOWN),
        ("muted", "Muted", counts.muted),
        ("pass", "Passed", counts.PASS),
    ]


def _choices(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """What the filters offer: what there is."""
    found = list(findings)
    severities = {finding.check.severity for finding in found}
    return {
        "state": [state for state in STATES if any(finding.state == state for finding in found)],
        "severity": [severity for severity in ("high", "medium", "low") if severity in severities],
        "service": sorted({finding.service for finding in found}),
        "kind": sorted({kind for finding in found for kind in finding.kinds}),
    }


def _port_data(ports: PortView) -> list[list[Any]]:
    return [
        [entry.cell.source, entry.cell.destination, entry.cell.port, entry.cell.ports, entry.words, entry.cell.hops]
        for entry in ports.entries
    ]
