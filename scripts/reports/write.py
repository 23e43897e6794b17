"""All reports of one round, from one inventory, written as one folder."""

from __future__ import annotations

import json
from pathlib import Path

from scripts.dump.document import dump_document
from scripts.dump.text import render_text
from scripts.reports.audit_document import audit_document, render_audit
from scripts.reports.audited import Audited
from scripts.reports.folder import AUDIT, JUNIT, PAGE, SARIF, date_of, dump_name, environment_folder, write_folder
from scripts.reports.junit import render_junit
from scripts.reports.page import render_page
from scripts.reports.sarif import render_sarif
from scripts.reports.withheld import secrets_of, without_secrets


def write_reports(audited: Audited) -> Path:
    """Write `reports/<env>/<date>/` and let `latest` lead there; gives the folder. Raises UserError."""
    directory = environment_folder(audited.environment.name)
    return write_folder(directory, date_of(audited.generated), render_reports(audited))


def render_reports(audited: Audited) -> dict[str, str]:
    """Every file by name. All are rendered before one is written: a fault in one leaves no half report."""
    dump = dump_document(audited.inventory, audited.environment, generated=audited.generated)
    audit = audit_document(audited)
    date, secrets = date_of(audited.generated), secrets_of(audited.inventory.state)
    files = {
        dump_name(date, ".txt"): render_text(dump),
        dump_name(date, ".json"): json.dumps(dump, indent=2, ensure_ascii=False) + "\n",
        AUDIT: render_audit(audit),
        JUNIT: render_junit(audit),
        SARIF: render_sarif(audited, audit),
        PAGE: render_page(audited, dump, audit),
    }
    return {name: without_secrets(text, secrets) for name, text in files.items()}
