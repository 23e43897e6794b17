"""What `make checkov` has planned, and the scan of its mutants."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from config.load import load_environment
from scripts.checkov_scan.plans import plan_file, stack_file
from scripts.checkov_scan.process import PYTHON, Request, request, run_scanner
from scripts.checkov_scan.results import ScanResult
from scripts.checkov_scan.waivers import read_waivers
from tests.checkov.anyscale_mutants import ANYSCALE_MUTANTS
from tests.checkov.eks_mutants import EKS_MUTANTS
from tests.checkov.mutant import Mutant
from tests.checkov.mutants import MUTANTS
from tests.checkov.replan import replan

ENVIRONMENT = "production"
CLOUD = "anyscale"
KUBERNETES = "eks"
ALL_MUTANTS = [*MUTANTS, *ANYSCALE_MUTANTS, *EKS_MUTANTS]


def unchanged(environment: str) -> str:
    """How the scan of the plan itself is called."""
    return f"{environment}, unchanged"


@dataclass(frozen=True)
class Scanned:
    """What `make checkov` has made of an environment."""

    stack: dict[str, Any]
    plan: dict[str, Any]
    request: Request


@pytest.fixture(scope="session")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ScanResult]:
    """The scan of every mutant, by name, and those of the plans themselves."""
    folder = tmp_path_factory.mktemp("mutants")
    scanned = {name: read(name, folder) for name in (ENVIRONMENT, CLOUD, KUBERNETES)}
    requests = {unchanged(name): each.request for name, each in scanned.items()}
    for index, mutant in enumerate(ALL_MUTANTS):
        requests[mutant.name] = request_of(mutant, folder / f"{index}.json", scanned[mutant.environment])
    return {result.environment: result for result in run_scanner(requests, folder / "scan")}


def read(environment: str, folder: Path) -> Scanned:
    """Read the synthesized stack and Terraform's plan of it."""
    if not (PYTHON.exists() and plan_file(environment).exists()):
        pytest.fail(f"there is no plan of {environment}: make test-checkov makes one, and runs these tests")
    stack, plan = (json.loads(path.read_text()) for path in (stack_file(environment), plan_file(environment)))
    write(folder / f"{environment}.json", plan)
    asked = request(folder / f"{environment}.json", load_environment(environment), read_waivers(stack))
    return Scanned(stack, plan, asked)


def request_of(mutant: Mutant, path: Path, scanned: Scanned) -> Request:
    """Plan a mutant, and ask for its scan."""
    write(path, replan(scanned.plan, scanned.stack, mutant.of(scanned.stack)))
    asked = scanned.request
    return {**asked, "plan": str(path), "declared": {**asked["declared"], **mutant.declared}}


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write a plan: it may hold secrets."""
    path.touch(mode=0o600)
    path.write_text(json.dumps(document))
