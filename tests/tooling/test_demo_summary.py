from __future__ import annotations

from pathlib import Path

from scripts.demo_summary import newest_reports, nodes, summary
from scripts.state import Resource, State


def instance(name: str, address: str) -> Resource:
    attributes = {"tags": {"Name": name}, "instance_type": "t3.medium", "private_ip": address}
    return Resource(f"aws_instance.{name}", "aws_instance", attributes)


STATE = State(
    (
        instance("ray-demo-cpu-worker", "10.0.0.6"),
        instance("ray-demo-head-node", "10.0.0.5"),
        Resource("aws_s3_bucket.b", "aws_s3_bucket", {"bucket": "a-secret-name"}),
    )
)


def test_the_head_stands_first() -> None:
    assert [line.split()[0] for line in nodes(STATE)] == ["ray-demo-head-node", "ray-demo-cpu-worker"]


def test_the_summary_says_what_was_made_and_what_is_next(tmp_path: Path) -> None:
    text = "\n".join(summary("demo", STATE, tmp_path))
    assert "demo is up: 3 resources (2 instance, 1 s3_bucket" in text
    assert "Reports\n  none" in text
    assert "make destroy" in text


def test_the_files_of_the_newest_report_are_named(tmp_path: Path) -> None:
    for folder in ("2026-11-20T080000Z", "2026-11-21T080000Z", ".2026-11-22T080000Z.abc"):
        (tmp_path / folder).mkdir()
        for name in ("audit.json", "report.html"):
            (tmp_path / folder / name).touch()
    (tmp_path / "latest").symlink_to("2026-11-21T080000Z")
    found = [Path(report) for report in newest_reports(tmp_path)]
    assert [(path.parent.name, path.name) for path in found] == [
        ("2026-11-21T080000Z", "audit.json"),
        ("2026-11-21T080000Z", "report.html"),
    ]
