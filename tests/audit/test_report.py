"""What the audit prints and writes, and how it exits."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from config.audit import MuteConfig
from config.ec2_cluster import Ec2ClusterConfig
from config.errors import UserError
from scripts.audit import __main__ as command
from scripts.audit import round as one_round
from scripts.audit.checks import CHECKS
from scripts.audit.docs import render_checks_markdown
from scripts.audit.engine import Outcome, judge
from scripts.audit.origins import Origins
from scripts.audit.report import print_report
from scripts.inventory import Inventory
from scripts.inventory.reader import Coverage
from scripts.reports import folder
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.faults import FAULTS
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
    assert "[bold]x" in printed(change(HEALTHY, "nodes.instances.0.instance_id", "[bold]x"))


def test_coverage_counts_what_was_refused() -> None:
    coverage = Coverage(9, (REFUSED, REFUSED))
    assert str(coverage) == "9 reads: 7 answered, 2 refused (service:Operation)"
    assert str(Coverage(9, ())) == "9 reads, all answered"


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inventory: Inventory, *options: str) -> int:
    monkeypatch.setattr(one_round, "collect_inventory", lambda _environment: inventory)
    monkeypatch.setattr(one_round, "open_origins", lambda _environment, state: Origins({}, state, None))
    monkeypatch.setattr(command, "load_environment", lambda _name, target: SMALL)
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["audit", "--env", "small", *options])
    return command.main()


def written(tmp_path: Path) -> str:
    return (tmp_path / "small" / folder.LATEST / folder.AUDIT).read_text(encoding="utf-8")


DRIFTED = change(HEALTHY, *FAULTS["drift.network_as_intended"])


@pytest.mark.parametrize(
    ("inventory", "code"), [(HEALTHY, 0), (FAILED, 1), (DRIFTED, 2), (UNKNOWN, 3), (BOTH, 1)], ids=str
)
def test_the_command_exits_by_what_it_found(
    inventory: Inventory, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run(monkeypatch, tmp_path, inventory) == code
    assert json.loads(written(tmp_path))["exit_code"] == code


def test_json_is_printed_as_it_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, tmp_path, BOTH, "--json")
    out = capsys.readouterr().out
    assert out == written(tmp_path)
    document: dict[str, Any] = json.loads(out)
    assert document["counts"]["FAIL"] == 1
    assert document["results"][0]["check"] == "s3.versioned"


def test_one_service_alone_is_judged_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, FAILED, "--only", "drift") == 0
    assert "s3.versioned" not in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_what_is_muted_is_listed_and_does_not_count() -> None:
    mute = MuteConfig(check="s3.versioned", resource="*", reason="made anew each night", until="2099-01-01")
    results = [
        replace(result, mute=mute if result.outcome is Outcome.FAIL else None)
        for result in judge(FAILED, SMALL, CHECKS)
    ]
    console = Console(file=io.StringIO(), width=200)
    print_report(console, results, FAILED.coverage, name="small", show_all=False)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "made anew each night" in text
    assert "0 failed, 0 unknown, 1 muted" in text


def test_what_was_found_is_told_though_no_report_can_be_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small").write_text("in the way", encoding="utf-8")
    assert run(monkeypatch, tmp_path, FAILED) == 3
    printed = capsys.readouterr()
    assert "s3.versioned" in printed.out
    assert printed.err.startswith("error: ")


def test_a_part_that_no_check_judges_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, tmp_path, HEALTHY, "--only", "mutes") == 3
    assert capsys.readouterr().err == "error: no check of mutes is for small, which declares nothing of it\n"


def test_a_narrow_terminal_gets_a_list() -> None:
    console = Console(file=io.StringIO(), width=80)
    print_report(console, judge(FAILED, SMALL, CHECKS), FAILED.coverage, name="small", show_all=False)
    assert isinstance(console.file, io.StringIO)
    assert "FAIL medium s3.versioned\n  ray-small-logs-123456789012\n" in console.file.getvalue()


def test_a_wrong_option_is_not_taken_for_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["audit", "--env", "small", "--only", "weather"])
    with pytest.raises(SystemExit) as end:
        command.main()
    assert end.value.code == 3


def test_what_is_not_applied_yet_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(_environment: Ec2ClusterConfig) -> Inventory:
        raise UserError("small is not applied yet; run: make plan ENV=small && make apply ENV=small")

    monkeypatch.setattr(one_round, "collect_inventory", refuse)
    monkeypatch.setattr(command, "load_environment", lambda _name, target: SMALL)
    monkeypatch.setattr("sys.argv", ["audit", "--env", "small"])
    assert command.main() == 3
    assert capsys.readouterr().err.startswith("error: small is not applied yet")


def test_every_check_is_documented() -> None:
    page = render_checks_markdown()
    for check in CHECKS:
        _, _, entry = page.partition(f"### `{check.id}`\n\n")
        about, title, *_ = entry.split("\n\n")
        assert about.startswith(f"Severity: {check.severity.value}. For: {check.scope}")
        assert title.startswith(check.title.split("\n")[0][:60])


def test_a_check_says_of_which_flavours_it_is() -> None:
    page = render_checks_markdown()
    assert "For: Every environment. Only `static-ec2` and `autoscaling-ec2`.\n\nThe head's name leads to" in page
    assert "For: Environments whose workers Ray's autoscaler makes. Only `autoscaling-ec2`." in page
    assert "For: Environments with EFS.\n\nThe declared file system is there" in page
