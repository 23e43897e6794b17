"""The files for programs: JSON, JUnit and SARIF."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import jsonschema
import pytest

from scripts.audit.engine import Outcome, Result
from scripts.audit.registry import Check, Severity, always
from scripts.inventory.coverage import Coverage
from scripts.inventory.reading import Unreadable
from scripts.reports.audit_document import audit_document, render_audit, render_audit_schema
from scripts.reports.junit import render_junit
from scripts.reports.sarif import FINGERPRINT, render_sarif
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy
from tests.reports.audits import MUTES, audited

SMALL = load("small")
HEALTHY = healthy(SMALL)
BUCKETS = [bucket.name for bucket in HEALTHY.buckets]
COVERAGE = Coverage(
    9,
    (
        REFUSED,
        Unreadable("eks:ListClusters", "UnsupportedOperation"),
        Unreadable("s3:GetBucketCors", "ConnectTimeoutError", "b"),
    ),
)
BROKEN = replace(
    change(change(HEALTHY, "buckets.0.versioning", "Suspended"), "buckets.1.policy", REFUSED), coverage=COVERAGE
)
HOSTILE = "</script>\x00\x1b[31m<b>&\ud800"

SARIF_SCHEMA = json.loads(gzip.decompress((Path(__file__).parent / "sarif-schema-2.1.0.json.gz").read_bytes()))
"""Of OASIS: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json, unchanged."""


def judge(_inventory: object, _config: object) -> Any:
    """Nothing differs.

    Why: a difference is somebody's.

    Fix: apply again.
    """


DIFFERENT = Result(
    check=Check("drift.attributes", Severity.LOW, judge, always, ("FSBP EC2.8", "CIS 5.6")),
    outcome=Outcome.FAIL,
    resource="i-1",
    detail="instance_type differs",
    address='aws_instance.worker["a"]',
    construct_path="small/ray/worker",
    setting="workers.cpu",
    line=7,
    attribute="instance_type",
    intended="t3.large",
    deployed="t3.nano",
)
ROUND = audited(BROKEN, SMALL, more=[DIFFERENT])
MUTED = audited(BROKEN, SMALL, mutes=MUTES, more=[DIFFERENT])


def document(round_: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render_audit(audit_document(round_)))
    return found


def sarif(round_: Any) -> dict[str, Any]:
    log = json.loads(render_sarif(round_, audit_document(round_)))
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def junit(round_: Any) -> Xml.Element:
    return Xml.fromstring(render_junit(audit_document(round_)))


def test_the_json_fits_its_schema() -> None:
    schema = json.loads(render_audit_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    for round_ in (audited(HEALTHY, SMALL), ROUND, MUTED):
        jsonschema.Draft202012Validator(schema).validate(document(round_))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**document(ROUND), "new": 1})


def test_every_field_of_the_schema_is_described() -> None:
    schema = json.loads(render_audit_schema())
    for name, part in {"AuditDocument": schema, **schema["$defs"]}.items():
        for field, content in part["properties"].items():
            assert "description" in content or "$ref" in content, f"{name}.{field}"


def test_the_json_has_the_exit_code_the_counts_and_the_coverage() -> None:
    found = document(ROUND)
    assert found["exit_code"] == 1
    assert found["counts"]["FAIL"] == 2
    assert found["counts"]["muted"] == 0
    assert found["generated"] == "2026-11-21T14:15:23Z"
    assert found["coverage"]["reads"] == 9
    assert found["coverage"]["answered"] == 6
    assert [each["code"] for each in found["coverage"]["refused"]] == ["AccessDenied"]
    assert [each["read"] for each in found["coverage"]["not_supported"]] == ["eks:ListClusters"]
    assert [each["about"] for each in found["coverage"]["failed"]] == ["b"]


def test_the_json_says_where_a_result_comes_from() -> None:
    (found,) = (result for result in document(ROUND)["results"] if result["check"] == "drift.attributes")
    assert found == {
        "check": "drift.attributes",
        "severity": "low",
        "outcome": "FAIL",
        "resource": "i-1",
        "detail": "instance_type differs",
        "title": "Nothing differs.",
        "why": "a difference is somebody's.",
        "fix": "apply again.",
        "standards": ["FSBP EC2.8", "CIS 5.6"],
        "address": 'aws_instance.worker["a"]',
        "construct_path": "small/ray/worker",
        "setting": "workers.cpu",
        "line": 7,
        "attribute": "instance_type",
        "intended": "t3.large",
        "deployed": "t3.nano",
        "mute": None,
    }


def test_the_json_lists_mutes_those_that_have_ended_among_them() -> None:
    found = document(MUTED)
    assert found["counts"]["muted"] == 1
    assert [(mute["check"], mute["ended"], mute["muted"]) for mute in found["mutes"]] == [
        ("s3.versioned", False, [BUCKETS[0]]),
        ("efs.tls_only", True, []),
    ]
    (muted,) = (result for result in found["results"] if result["mute"])
    assert muted["mute"] == {"reason": MUTES[0].reason, "until": "2027-01-31"}


def test_the_json_has_the_port_matrix() -> None:
    cells = document(ROUND)["ports"]["cells"]
    assert [cell["open"] for cell in cells] == [False, True, None, True, False]
    assert cells[2]["unknown"] == str(REFUSED)
    assert cells[0]["hops"] == ["internet", "network ACL denies it"]


def test_junit_counts_by_service() -> None:
    root = junit(MUTED)
    suite = next(suite for suite in root if suite.get("name") == "s3")
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    assert int(suite.get("errors", "0")) >= 1
    assert int(suite.get("tests", "0")) == len(suite)
    assert root.get("tests") == str(len(document(MUTED)["results"]))
    assert [suite.get("name") for suite in root] == sorted({suite.get("name", "") for suite in root})


def test_junit_says_what_to_do() -> None:
    (case,) = (case for case in junit(ROUND).iter("testcase") if case.get("classname") == "drift.attributes")
    failure = case.find("failure")
    assert failure is not None
    assert (case.get("name"), case.get("file"), case.get("line")) == (
        'i-1 aws_instance.worker["a"] instance_type',
        "environments/small.yaml",
        "7",
    )
    assert "fix: apply again." in (failure.text or "")
    assert "FSBP EC2.8" in (failure.text or "")


def test_junit_takes_any_name() -> None:
    root = junit(audited(HEALTHY, SMALL, more=[replace(DIFFERENT, resource=HOSTILE, detail=HOSTILE)]))
    (case,) = (case for case in root.iter("testcase") if case.get("classname") == "drift.attributes")
    assert case.get("name") == '</script>\ufffd\ufffd[31m<b>&\ufffd aws_instance.worker["a"] instance_type'


def test_sarif_locates_what_failed_at_the_line_of_the_environment_file() -> None:
    run = sarif(ROUND)
    (found,) = (result for result in run["results"] if result["ruleId"] == "drift.attributes")
    rule = run["tool"]["driver"]["rules"][found["ruleIndex"]]
    assert (found["kind"], found["level"]) == ("fail", "note")
    place = found["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "environments/small.yaml"
    assert place["physicalLocation"]["region"] == {"startLine": 7}
    assert place["logicalLocations"][0]["fullyQualifiedName"] == 'aws_instance.worker["a"]'
    assert rule["id"] == "drift.attributes"
    assert "Fix: apply again." in rule["help"]["text"]
    assert rule["properties"]["tags"] == ["security", "drift", "FSBP EC2.8", "CIS 5.6"]


def test_sarif_has_what_is_unknown_for_review_and_nothing_that_passed() -> None:
    run = sarif(ROUND)
    unknown = [result for result in run["results"] if result["kind"] == "review"]
    assert unknown
    assert {result["level"] for result in unknown} == {"none"}
    assert len(run["results"]) == sum(result["outcome"] != "PASS" for result in document(ROUND)["results"])
    assert sarif(audited(HEALTHY, SMALL))["results"] == []


def test_sarif_has_what_is_muted_as_suppressed() -> None:
    suppressed = [result for result in sarif(MUTED)["results"] if "suppressions" in result]
    assert [result["ruleId"] for result in suppressed] == ["s3.versioned"]
    assert suppressed[0]["suppressions"][0]["justification"].startswith(MUTES[0].reason)


def test_sarif_says_what_could_not_be_read() -> None:
    (invocation,) = sarif(ROUND)["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 1)
    texts = [notification["message"]["text"] for notification in invocation["toolExecutionNotifications"]]
    assert "eks:ListClusters: not supported, UnsupportedOperation" in texts


def test_a_finding_keeps_its_fingerprint_when_its_wording_changes() -> None:
    prints = {
        result["partialFingerprints"][FINGERPRINT]
        for detail in ("a", "b")
        for result in sarif(audited(HEALTHY, SMALL, more=[replace(DIFFERENT, detail=detail)]))["results"]
    }
    assert len(prints) == 1


SEVERAL = [
    DIFFERENT,
    replace(DIFFERENT, attribute="monitoring"),
    replace(DIFFERENT, address="aws_instance.other"),
    replace(DIFFERENT, detail="and again"),
    replace(DIFFERENT, detail="and once more"),
]
"""Differences of one resource, two of which only their wording tells apart."""


def test_every_case_of_junit_has_a_name_of_its_own() -> None:
    cases = list(junit(audited(HEALTHY, SMALL, more=SEVERAL)).iter("testcase"))
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names)
    assert ("drift.attributes", 'i-1 aws_instance.worker["a"] instance_type #3') in names


def test_every_result_of_sarif_has_a_fingerprint_of_its_own() -> None:
    found = [
        result["partialFingerprints"][FINGERPRINT] for result in sarif(audited(HEALTHY, SMALL, more=SEVERAL))["results"]
    ]
    assert len(found) == len(set(found)) == len(SEVERAL)


def test_sarif_names_the_setting_that_no_line_of_the_file_shows() -> None:
    defaulted = replace(DIFFERENT, attribute="monitoring", line=None)
    texts = {
        result["locations"][0]["physicalLocation"]["region"]["startLine"]: result["message"]["text"]
        for result in sarif(audited(HEALTHY, SMALL, more=[DIFFERENT, defaulted]))["results"]
    }
    default = " (setting workers.cpu: not in the environment file, so its default holds)"
    assert texts == {7: "i-1: instance_type differs", 1: f"i-1: instance_type differs{default}"}
