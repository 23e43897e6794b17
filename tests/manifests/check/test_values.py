from __future__ import annotations

import pytest

from scripts.manifests.check import core_schemas
from scripts.manifests.check.amounts import amount
from scripts.manifests.check.reading import read_text
from scripts.manifests.check.rules.cron import schedule_fault
from scripts.manifests.check.selectors import matches
from tests.manifests.check.rendered import definitions, environment, found, needs_definitions


@pytest.mark.parametrize(
    "schedule",
    ["0 3 * * *", "*/15 0-6 1,15 JAN-mar mon-FRI", "@daily", "@every 1h30m", "0 0 ? * 0/2", "5-59/5 * * * *"],
)
def test_a_schedule_that_the_operator_takes(schedule: str) -> None:
    assert schedule_fault(schedule) == ""


@pytest.mark.parametrize(
    "schedule",
    ["", "* * * *", "60 * * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "a * * * *", "5-1 * * * *", "*/0 * * * *",
     "@weekend", "@every soon", "1- * * * *", "1,,2 * * * *"],
)  # fmt: skip
def test_a_schedule_that_the_operator_refuses(schedule: str) -> None:
    assert schedule_fault(schedule)


@pytest.mark.parametrize(
    ("quantity", "number"),
    [("500m", 0.5), ("1", 1.0), (2, 2.0), ("1.5Gi", 1.5 * 2**30), ("1e3", 1000.0), ("1E", 1e18), ("1Ei", 2.0**60),
     ("2k", 2000.0), ("1GB", None), ("", None), (True, None), (None, None)],
)  # fmt: skip
def test_a_quantity_is_a_number(quantity: object, number: float | None) -> None:
    assert amount(quantity) == number


def test_a_selector_matches_labels() -> None:
    labels = {"a": "1", "b": "2"}
    assert matches({}, labels)
    assert not matches(None, labels)
    assert matches({"matchLabels": {"a": "1"}}, labels)
    assert not matches({"matchLabels": {"a": "2"}}, labels)
    expressions = [("a", "In", ["1"]), ("c", "NotIn", ["1"]), ("a", "Exists", []), ("c", "DoesNotExist", [])]
    for key, operator, values in expressions:
        expression = {"key": key, "operator": operator, "values": values}
        assert matches({"matchExpressions": [expression]}, labels)
        assert not matches({"matchExpressions": [expression]}, {"c": "1"})


def test_every_version_that_an_environment_may_have_has_its_schemas() -> None:
    for version in ("1.34", "1.35", "1.36"):
        assert core_schemas.kinds(version)["Deployment"] == {"apps/v1": "io.k8s.api.apps.v1.Deployment"}


@needs_definitions
def test_an_unknown_kind_names_the_versions_that_there_are() -> None:
    (finding,) = found({"PodDisruptionBudget/cluster-head|apiVersion": "policy/v1beta1"})
    assert str(finding).endswith(
        "got policy/v1beta1 PodDisruptionBudget, want policy/v1, which Kubernetes 1.36 has (kind-unknown)"
    )


@needs_definitions
def test_rules_that_compare_with_an_environment_are_skipped_for_foreign_files() -> None:
    fault = {"RayCluster/ray-eks|spec|workerGroupSpecs|0|template|spec|nodeSelector": {}}
    assert {finding.rule.id for finding in found(fault)} == {"node-group-of-another"}
    assert found(fault, foreign=True) == []


@needs_definitions
def test_findings_of_documents_come_without_a_reading() -> None:
    from scripts.manifests.check.judge import check_documents

    documents = read_text("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n").documents
    findings = check_documents(documents, definitions(), kubernetes_version="1.36", environment=environment())
    assert [finding.rule.id for finding in findings] == ["namespace-missing"]
