"""`make report` and `make diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.inventory import Inventory
from scripts.reports import __main__ as command
from scripts.reports import folder
from scripts.reports.write import write_reports
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.reports.audits import NOW, audited

SMALL = load("small")
HEALTHY = healthy(SMALL)
CHANGED = change(HEALTHY, "buckets.0.versioning", "Suspended")
BUCKET = HEALTHY.buckets[0].name
FIRST, SECOND = "2026-11-21T141523Z", "2026-11-22T141523Z"


@pytest.fixture(autouse=True)
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return tmp_path / "small"


def write(inventory: Inventory, day: int, target: str = "local") -> Path:
    environment = SMALL.model_copy(update={"target": target})
    return write_reports(audited(inventory, environment, generated=NOW.replace(day=day)))


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["reports", arguments[0], "--env", "small", *arguments[1:]])
    return command.main()


def test_the_newest_page_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write(HEALTHY, 21)
    newest = write(HEALTHY, 22, target="aws")
    assert run(monkeypatch, "open") == 0
    assert capsys.readouterr().out == f"{newest}/report.html\n"
    assert run(monkeypatch, "open", "--target", "local") == 0
    assert FIRST in capsys.readouterr().out


def test_without_a_report_one_line_says_how_to_make_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["open"], ["diff"]):
        assert run(monkeypatch, *arguments) == 2
        assert capsys.readouterr().err == "error: there is no report of small yet; run: make audit ENV=small\n"
    assert run(monkeypatch, "open", "--target", "aws") == 2
    assert "on target aws yet; run: make audit ENV=small TARGET=aws" in capsys.readouterr().err


def test_a_page_is_opened_only_where_somebody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    assert command.opener_of({"DISPLAY": ":0"}, "linux") == "/bin/xdg-open"
    assert command.opener_of({"WAYLAND_DISPLAY": "w"}, "linux") == "/bin/xdg-open"
    assert command.opener_of({"DISPLAY": ":0", "CI": "1"}, "linux") is None
    assert command.opener_of({}, "linux") is None
    assert command.opener_of({}, "darwin") == "/bin/open"
    assert command.opener_of({"SSH_CONNECTION": "x"}, "darwin") is None


def test_the_opener_gets_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr(command, "opener_of", lambda _variables: "/bin/xdg-open")
    monkeypatch.setattr("subprocess.Popen", lambda arguments, **_: seen.append(arguments))
    command.show_page(tmp_path / "report.html", {})
    assert seen == [["/bin/xdg-open", str(tmp_path / "report.html")]]


def test_by_default_the_newest_is_compared_with_the_one_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(HEALTHY, 21)
    write(CHANGED, 22)
    assert run(monkeypatch, "diff") == 1
    lines = capsys.readouterr().out.splitlines()
    assert FIRST in lines[0]
    assert SECOND in lines[1]
    assert lines[2:] == [
        "",
        f"buckets {BUCKET}",
        "  ~ versioning: Enabled → Suspended",
        "",
        "0 added, 0 removed, 1 changed",
    ]


def test_a_rehearsal_is_not_compared_with_the_real_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(HEALTHY, 20, target="aws")
    write(CHANGED, 21, target="local")
    write(HEALTHY, 22, target="aws")
    assert run(monkeypatch, "diff") == 0
    assert capsys.readouterr().out.endswith("no difference\n")
    assert run(monkeypatch, "diff", "--target", "local") == 2
    assert "has no report before it" in capsys.readouterr().err


def test_a_dump_from_elsewhere_has_none_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(HEALTHY, 21)
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text((folder.dump_of(write(CHANGED, 22)) or elsewhere).read_text())
    assert run(monkeypatch, "diff", "--to", str(elsewhere)) == 2
    assert "name one with FROM=<dump, folder or date>" in capsys.readouterr().err
    assert run(monkeypatch, "diff", "--from", FIRST, "--to", str(elsewhere)) == 1


@pytest.mark.parametrize("first", ["2026-11-21", FIRST, "folder", "file"])
def test_a_dump_is_named_by_date_folder_or_file(
    first: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write(CHANGED, 21)
    for day in (22, 23):
        write(HEALTHY, day)
    names = {"folder": str(old), "file": str(folder.dump_of(old))}
    assert run(monkeypatch, "diff", "--from", names.get(first, first)) == 1
    assert run(monkeypatch, "diff", "--from", "2026-11-22", "--to", "2026-11-23") == 0
    assert run(monkeypatch, "diff", "--from", "2026-11-2", "--to", "2026-11-23") == 0  # the last that is older
    assert run(monkeypatch, "diff", "--from", "2026-11-2", "--to", SECOND) == 1
    assert run(monkeypatch, "diff", "--from", "2026-11-23", "--to", SECOND) == 0  # none is older: the other way round


def test_of_several_reports_of_a_day_from_is_the_newest_that_is_older_than_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for hour, inventory in ((14, HEALTHY), (15, CHANGED), (16, HEALTHY)):
        write_reports(audited(inventory, SMALL, generated=NOW.replace(hour=hour)))
    assert run(monkeypatch, "diff", "--from", "2026-11-21") == 1
    lines = capsys.readouterr().out.splitlines()
    assert "2026-11-21T151523Z" in lines[0]
    assert "2026-11-21T161523Z" in lines[1]


@pytest.mark.parametrize("first", ["2026-11-22", "latest", SECOND, "file", "folder"])
def test_a_report_is_not_compared_with_itself(
    first: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(HEALTHY, 21)
    same = write(HEALTHY, 22)
    given = {"file": str(folder.dump_of(same)), "folder": str(same)}.get(first, first)
    assert run(monkeypatch, "diff", "--from", given) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: FROM and TO are both ")
    assert f"want two reports: make diff ENV=small FROM={FIRST} TO={SECOND}" in error
    assert error.count("\n") == 1


def test_a_text_dump_means_the_json_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = folder.text_dump_of(write(HEALTHY, 21))
    write(CHANGED, 22)
    assert run(monkeypatch, "diff", "--from", str(text)) == 1
    alone = tmp_path / "alone.txt"
    alone.write_text(text.read_text())
    assert run(monkeypatch, "diff", "--from", str(alone)) == 2
    assert "is a text dump and has no alone.json beside it: name a .json dump" in capsys.readouterr().err


def test_a_damaged_dump_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = folder.dump_of(write(HEALTHY, 21))
    assert whole is not None
    damaged = tmp_path / "damaged.json"
    damaged.write_text(whole.read_text()[:-500])
    for option in ("--from", "--to"):
        assert run(monkeypatch, "diff", option, str(damaged)) == 2
        error = capsys.readouterr().err
        assert "damaged.json is damaged, it is no whole JSON (" in error
        assert "name another report, or make one: make dump" in error
        assert error.count("\n") == 1


def test_what_cannot_be_compared_is_listed_apart_and_is_no_change(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(HEALTHY, 21)
    write(change(HEALTHY, "buckets.0.policy", REFUSED), 22)
    assert run(monkeypatch, "diff") == 3
    assert capsys.readouterr().out.splitlines()[2:] == [
        "",
        "not comparable: 1 part was unreadable in TO",
        f"  ? buckets {BUCKET} policy: {REFUSED}",
        "",
        "no difference in what could be compared",
    ]
    write(CHANGED, 23)
    assert run(monkeypatch, "diff") == 1
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "not comparable: 1 part was unreadable in FROM",
        f"  ? buckets {BUCKET} policy: {REFUSED}",
        "",
        "0 added, 0 removed, 1 changed",
    ]
    run(monkeypatch, "diff", "--json")
    assert json.loads(capsys.readouterr().out)["not_comparable"][0]["unreadable_in"] == "from"


def test_the_changes_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write(HEALTHY, 21)
    write(CHANGED, 22)
    assert run(monkeypatch, "diff", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert SECOND in document["to"]
    assert document["changes"] == [
        {
            "kind": "changed",
            "resource": f"buckets {BUCKET}",
            "path": "versioning",
            "before": "Enabled",
            "after": "Suspended",
        }
    ]


def test_what_is_added_and_removed_has_its_sign(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(HEALTHY, 21)
    write(change(HEALTHY, "buckets", (HEALTHY.buckets[0],)), 22)
    run(monkeypatch, "diff")
    assert f"buckets {HEALTHY.buckets[1].name}\n  - name={HEALTHY.buckets[1].name}, " in capsys.readouterr().out
    run(monkeypatch, "diff", "--from", SECOND, "--to", FIRST)
    assert "\n  + name=" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("1999", f"there is no dump '1999', want a file, a folder or one of: {FIRST}"),
        ("text", "is no JSON dump: name the .json that `make dump` writes"),
        ("audit.json", "is no JSON dump: name the .json that `make dump` writes"),
        ("empty", "has no JSON dump in it: name another folder, or the file itself"),
    ],
)
def test_what_is_no_dump_is_one_line(
    given: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = write(HEALTHY, 21)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("[1, 2]")
    paths = {"text": tmp_path / "text", "empty": tmp_path / "empty", "audit.json": made / "audit.json"}
    assert run(monkeypatch, "diff", "--from", str(paths.get(given, given))) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
