"""Checks of checkov made out of the policies. Imported by scanner.py, in .venv-checkov."""

from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from scripts.checkov_scan.policies.catalog import all_policies
from scripts.checkov_scan.policies.plan import Plan
from scripts.checkov_scan.policies.registry import Policy, ask

_ADDRESS = "__address__"


class PolicyChecks:
    """All policies, registered with checkov; `plan` is the one that is being scanned."""

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.undecided: list[dict[str, str]] = []
        """What policies could not decide on since the plan was set; checkov's report has no place for it."""
        for rule in all_policies():
            _Check(rule, self)

    def look_at(self, plan: Plan) -> None:
        """Judge this plan from now on."""
        self.plan, self.undecided = plan, []


class _Check(BaseResourceCheck):  # type: ignore[misc]
    """One policy, as checkov knows checks."""

    def __init__(self, rule: Policy, checks: PolicyChecks) -> None:
        super().__init__(
            name=rule.title,
            id=rule.id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=rule.subjects,
            guideline="docs/checkov.md",
        )
        self._rule, self._checks = rule, checks

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Ask the policy about the resource as the plan has it."""
        assert self._checks.plan is not None
        resource = self._checks.plan.get(conf[_ADDRESS])
        if resource is None:
            return CheckResult.UNKNOWN
        judgement = ask(self._rule, resource, self._checks.plan)
        if judgement.undecided:
            self._checks.undecided.append(
                {"check": self._rule.id, "address": resource.address, "title": self._rule.title,
                 "detail": judgement.undecided}
            )  # fmt: skip
            return CheckResult.UNKNOWN
        self.details = list(judgement.faults)
        return CheckResult.FAILED if judgement.faults else CheckResult.PASSED
