from __future__ import annotations

from scripts.manifests.check.reference import render_rules_markdown
from scripts.manifests.check.rules import RULES


def test_every_rule_is_on_the_page_with_its_reason_and_source() -> None:
    page = render_rules_markdown()
    for rule in RULES:
        _, _, rest = page.partition(f"### `{rule.id}`\n")
        entry = rest.partition("\n### ")[0]
        assert f"\n{rule.title}." in entry
        assert "\nWhy: " in entry
        assert "\nWant: " in entry
        assert f"<{rule.source}>" in entry
