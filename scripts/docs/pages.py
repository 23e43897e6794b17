"""The list of generated pages: add yours here."""

from __future__ import annotations

from scripts.audit.docs import render_checks_markdown
from scripts.cluster_yaml.lint.reference import render_traps_markdown
from scripts.docs.auditor_policy import POLICY_NAME, render_auditor_policy, render_auditor_policy_json
from scripts.docs.checkov_reference import render_checkov_markdown
from scripts.docs.config_reference import SCHEMA_NAME, render_config_markdown, render_json_schema
from scripts.docs.instance_types import render_instance_types
from scripts.docs.make_targets import render_make_targets
from scripts.docs.page import Page
from scripts.docs.ports_reference import render_ports
from scripts.manifests.check.reference import render_rules_markdown
from scripts.reports.audit_document import SCHEMA_NAME as AUDIT_SCHEMA_NAME
from scripts.reports.audit_document import render_audit_schema

PAGES = (
    Page("make.md", render_make_targets),
    Page("config.md", render_config_markdown),
    Page(SCHEMA_NAME, render_json_schema, has_note=False),
    Page("checks.md", render_checks_markdown),
    Page("checkov.md", render_checkov_markdown),
    Page("ports.md", render_ports),
    Page("cluster-yaml-traps.md", render_traps_markdown),
    Page("manifest-rules.md", render_rules_markdown),
    Page(AUDIT_SCHEMA_NAME, render_audit_schema, has_note=False),
    Page("auditor-policy.md", render_auditor_policy),
    Page(POLICY_NAME, render_auditor_policy_json, has_note=False),
    Page("instance_types.json", render_instance_types, has_note=False, folder="config/data"),
)
