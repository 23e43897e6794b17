"""A dump is complete, comparable and never half there."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from config.errors import UserError
from config.load import check_environment
from config.static_ec2 import StaticEc2Config
from config.yaml_file import read_yaml
from scripts import report_file
from scripts.dump import __main__ as command
from scripts.dump.document import dump_document
from scripts.dump.text import render_text
from scripts.inventory import Inventory
from tests.audit.change import REFUSED, change, readings
from tests.audit.environments import load
from tests.audit.healthy import healthy

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "minimal.txt"
DAY = "2026-11-21"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=timezone.utc)
SMALL = load("small")
HEALTHY = healthy(SMALL)


def document_of(inventory: Inventory) -> dict[str, Any]:
    return dump_document(inventory, SMALL, generated=NOW)


def test_golden() -> None:
    """After a wanted change: UPDATE_GOLDEN=1 pytest tests/dump, then read the diff."""
    minimal = check_environment(read_yaml(HERE / "minimal.yaml"), name="minimal")
    assert isinstance(minimal, StaticEc2Config)
    # Not the real boot script: its fingerprint would change with each of its lines.
    inventory = change(healthy(minimal), "nodes.user_data.i-0.text", "#!/bin/bash\n")
    text = render_text(dump_document(inventory, minimal, generated=NOW))
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_boot_scripts_are_compared_and_not_shown() -> None:
    assert "/opt/rayform" not in json.dumps(document_of(HEALTHY))
    first, second = (
        document_of(change(HEALTHY, "nodes.user_data.i-0.text", text))["nodes"][0]["user_data"] for text in ("a", "b")
    )
    assert first != second


def test_the_only_time_is_in_the_header() -> None:
    later = NOW.replace(hour=9)
    first, second = (render_text(dump_document(HEALTHY, SMALL, generated=time)).splitlines() for time in (NOW, later))
    assert first[0] != second[0]
    assert first[1:] == second[1:]


@pytest.mark.parametrize("path", list(readings(HEALTHY)))
def test_what_could_not_be_read_says_so_in_its_place(path: str) -> None:
    text = render_text(document_of(change(HEALTHY, path, REFUSED)))
    assert "UNREADABLE: service:Operation gave AccessDenied" in text


def test_text_tells_of_every_section() -> None:
    text = render_text(document_of(HEALTHY))
    for part in (
        "ray-small-head",
        "fs-1",
        "10.0.0.0/16",
        "gcs.example:6379",
        "alias/ray-small",
        "/ray/small/nodes",
        "10002-19999",
    ):
        assert part in text


def test_both_files_are_written_and_the_same_day_is_replaced(tmp_path: Path) -> None:
    command.write_dump(document_of(HEALTHY), tmp_path, day=DAY)
    changed = change(HEALTHY, "buckets.0.versioning", "Suspended")
    path = command.write_dump(document_of(changed), tmp_path, day=DAY)
    assert path.name == f"ray_cluster_aws_config_dump_{DAY}.txt"
    assert sorted(found.name for found in tmp_path.iterdir()) == [path.with_suffix(".json").name, path.name]
    assert "Suspended" in path.read_text()
    assert json.loads(path.with_suffix(".json").read_text())["buckets"][0]["versioning"] == "Suspended"


def test_a_template_that_fails_leaves_the_old_pair(tmp_path: Path) -> None:
    path = command.write_dump(document_of(HEALTHY), tmp_path, day=DAY)
    before = {found.name: found.read_text() for found in tmp_path.iterdir()}
    broken = document_of(change(HEALTHY, "buckets.0.versioning", "Suspended"))
    del broken["required_ports"]
    with pytest.raises(UndefinedError):
        command.write_dump(broken, tmp_path, day=DAY)
    assert {found.name: found.read_text() for found in tmp_path.iterdir()} == before
    assert path.exists()


def test_a_write_that_fails_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.txt"
    report_file.write_report(path, "old")

    def full(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserError, match="No space left on device; make room"):
        report_file.write_report(path, "new")
    assert [found.name for found in tmp_path.iterdir()] == ["report.txt"]
    assert path.read_text() == "old"


def test_the_command_prints_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "collect_inventory", lambda _environment: HEALTHY)
    monkeypatch.setattr(command, "load_environment", lambda _name, target: SMALL)
    monkeypatch.setattr(command, "REPORTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["dump", "--env", "small"])
    assert command.main() == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.parent == tmp_path / "small"
    assert path.read_text().startswith("ray-small: environment small (static-ec2) in us-west-2, account 123456789012")
