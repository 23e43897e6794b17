from __future__ import annotations

from scripts.cluster_yaml.lint.reference import render_traps_markdown
from scripts.cluster_yaml.lint.traps import TRAPS


def test_every_trap_is_on_the_page_with_its_reason_and_source() -> None:
    page = render_traps_markdown()
    for trap in TRAPS:
        _, _, rest = page.partition(f"### `{trap.id}`\n")
        entry = rest.partition("\n### ")[0]
        assert f"Severity: {trap.severity.value}." in entry
        assert "\nWhy: " in entry
        assert "\nWant: " in entry
        assert f"<{trap.source}>" in entry
