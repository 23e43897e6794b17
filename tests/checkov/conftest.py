"""What `make checkov` has planned, and the scan of its mutants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.load import load_environment
from scripts.checkov_scan.plans import plan_file, stack_file
from scripts.checkov_scan.process import PYTHON, Request, request, run_scanner
from scripts.checkov_scan.results import ScanResult
from scripts.checkov_scan.waivers import read_waivers
from tests.checkov.mutant import Mutant
from tests.checkov.mutants import MUTANTS
from tests.checkov.replan import replan

ENVIRONMENT = "production"
UNCHANGED = "unchanged"


@pytest.fixture(scope="session")
def stack() -> dict[str, Any]:
    """The synthesized stack that `make checkov` has planned."""
    if not (PYTHON.exists() and plan_file(ENVIRONMENT).exists()):
        pytest.fail("there is no plan of production: make test-checkov makes one, and runs these tests")
    document: dict[str, Any] = json.loads(stack_file(ENVIRONMENT).read_text())
    return document


@pytest.fixture(scope="session")
def plan(stack: dict[str, Any]) -> dict[str, Any]:
    """Terraform's plan of it."""
    document: dict[str, Any] = json.loads(plan_file(ENVIRONMENT).read_text())
    return document


@pytest.fixture(scope="session")
def scans(
    stack: dict[str, Any], plan: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, ScanResult]:
    """The scan of every mutant, by name, and that of the plan itself."""
    folder = tmp_path_factory.mktemp("mutants")
    write(folder / "unchanged.json", plan)
    requests = {UNCHANGED: request(folder / "unchanged.json", load_environment(ENVIRONMENT), read_waivers(stack))}
    for index, each in enumerate(MUTANTS):
        requests[each.name] = request_of(each, folder / f"{index}.json", stack, plan, requests[UNCHANGED])
    return {result.environment: result for result in run_scanner(requests, folder / "scan")}


def request_of(mutant: Mutant, path: Path, stack: dict[str, Any], plan: dict[str, Any], unchanged: Request) -> Request:
    """Plan a mutant, and ask for its scan."""
    write(path, replan(plan, stack, mutant.of(stack)))
    return {**unchanged, "plan": str(path), "declared": {**unchanged["declared"], **mutant.declared}}


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write a plan: it may hold secrets."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(document))
