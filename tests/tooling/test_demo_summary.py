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


def test_only_the_newest_report_of_a_kind_is_named(tmp_path: Path) -> None:
    for name in ("dump_2026-01-01.txt", "dump_2026-01-02.txt", "audit.json"):
        (tmp_path / name).touch()
    names = [Path(report).name for report in newest_reports(tmp_path)]
    assert sorted(names) == ["audit.json", "dump_2026-01-02.txt"]
