"""What `make checkov` is good for: each single fault of an example is caught, and by what."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import check_environment
from config.paths import ENVIRONMENTS
from config.yaml_file import YamlFile, read_yaml
from scripts.checkov_scan.policies.catalog import all_policies
from scripts.checkov_scan.results import ScanResult
from tests.checkov.conftest import ALL_MUTANTS, CLOUD, ENVIRONMENT, KUBERNETES, unchanged
from tests.checkov.environment_mutants import ENVIRONMENT_MUTANTS, EnvironmentMutant
from tests.checkov.mutant import Mutant

GOLDEN = Path(__file__).parent / "golden/mutants.txt"
_OURS = "RAYFORM"

pytestmark = pytest.mark.checkov


def caught(result: ScanResult) -> list[str]:
    """Checks that notice; `?` follows one that cannot decide before the apply."""
    failed = {finding.check for finding in result.failed}
    return sorted(failed) + sorted({f"{finding.check}?" for finding in result.undecided} - failed)


def refusals(mutant: EnvironmentMutant) -> list[str]:
    """Errors of our own validation, without file and line."""
    file = read_yaml(ENVIRONMENTS / f"{mutant.environment}.yaml")
    mutant.change(file.content)
    try:
        check_environment(YamlFile(file.path, file.content), name=mutant.environment)
    except ConfigError as error:
        return [line.split(": ", 1)[1] for line in error.lines]
    return []


def table(scans: Mapping[str, ScanResult]) -> Iterator[str]:
    """What catches what, one mutant a line."""
    yield "# mutant -> what catches it; ? = says that it cannot tell before the apply."
    for mutant in ALL_MUTANTS:
        yield f"{mutant.name} -> {' '.join(caught(scans[mutant.name]))}"
    for each in ENVIRONMENT_MUTANTS:
        yield f"{each.name} -> {'; '.join(refusals(each))}"


@pytest.mark.parametrize(("environment", "checks"), [(ENVIRONMENT, 500), (CLOUD, 300), (KUBERNETES, 700)])
def test_the_plan_itself_is_clean(environment: str, checks: int, scans: Mapping[str, ScanResult]) -> None:
    assert caught(scans[unchanged(environment)]) == []
    assert scans[unchanged(environment)].passed > checks


@pytest.mark.parametrize("mutant", ALL_MUTANTS, ids=lambda mutant: mutant.name)
def test_the_checks_whose_business_it_is_notice(mutant: Mutant, scans: Mapping[str, ScanResult]) -> None:
    result = scans[mutant.name]
    assert set(mutant.caught_by) <= {check.rstrip("?") for check in caught(result)}
    # The rest of the plan is judged as ever: it is one fault, not a plan that checkov cannot read.
    assert result.unparsed == ()
    assert result.passed > scans[unchanged(mutant.environment)].passed - 40


@pytest.mark.parametrize("mutant", ENVIRONMENT_MUTANTS, ids=lambda mutant: mutant.name)
def test_our_own_validation_refuses(mutant: EnvironmentMutant) -> None:
    assert any(line.startswith(mutant.refused_at or mutant.setting) for line in refusals(mutant))


def test_names_are_distinct_and_faults_many() -> None:
    names = [*(each.name for each in ALL_MUTANTS), *(each.name for each in ENVIRONMENT_MUTANTS)]
    assert len(set(names)) == len(names) >= 40


def test_each_policy_of_ours_catches_a_mutant_that_checkov_alone_does_not(scans: Mapping[str, ScanResult]) -> None:
    noticed = [caught(scans[mutant.name]) for mutant in ALL_MUTANTS]
    only_ours = [checks for checks in noticed if all(_OURS in check for check in checks)]
    assert {policy.id for policy in all_policies()} <= {check for checks in only_ours for check in checks}


def test_what_catches_what_is_known(scans: Mapping[str, ScanResult]) -> None:
    """After a wanted change: UPDATE_GOLDEN=1 make test-checkov, then read the diff."""
    found = "\n".join(table(scans)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()
