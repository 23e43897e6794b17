"""What a scan found, and whether that is good enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scripts.checkov_scan.waivers import Waiver, unexplained

FEWEST_CHECKS_PER_RESOURCE = 0.5
"""Real stacks get 2 or more; far below it, checkov has not understood what it was given."""


@dataclass(frozen=True)
class Finding:
    """One check that failed on one resource."""

    check: str
    address: str
    title: str
    detail: str = ""
    """What exactly is wrong, where the check says so."""

    @property
    def shown(self) -> str:
        """As problems name it."""
        return f"{self.check} {self.address}: {self.title}" + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class ScanResult:
    """The scan of one environment's plan."""

    environment: str
    planned: int
    """Resources in the plan: what there was to evaluate."""
    evaluated: int
    """Resources that at least one check looked at."""
    passed: int
    failed: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    unparsed: tuple[str, ...] = ()
    """Files that checkov could not read."""
    undecided: tuple[Finding, ...] = ()
    """What a policy cannot know before the apply: neither passed nor failed."""

    @property
    def checks(self) -> int:
        """Evaluations in all."""
        return self.passed + len(self.failed) + len(self.waived)


def parse_results(document: Mapping[str, Any]) -> list[ScanResult]:
    """Read what scanner.py wrote."""
    return [
        ScanResult(
            environment=environment,
            planned=result["planned"],
            evaluated=result["evaluated"],
            passed=result["passed"],
            failed=tuple(Finding(**finding) for finding in result["failed"]),
            waived=tuple(Finding(**finding) for finding in result["waived"]),
            unparsed=tuple(map(str, result["unparsed"])),
            undecided=tuple(Finding(**finding) for finding in result["undecided"]),
        )
        for environment, result in document.items()
    ]


def problems(results: list[ScanResult], waivers: Mapping[str, list[Waiver]]) -> list[str]:
    """Everything that must not be, one line each; empty when the scan is clean."""
    found = [line for result in results for line in _problems_of(result)]
    missing = sorted(waivers.keys() - {result.environment for result in results})
    found += [f"{environment}: was not scanned" for environment in missing]
    if not results and not missing:
        found.append("nothing was scanned: there is no environment")
    everything = sorted({waiver for each in waivers.values() for waiver in each}, key=repr)
    return found + unexplained(everything) + list(_stale(results, everything))


def _problems_of(result: ScanResult) -> Iterator[str]:
    if result.checks < max(1, result.planned * FEWEST_CHECKS_PER_RESOURCE):
        yield (
            f"{result.environment}: only {result.checks} checks over {result.planned} planned resources, "
            "the scan has not seen the stack"
        )
    elif result.planned and not result.evaluated:
        yield f"{result.environment}: none of {result.planned} planned resources was evaluated"
    for file in result.unparsed:
        yield f"{result.environment}: checkov cannot read {file}"
    for finding in result.failed:
        yield f"{result.environment}: {finding.shown}"
    for finding in result.undecided:
        yield f"{result.environment}: cannot be judged before the apply: {finding.shown}"


def _stale(results: list[ScanResult], waivers: list[Waiver]) -> Iterator[str]:
    """A waiver must be of use in at least one environment: modules are shared by all of them."""
    used = {(finding.address, finding.check) for result in results for finding in result.waived}
    for waiver in waivers:
        if waiver.check and (waiver.address, waiver.check) not in used:
            yield f"{waiver.address}: the waiver of {waiver.check} waives nothing, remove it"
