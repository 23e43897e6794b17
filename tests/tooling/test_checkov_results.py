from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from config.paths import ROOT
from scripts.checkov_scan.policies.declared import Declared
from scripts.checkov_scan.results import Finding, ScanResult, parse_results, problems
from scripts.checkov_scan.table import used_waivers
from scripts.checkov_scan.waivers import Waiver, read_waivers

BUCKET = Finding("CKV_AWS_144", "aws_s3_bucket.logs", "replication")
WAIVER = Waiver(BUCKET.address, BUCKET.check, "logs live in one region")


def result(**changes: Any) -> ScanResult:
    clean: dict[str, Any] = {
        "environment": "demo", "planned": 10, "evaluated": 9, "passed": 40, "failed": (), "waived": (),
    }  # fmt: skip
    return ScanResult(**(clean | changes))


def test_a_clean_scan_has_no_problems() -> None:
    assert problems([result()], {"demo": []}) == []


def test_a_failed_check_is_a_problem() -> None:
    assert problems([result(failed=(BUCKET,))], {"demo": []}) == ["demo: CKV_AWS_144 aws_s3_bucket.logs: replication"]


def test_what_cannot_be_judged_is_a_problem() -> None:
    undecided = Finding("CKV_RAYFORM_9", BUCKET.address, "only we are let in", "policy is known after apply")
    assert problems([result(undecided=(undecided,))], {"demo": []}) == [
        "demo: cannot be judged before the apply: CKV_RAYFORM_9 aws_s3_bucket.logs: only we are let in: "
        "policy is known after apply"
    ]


def test_a_scan_of_nothing_is_a_problem() -> None:
    assert problems([], {}) == ["nothing was scanned: there is no environment"]
    assert problems([result(planned=0, evaluated=0, passed=0)], {"demo": []}) == [
        "demo: only 0 checks over 0 planned resources, the scan has not seen the stack"
    ]


def test_suspiciously_few_checks_are_a_problem() -> None:
    assert problems([result(planned=100, passed=40)], {"demo": []}) == [
        "demo: only 40 checks over 100 planned resources, the scan has not seen the stack"
    ]


def test_what_cannot_be_read_is_a_problem() -> None:
    assert problems([result(unparsed=("plan.json",))], {"demo": []}) == ["demo: checkov cannot read plan.json"]


def test_resources_of_which_none_was_evaluated_are_a_problem() -> None:
    assert problems([result(evaluated=0)], {"demo": []}) == ["demo: none of 10 planned resources was evaluated"]


def test_an_environment_that_was_left_out_is_a_problem() -> None:
    assert problems([result()], {"demo": [], "lab": []}) == ["lab: was not scanned"]


def test_a_used_waiver_is_fine_and_listed() -> None:
    results = [result(waived=(BUCKET,))]
    assert problems(results, {"demo": [WAIVER]}) == []
    assert used_waivers(results, {"demo": [WAIVER]}) == [(WAIVER.check, [WAIVER.address], WAIVER.reason)]


def test_a_waiver_of_use_in_one_environment_is_not_stale_in_another() -> None:
    results = [result(waived=(BUCKET,)), result(environment="lab")]
    assert problems(results, {"demo": [WAIVER], "lab": [WAIVER]}) == []


def test_a_stale_waiver_is_a_problem() -> None:
    assert problems([result()], {"demo": [WAIVER]}) == [
        "aws_s3_bucket.logs: the waiver of CKV_AWS_144 waives nothing, remove it"
    ]


def test_a_waiver_without_a_reason_is_a_problem() -> None:
    waiver = Waiver(BUCKET.address, BUCKET.check, "")
    assert problems([result(failed=(BUCKET,))], {"demo": [waiver]})[:2] == [
        "demo: CKV_AWS_144 aws_s3_bucket.logs: replication",
        "aws_s3_bucket.logs: the waiver of CKV_AWS_144 needs a check and a reason",
    ]


def test_waivers_are_read_from_resources_and_data_sources() -> None:
    note = {"rayform": {"waivers": [{"check": "CKV_1", "reason": " because "}]}, "metadata": {}}
    stack = {
        "resource": {"aws_vpc": {"main": {"//": note}, "other": {}}},
        "data": {"aws_iam_policy_document": {"key": {"//": note}}},
    }
    assert read_waivers(stack) == [
        Waiver("aws_vpc.main", "CKV_1", "because"),
        Waiver("data.aws_iam_policy_document.key", "CKV_1", "because"),
    ]


CHECKOV = ROOT / ".venv-checkov/bin/python"
BUCKET_7 = {"address": "aws_s3_bucket.b", "check": "CKV2_RAYFORM_7", "reason": "its policy is made elsewhere"}
WAIVED_BUCKET = [{"address": "aws_s3_bucket.b", "check": "CKV_AWS_144", "reason": "one region"},
                 {"address": "aws_s3_bucket.b", "check": "CKV_AWS_145", "reason": ""}]  # fmt: skip
