"""Reports are there as a whole or not at all, and no report replaces another."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from config.errors import UserError
from scripts.reports import folder
from scripts.reports.folder import dump_of, environment_folder, previous_report, report_folders, write_folder
from tests.audit.environments import load

DATE = "2026-11-21T141523Z"
SMALL = load("small")


def test_a_folder_is_written_and_the_link_leads_to_it(tmp_path: Path) -> None:
    write_folder(tmp_path, DATE, {"a.txt": "old"})
    made = write_folder(tmp_path, "2026-11-21T141524Z", {"a.txt": "ö", "b.json": "{}"})
    assert (tmp_path / "latest").resolve() == made
    assert (tmp_path / "latest/a.txt").read_text(encoding="utf-8") == "ö"
    assert [path.name for path in report_folders(tmp_path)] == [DATE, "2026-11-21T141524Z"]
    assert made.stat().st_mode & 0o777 == 0o755


def test_two_of_the_same_second_are_both_kept(tmp_path: Path) -> None:
    made = [write_folder(tmp_path, DATE, {"a": str(number)}).name for number in range(11)]
    assert made == [DATE, *(f"{DATE}-{number}" for number in range(2, 12))]
    assert [path.name for path in report_folders(tmp_path)] == made


def test_two_at_the_same_moment_are_both_kept(tmp_path: Path) -> None:
    threads = [threading.Thread(target=write_folder, args=(tmp_path, DATE, {"a": str(number)})) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(path / "a").read_text() for path in report_folders(tmp_path)} == {str(number) for number in range(8)}
    assert sorted(path.name[0] for path in tmp_path.iterdir()) == ["2"] * 8 + ["l"]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = write_folder(tmp_path, DATE, {"a": "old"})
    write_text = Path.write_text

    def full(path: Path, text: str, encoding: str) -> int:
        if path.name == "b":
            raise OSError(28, "No space left on device", str(path))
        return write_text(path, text, encoding)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(UserError, match="No space left on device; make room"):
        write_folder(tmp_path, "2026-11-21T141524Z", {"a": "new", "b": "new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATE, "latest"]
    assert (tmp_path / "latest").resolve() == old


def test_a_folder_that_nobody_may_write_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "small").write_text("a file in the way")
    with pytest.raises(UserError, match="cannot be written"):
        write_folder(tmp_path / "small", DATE, {})


def test_only_reports_of_the_same_target_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    assert previous_report(SMALL) is None
    directory = environment_folder(SMALL.name)
    mine = write_folder(directory, DATE, {"audit.json": json.dumps({"target": SMALL.target})})
    other = "aws" if SMALL.target == "local" else "local"
    write_folder(directory, "2026-11-22T000000Z", {"audit.json": json.dumps({"target": other})})
    write_folder(directory, "2026-11-23T000000Z", {"audit.json": "[edited"})
    assert previous_report(SMALL) == mine


def test_the_old_layout_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_text("{}")
    (tmp_path / "ray_cluster_aws_config_dump_2026-11-21.json").write_text("{}")
    assert report_folders(tmp_path) == []
    assert dump_of(write_folder(tmp_path, DATE, {})) is None
