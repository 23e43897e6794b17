from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from scripts.manifests.check.findings import Finding
from scripts.manifests.check.judge import judge
from scripts.manifests.check.registry import Rule
from scripts.manifests.check.rules import RULES
from tests.manifests.check.faults import FAULTS
from tests.manifests.check.rendered import (
    definitions,
    environment,
    files_of,
    found,
    needs_definitions,
    reading_of,
)
from tests.manifests.rendered import EXISTING, STORAGE, VARIATIONS, WORK
from tests.synthesis import kube

GOLDEN = Path(__file__).parent / "golden" / "faults.json"
"""What is said of each fault. UPDATE_GOLDEN=1 accepts a change."""
MORE = {
    "irsa_with_storage": {**STORAGE, **WORK, "eks": {"service_account_roles": "irsa"}},
    "operator_of_others": {**WORK, **EXISTING, "kuberay": {"install_operator": False}},
    "scratch": {"fsx": {"deployment_type": "SCRATCH_2", "storage_class": True}},
    "own_image": {**WORK, "ray": {"image": "123456789012.dkr.ecr.us-west-2.amazonaws.com/ray:2.60.0", "user_id": 1234}},
    "own_namespace": {**STORAGE, **WORK, "kuberay": {"namespace": "vision", "pod_monitor": True}},
}
OF_TEXT = {"yaml-invalid", "yaml-tab", "name-repeated", "not-a-mapping", "empty-document"}
"""Cannot be written as an edit of a mapping: test_reading has them."""


@needs_definitions
@pytest.mark.parametrize("name", ["eks", "eks-existing"])
def test_our_own_documents_break_no_rule(name: str) -> None:
    of = environment(name)
    report = judge(reading_of(files_of(of)), definitions(), of.eks.version, of)
    assert list(map(str, report.findings)) == []
    assert report.documents > 5


@needs_definitions
@pytest.mark.parametrize("settings", [*VARIATIONS.values(), *MORE.values()], ids=[*VARIATIONS, *MORE])
def test_what_settings_change_breaks_no_rule(settings: dict[str, Any]) -> None:
    of = kube(**settings)
    assert list(map(str, judge(reading_of(files_of(of)), definitions(), of.eks.version, of).findings)) == []


@needs_definitions
@pytest.mark.parametrize(
    ("rule_id", "edits", "besides"), FAULTS, ids=[f"{number}-{fault[0]}" for number, fault in enumerate(FAULTS)]
)
def test_a_fault_breaks_that_rule_and_no_other(rule_id: str, edits: dict[str, Any], besides: set[str]) -> None:
    findings = found(edits)
    assert {finding.rule.id for finding in findings} == {rule_id} | besides
    said = [words_of(finding) for finding in findings]
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(json.dumps({**golden(), key_of(rule_id, edits): said}, indent=1, ensure_ascii=False) + "\n")
    assert said == golden()[key_of(rule_id, edits)]


def words_of(finding: Finding) -> str:
    """A finding without what moves with a template, or with the reserve of a node: lines, positions, sizes, digests."""
    words = str(finding).removeprefix(f"{finding.file}:{finding.line}: ")
    for pattern in (
        r"\d[\d.]*(?= CPUs| GiB|Mi)",
        r"(?<=\.yaml:)\d+",
        r"(?<=\[)\d+(?=\])",
        r"(?<=-)[0-9a-f]{8}(?![\w-])",
    ):
        words = re.sub(pattern, "N", words)
    return words


def key_of(rule_id: str, edits: dict[str, Any]) -> str:
    return f"{rule_id}: {json.dumps(edits, default=lambda _gone: '(gone)')}"


def golden() -> dict[str, list[str]]:
    content: dict[str, list[str]] = json.loads(GOLDEN.read_text())
    return content


def test_each_fault_has_words_of_its_own() -> None:
    assert len(golden()) == len(FAULTS)


def test_every_rule_has_a_fault() -> None:
    assert {rule.id for rule in RULES} == {rule_id for rule_id, _, _ in FAULTS} | OF_TEXT


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_is_wrong_why_and_what_is_wanted(rule: Rule) -> None:
    assert rule.id == rule.id.lower()
    assert rule.title
    assert rule.why.endswith(".")
    assert rule.want
    assert rule.source.startswith("https://")


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