POLICY = {"address": "aws_s3_bucket_policy.p", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "p"}


def bucket_plan() -> dict[str, Any]:
    bucket = {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b"}
    values = {"bucket": "b", "force_destroy": False}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**bucket, "values": values}]}},
        "resource_changes": [{**bucket, "change": {"actions": ["create"], "before": None, "after": values}}],
        "configuration": {"root_module": {"resources": [{**bucket, "expressions": {}}]}},
    }


def plan_with_unknown_policy() -> dict[str, Any]:
    plan = bucket_plan()
    change = {"actions": ["create"], "before": None, "after": {"bucket": "b"}, "after_unknown": {"policy": True}}
    plan["resource_changes"].append({**POLICY, "change": change})
    plan["planned_values"]["root_module"]["resources"].append({**POLICY, "values": {"bucket": "b"}})
    expressions = {"bucket": {"constant_value": "b"}, "policy": {"references": ["terraform_data.x.output"]}}
    plan["configuration"]["root_module"]["resources"].append({**POLICY, "expressions": expressions})
    return plan


def plan_with_child_modules() -> dict[str, Any]:
    plan = bucket_plan()
    plan["planned_values"]["root_module"]["child_modules"] = [{"address": "module.m"}]
    return plan


CASES: dict[str, tuple[dict[str, Any], list[dict[str, str]]]] = {
    "bucket": (bucket_plan(), []),
    "waived": (bucket_plan(), WAIVED_BUCKET),
    "policy waived": (bucket_plan(), [BUCKET_7]),
    "empty": ({"resource_changes": [], "planned_values": {}}, []),
    "cannot tell": (
        plan_with_unknown_policy(),
        [{"address": POLICY["address"], "check": "CKV_RAYFORM_9", "reason": "its policy is made elsewhere"}],
    ),
    "child modules": (plan_with_child_modules(), []),
}
"""Plans and waivers, each as one environment of one scan: to load checkov takes longer than all scans."""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scanner's result and reports."""
    if not CHECKOV.exists():
        pytest.skip("make checkov has not installed checkov")
    directory = tmp_path_factory.mktemp("scan")
    request: dict[str, Any] = {}
    for name, (plan, waivers) in CASES.items():
        file = directory / f"{name}.json"
        file.write_text(json.dumps(plan))
        request[name] = {"plan": str(file), "waivers": waivers, "declared": Declared().to_json()}
    (directory / "request.json").write_text(json.dumps(request))
    files = [directory / "request.json", directory / "result.json", directory]
    subprocess.run([CHECKOV, "-m", "scripts.checkov_scan.scanner", *files], cwd=ROOT, check=True)
    return directory


@pytest.fixture(scope="module")
def scans(reports: Path) -> dict[str, ScanResult]:
    """What the scanner found, by case."""
    results = parse_results(json.loads((reports / "result.json").read_text()))
    return {each.environment: each for each in results}


def test_the_scanner_waives_only_what_carries_a_reason(scans: dict[str, ScanResult], reports: Path) -> None:
    scanned = scans["waived"]
    assert scanned.planned == 1
    assert [finding.check for finding in scanned.waived] == ["CKV_AWS_144"]
    assert "CKV_AWS_145" in [finding.check for finding in scanned.failed]
    sarif = json.loads((reports / "results.sarif").read_text())
    assert len(sarif["runs"][0]["results"]) >= sum(len(each.failed) for each in scans.values())
    suites = ElementTree.parse(reports / "junit.xml").getroot().iter("testsuite")
    assert [suite.get("skipped") for suite in suites] == ["0", "1", "1", "0", "0", "0"]


def test_the_scanner_reports_an_empty_plan_as_nothing(scans: dict[str, ScanResult]) -> None:
    scanned = scans["empty"]
    assert (scanned.planned, scanned.passed) == (0, 0)
    assert problems([scanned], {"empty": []}) != []


def test_the_scanner_asks_the_policies(scans: dict[str, ScanResult]) -> None:
    (finding,) = [each for each in scans["bucket"].failed if each.check == "CKV2_RAYFORM_7"]
    assert finding.detail == "it has no policy"
    assert [each.check for each in scans["policy waived"].waived] == ["CKV2_RAYFORM_7"]


def test_the_scanner_says_so_when_a_policy_cannot_tell(scans: dict[str, ScanResult]) -> None:
    scanned = scans["cannot tell"]
    assert [each.check for each in scanned.undecided] == ["CKV2_RAYFORM_7"]
    assert "CKV_RAYFORM_9" in [each.check for each in scanned.waived]


def test_a_plan_that_policies_do_not_see_all_of_is_not_read(scans: dict[str, ScanResult]) -> None:
    scanned = scans["child modules"]
    assert "child modules" in scanned.unparsed[0]
    assert problems([scanned], {"child modules": []}) != []
