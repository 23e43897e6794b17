"""What the audit prints and writes, and how it exits."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from config.errors import UserError
from config.static_ec2 import StaticEc2Config
from scripts.audit import __main__ as command
from scripts.audit import json_report
from scripts.audit.checks import CHECKS
from scripts.audit.docs import render_checks_markdown
from scripts.audit.engine import judge
from scripts.audit.report import print_report
from scripts.inventory import Inventory
from scripts.inventory.reader import Coverage
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)
FAILED = change(HEALTHY, "buckets.0.versioning", "Suspended")
UNKNOWN = change(HEALTHY, "buckets.1.policy", REFUSED)
BOTH = change(FAILED, "buckets.1.policy", REFUSED)


def printed(inventory: Inventory, *, show_all: bool = False) -> str:
    console = Console(file=io.StringIO(), width=160)
    results = judge(inventory, SMALL, CHECKS)
    print_report(console, results, inventory.coverage, name="small", show_all=show_all)
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue()


def test_failures_come_before_unknowns() -> None:
    text = printed(BOTH)
    assert 0 < text.index("s3.versioned") < text.index("s3.tls_only")
    assert "versioning is Suspended, want Enabled" in text


def test_what_passed_is_counted_or_listed() -> None:
    assert "efs.tls_only" not in printed(HEALTHY)
    assert "0 failed, 0 unknown" in printed(HEALTHY)
    assert "efs.tls_only" in printed(HEALTHY, show_all=True)


def test_names_from_aws_are_not_markup() -> None:
    assert "[bold]x" in printed(change(HEALTHY, "nodes.instances.0.name", "[bold]x"))


def test_coverage_counts_what_was_refused() -> None:
    coverage = Coverage(9, (REFUSED, REFUSED))
    assert str(coverage) == "9 reads, 2 without an answer: service:Operation AccessDenied"
    assert str(Coverage(9, ())) == "9 reads, all answered"


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inventory: Inventory, *options: str) -> int:
    def collect(_environment: StaticEc2Config) -> Inventory:
        return inventory

    monkeypatch.setattr(command, "collect_inventory", collect)
    monkeypatch.setattr(command, "load_environment", lambda _name, target: SMALL)
    monkeypatch.setattr(json_report, "REPORTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["audit", "--env", "small", *options])
    return command.main()


@pytest.mark.parametrize(("inventory", "code"), [(HEALTHY, 0), (FAILED, 1), (UNKNOWN, 2), (BOTH, 1)])
def test_the_command_exits_by_what_it_found(
    inventory: Inventory, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run(monkeypatch, tmp_path, inventory) == code
    assert json.loads((tmp_path / "small/audit.json").read_text())["exit_code"] == code


def test_json_is_printed_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, tmp_path, BOTH, "--json")
    out = capsys.readouterr().out
    assert out == (tmp_path / "small/audit.json").read_text()
    document: dict[str, Any] = json.loads(out)
    assert document["counts"]["FAIL"] == 1
    assert document["results"][0] == {
        "check": "s3.versioned",
        "severity": "medium",
        "outcome": "FAIL",
        "resource": "ray-small-logs-123456789012",
        "detail": "versioning is Suspended, want Enabled",
        "title": "Versioning is on: what is overwritten or deleted by mistake can be brought back.",
    }


def test_what_is_not_applied_yet_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_environment: StaticEc2Config) -> Inventory:
        raise UserError("small is not applied yet; run: make plan ENV=small && make apply ENV=small")

    monkeypatch.setattr(command, "collect_inventory", refuse)
    monkeypatch.setattr(command, "load_environment", lambda _name, target: SMALL)
    monkeypatch.setattr("sys.argv", ["audit", "--env", "small"])
    assert command.main() == 2
    assert capsys.readouterr().err.startswith("error: small is not applied yet")


def test_every_check_is_documented() -> None:
    page = render_checks_markdown()
    for check in CHECKS:
        assert f"### `{check.id}`\n\nSeverity: {check.severity.value}. For: {check.scope}\n\n{check.title}" in page
