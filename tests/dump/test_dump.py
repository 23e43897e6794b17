"""A dump is complete, comparable and never half there."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from config.ec2_cluster import Ec2ClusterConfig
from config.errors import UserError
from config.load import check_environment
from config.yaml_file import read_yaml
from scripts import report_file
from scripts.audit.registry import Severity
from scripts.dump import __main__ as command
from scripts.dump.document import LEFT_OUT, dump_document
from scripts.dump.plain import is_unreadable, plain
from scripts.dump.text import render_text
from scripts.inventory import Inventory
from scripts.inventory.iam import Policy
from scripts.inventory.reading import Unreadable
from scripts.reports import folder
from tests.audit.change import REFUSED, change, readings
from tests.audit.environments import load, load_any, load_cloud, load_eks
from tests.audit.healthy import healthy
from tests.reports.audits import audited

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "minimal.txt"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=timezone.utc)
SMALL = load("small")
HEALTHY = healthy(SMALL)

SAID_OTHERWISE = re.compile(
    # By where it stands, by `ports`, by `peer_name`, and by the line that says what the reads gave.
    r"rules\.\d+\.(group_id|protocol|first_port|last_port|peer)$|volumes\.\d+\.instance_id$|^\.coverage\."
)


def document_of(inventory: Inventory) -> dict[str, Any]:
    return dump_document(inventory, SMALL, generated=NOW)


def test_golden() -> None:
    """After a wanted change: UPDATE_GOLDEN=1 pytest tests/dump, then read the diff."""
    minimal = check_environment(read_yaml(HERE / "minimal.yaml"), name="minimal")
    assert isinstance(minimal, Ec2ClusterConfig)
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


def test_the_quick_reference_says_where_a_cluster_is_reached_and_what_pods_use() -> None:
    eks = load_eks("eks")
    lines = {line["what"]: line["id"] for line in dump_document(healthy(eks), eks, generated=NOW)["quick_reference"]}
    assert lines["EKS cluster ray-eks"].startswith("https://")
    assert lines["kubeconfig"] == "make kubeconfig ENV=eks"
    assert lines["node group gpu"] == "0 to 4 of g6.12xlarge spot"
    assert lines["service account ray/ray-head"].endswith(":role/ray-eks-ray-head")
    assert lines["FSx ray-eks-fsx"].endswith("@tcp:/abcdefgh")


def marked(part: Any, path: str, marks: dict[str, str]) -> Any:
    """The same document with a word of its own in the place of each value."""
    if isinstance(part, dict) and not is_unreadable(part):
        return {key: marked(value, f"{path}.{key}", marks) for key, value in part.items()}
    if isinstance(part, list):
        return [marked(item, f"{path}.{number}", marks) for number, item in enumerate(part)]
    if isinstance(part, bool):
        return part
    marks[path] = f"<{len(marks)}>"
    return marks[path]


@pytest.mark.parametrize("name", ["small", "everything", "production", "eks"])
def test_nothing_of_the_document_is_missing_in_the_text(name: str) -> None:
    environment = load_any(name)
    document = dump_document(healthy(environment), environment, generated=NOW)
    marks: dict[str, str] = {}
    text = render_text({**marked(document, "", marks), "coverage": document["coverage"]})
    missing = [path for path, mark in marks.items() if mark not in text and not SAID_OTHERWISE.search(path)]
    assert missing == []


def test_a_field_that_a_model_learns_later_is_in_the_text() -> None:
    document = document_of(HEALTHY)
    for item in (document["buckets"][0], document["nodes"][0]["volumes"][0], document["network"]["subnets"][0]):
        item["learnt_later"] = {"some": ["thing", {"new": 7}]}
    document["more"]["lakes"] = [{"lake_id": "l-1", "name": "deep", "depth": 12}]
    text = render_text(document)
    assert text.count("learnt later") == 3
    assert "Lakes\n=====\n  l-1 deep\n    depth                     12\n" in text


def test_every_field_of_the_inventory_is_in_the_dump_or_left_out_for_a_reason() -> None:
    names = {field.name for field in fields(Inventory)}
    eks = load_eks("eks")
    document = dump_document(healthy(eks), eks, generated=NOW)
    assert names - set(LEFT_OUT) <= {*document, *document["network"], *document["more"], *document["account_wide"]}
    assert set(LEFT_OUT) <= names
    assert not set(LEFT_OUT) & set(document["more"])


def test_what_a_model_keeps_to_itself_is_not_shown() -> None:
    @dataclass(frozen=True)
    class Model:
        name: str
        password: str = field(repr=False)
        read_at: datetime = field(compare=False)

    assert plain(Model("a", "hunter2hunter2", NOW)) == {"name": "a", "password": "not shown"}


def test_values_have_one_way_to_be_written() -> None:
    assert plain(
        {"when": NOW, "network": IPv4Network("10.0.0.0/8"), "words": {"b", "a"}, "outcome": Severity.HIGH}
    ) == {
        "when": "2026-11-21T08:00:00+00:00",
        "network": "10.0.0.0/8",
        "words": ["a", "b"],
        "outcome": "high",
    }


def test_volumes_of_nobody_are_in_the_dump() -> None:
    volumes = HEALTHY.nodes.volumes
    assert not isinstance(volumes, Unreadable)
    lost = replace(volumes[0], volume_id="vol-lost", instance_id="i-gone")
    document = document_of(change(HEALTHY, "nodes.volumes", (*volumes, lost)))
    assert [volume["volume_id"] for volume in document["more"]["other_volumes"]] == ["vol-lost"]
    assert "vol-lost" in render_text(document)


@pytest.mark.parametrize(("inventory", "code"), [(HEALTHY, 0), (change(HEALTHY, "coverage.unreadable", (REFUSED,)), 3)])
def test_the_command_prints_the_path(
    inventory: Inventory, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "audit_round", lambda _environment, now: audited(inventory, SMALL, generated=now))
    monkeypatch.setattr(command, "load_environment", lambda _name, target: SMALL)
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["dump", "--env", "small"])
    assert command.main() == code
    path = Path(capsys.readouterr().out.strip())
    assert path.parent.parent == tmp_path / "small"
    assert path.read_text().startswith("ray-small: environment small (static-ec2) in us-west-2, account 123456789012")
    assert len(list(path.parent.iterdir())) == 6


def test_a_name_neither_ends_a_line_nor_colours_a_screen() -> None:
    hostile = "a\nSecurity groups\x1b[31m\u2028"
    text = render_text(document_of(change(HEALTHY, "nodes.instances.0.name", hostile)))
    assert r"a\nSecurity groups\x1b[31m\u2028" in text
    assert "\x1b" not in text
    assert len(text.splitlines()) == len(render_text(document_of(HEALTHY)).splitlines())


def test_what_others_do_changes_the_end_of_the_dump_only() -> None:
    before, after = (
        render_text(document_of(inventory)) for inventory in (HEALTHY, change(HEALTHY, "account.buckets", 99))
    )
    heading = "The whole account: not only of this environment, and compared by nothing"
    assert before != after
    assert before.partition(heading)[0] == after.partition(heading)[0]
    assert before.rstrip().rpartition("\n==")[0].splitlines()[-1] == heading


def test_a_label_is_a_space_apart_from_its_value() -> None:
    document = document_of(HEALTHY)
    document["buckets"][0]["auto_minor_version_upgrade"] = True
    document["quick_reference"] = [{"what": "w" * 44, "id": "i"}]
    assert "    auto minor version upgrade yes\n" in render_text(document)
    assert f"  {'w' * 44} i\n" in render_text(document)


@pytest.mark.parametrize("boundary", [REFUSED, Policy("limits", "arn:limits", {"Version": "2012-10-17"})])
def test_a_boundary_stands_below_its_arn_and_roles_are_apart(boundary: Any) -> None:
    inventory = change(
        change(HEALTHY, "iam.roles.0.permissions_boundary_arn", "arn:limits"), "iam.roles.0.boundary", boundary
    )
    lines = render_text(document_of(inventory)).splitlines()
    number = next(
        number for number, line in enumerate(lines) if line.split() == ["permissions", "boundary", "arn:limits"]
    )
    assert lines[number + 1].strip() in ("limits", f"UNREADABLE: {REFUSED}")
    assert not any(line.strip().startswith(("boundary  ", "boundary: ")) or line == "    boundary" for line in lines)
    roles = document_of(inventory)["iam"]["roles"]
    assert len(roles) > 1
    assert all(lines[lines.index(f"  {role['name']}") - 1] == "" for role in roles[1:])


def test_a_cloud_has_no_port_table_and_the_key_of_a_bucket_that_is_there() -> None:
    cloud = load_cloud("cloud-existing")
    document = dump_document(healthy(cloud), cloud, generated=NOW)
    assert "required_ports" not in document
    assert [key["arn"][-8:] for key in document["keys"]] == ["key/1234", "key/5678"]
    assert "Required ports" not in render_text(document)
    assert "customer-data" in render_text(document)
