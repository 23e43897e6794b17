"""All files of a round come from one inventory and hold no secret."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.inventory.answers import Answers, Asked
from scripts.inventory.instances import DESCRIBE_INSTANCE_ATTRIBUTE
from scripts.reports import folder
from scripts.reports.withheld import secrets_of, without_secrets
from scripts.reports.write import render_reports, write_reports
from scripts.state import Resource, State
from tests.audit.change import change
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.reports.audits import NOW, audited
from tests.reports.test_formats import DIFFERENT

SMALL = load("small")
HEALTHY = healthy(SMALL)
DATE = "2026-11-21T141523Z"
SECRET = 'Planted"<secret>&\\7'


def test_every_file_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "REPORTS", tmp_path)
    made = write_reports(audited(HEALTHY, SMALL))
    assert made == tmp_path / "small" / DATE
    assert sorted(path.name for path in made.iterdir()) == [
        "audit.json",
        "audit.sarif",
        "junit.xml",
        f"ray_cluster_aws_config_dump_{DATE}.json",
        f"ray_cluster_aws_config_dump_{DATE}.txt",
        "report.html",
    ]
    assert json.loads((tmp_path / "small/latest/audit.json").read_text())["environment"] == "small"


def test_a_report_that_cannot_be_rendered_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "REPORTS", tmp_path)

    def broken(*_: object) -> str:
        raise ValueError("a fault of a template")

    monkeypatch.setattr("scripts.reports.write.render_page", broken)
    with pytest.raises(ValueError, match="a fault of a template"):
        write_reports(audited(HEALTHY, SMALL))
    assert list(tmp_path.iterdir()) == []


def test_two_text_dumps_of_the_same_thing_differ_in_the_first_line_only() -> None:
    first, second = (
        render_reports(audited(HEALTHY, SMALL, generated=time))[f"ray_cluster_aws_config_dump_{date}.txt"].splitlines()
        for time, date in ((NOW, DATE), (NOW.replace(hour=23), "2026-11-21T231523Z"))
    )
    assert first[0] != second[0]
    assert first[1:] == second[1:]


def test_one_change_is_one_line_of_a_plain_diff() -> None:
    name = f"ray_cluster_aws_config_dump_{DATE}.txt"
    before, after = (
        render_reports(audited(inventory, SMALL))[name].splitlines()
        for inventory in (HEALTHY, change(HEALTHY, "nodes.instances.0.instance_type", "t3.nano"))
    )
    assert [(old.split(), new.split()) for old, new in zip(before, after, strict=True) if old != new] == [
        (["type", SMALL.head.instance_type], ["type", "t3.nano"])
    ]


@pytest.mark.parametrize(
    ("type_", "attributes"),
    [
        ("random_password", {"result": SECRET}),
        ("aws_secretsmanager_secret_version", {"secret_string": SECRET}),
        ("aws_memorydb_user", {"authentication_mode": [{"passwords": ["another one", SECRET]}]}),
        ("tls_private_key", {"private_key_pem": SECRET}),
        ("aws_thing", {"auth_token": SECRET}),
    ],
)
def test_a_secret_of_the_state_is_in_no_file_even_when_a_check_says_it(
    type_: str, attributes: dict[str, object]
) -> None:
    inventory = replace(HEALTHY, state=State((Resource(f"{type_}.x", type_, attributes),)))
    said = replace(DIFFERENT, detail=f"is {SECRET}", intended=SECRET, deployed=f"x{SECRET}x", resource=SECRET)
    named = change(inventory, "buckets.1.logging.prefix", SECRET)
    for name, text in render_reports(audited(named, SMALL, more=[said])).items():
        assert "Planted" not in text, name
        assert "(not shown)" in text, name
    document = json.loads(render_reports(audited(named, SMALL, more=[said]))["audit.json"])
    assert any(result["detail"] == "is (not shown)" for result in document["results"])


def test_user_data_and_answers_are_in_no_file() -> None:
    text = "export TOKEN=PlantedInUserData\n"
    asked = Asked(DESCRIBE_INSTANCE_ATTRIBUTE, {}, {"UserData": {"Value": base64.b64encode(text.encode()).decode()}})
    inventory = replace(change(HEALTHY, "nodes.user_data.i-0.text", text), answers=Answers((asked,)))
    for name, content in render_reports(audited(inventory, SMALL)).items():
        assert "PlantedInUserData" not in content, name
        assert base64.b64encode(text.encode()).decode() not in content, name


def test_names_and_choices_are_no_secrets() -> None:
    state = State(
        (
            Resource(
                "aws_efs_file_system.x", "aws_efs_file_system", {"creation_token": "ray-small-efs-1", "id": "fs-12345"}
            ),
            Resource("aws_instance.x", "aws_instance", {"metadata_options": [{"http_tokens": "required"}]}),
            Resource(
                "aws_iam_x.x", "aws_iam_x", {"password_policy": "optional", "token_id": "t-123456789", "token": "7"}
            ),
            Resource("aws_y.y", "aws_y", {"id": "i-0123456789", "credential": "i-0123456789"}),
        )
    )
    assert secrets_of(state) == frozenset()


def test_the_longest_secret_goes_first() -> None:
    assert without_secrets("a: abc-defg-hij", ["abc-defg", "abc-defg-hij"]) == "a: (not shown)"
