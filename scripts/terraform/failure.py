"""Terraform's error reports, as one line each that says what is wrong and what to run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from scripts.terraform.deployment import Deployment

Explanation = Callable[[re.Match[str], Deployment], str]


@dataclass(frozen=True)
class Failure:
    """A failure that a user can mend."""

    pattern: re.Pattern[str]
    explain: Explanation
    target: str | None = None
    """Where it can happen; None for both targets."""


def explain(report: str, deployment: Deployment) -> str | None:
    """Return the one line for what Terraform wrote to stderr; None when only its own words will do."""
    words = plain(report)
    for failure in FAILURES:
        if failure.target not in (None, deployment.target):
            continue
        if match := failure.pattern.search(words):
            return failure.explain(match, deployment)
    return None


def holds_several_errors(report: str) -> bool:
    """Whether there is more to a report than one line can say; an AWS error inside of another counts for nothing."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", report)
    return len(re.findall(r"^\W*Error: (?!operation error )", lines, re.MULTILINE)) > 1


def plain(report: str) -> str:
    """Strip colours, box drawing and line breaks: Terraform wraps to the width of the terminal."""
    without_colour = re.sub(r"\x1b\[[0-9;]*m", "", report)
    return " ".join(re.sub(r"[│╷╵]", " ", without_colour).split())


def _failure(pattern: str, explanation: Explanation, target: str | None = None) -> Failure:
    return Failure(re.compile(pattern, re.IGNORECASE), explanation, target)


def _locked(match: re.Match[str], deployment: Deployment) -> str:
    directory = deployment.directory
    return (
        f"the state of {deployment.name} is locked by {match['who']} since {match['created']}: wait for that run; "
        f"if it is dead: terraform -chdir={directory} force-unlock {match['id']}"
    )


def _wrong_account(match: re.Match[str], deployment: Deployment) -> str:
    return (
        f"the credentials are of account {match['account']}, which is not the account_id of {deployment.name}: "
        "choose the right ones, for example AWS_PROFILE=…"
    )


def _no_bucket(_match: re.Match[str], deployment: Deployment) -> str:
    return f"the state bucket of {deployment.name} does not exist: {deployment.make('bootstrap-state')}"


def _no_credentials(_match: re.Match[str], _deployment: Deployment) -> str:
    return "no AWS credentials: set AWS_PROFILE, or log in with: aws sso login"


def _expired(_match: re.Match[str], _deployment: Deployment) -> str:
    return "the AWS credentials have expired: log in again, for example with: aws sso login"


def _denied(match: re.Match[str], deployment: Deployment) -> str:
    return (
        f"AWS denies {match['action']} to the credentials in use: ask who administers the account of {deployment.name}"
    )


def _stale(_match: re.Match[str], deployment: Deployment) -> str:
    return f"the plan for {deployment.name} is stale: its state has changed since; run: {deployment.make('plan')}"


def _no_registry(_match: re.Match[str], _deployment: Deployment) -> str:
    return (
        "the provider registry cannot be reached, and no provider mirror was found: "
        "set RAYFORM_PROVIDER_MIRROR=DIRECTORY (made by: terraform providers mirror DIRECTORY)"
    )


def _backend_moved(_match: re.Match[str], deployment: Deployment) -> str:
    return (
        f"the place of the state of {deployment.name} has changed (project, account or region): "
        f"move it with: terraform -chdir={deployment.directory} init -migrate-state"
    )


def _protected(match: re.Match[str], deployment: Deployment) -> str:
    return (
        f"{match['address']} is protected and would be destroyed: keep it, or set protect: false "
        f"in environments/{deployment.name}.yaml and run: {deployment.make('plan')}"
    )


def _entry_there(match: re.Match[str], deployment: Deployment) -> str:
    name = match["name"].replace("_", "-")
    return (
        f"access.entries.{name}: the cluster has an entry of that user or role already, as of whoever applied first: "
        f"leave it out of environments/{deployment.name}.yaml"
    )


def _below_least(match: re.Match[str], deployment: Deployment) -> str:
    cluster, group, least, desired = match.group("cluster", "group", "least", "desired")
    return (
        f"node group {group} has {desired} nodes, fewer than its new least of {least}: scale it up first: aws eks "
        f"update-nodegroup-config --cluster-name {cluster} --nodegroup-name {group} "
        f"--scaling-config desiredSize={least}; then: {deployment.make('plan')}"
    )


def _no_emulator(_match: re.Match[str], _deployment: Deployment) -> str:
    return "the embedded AWS stopped answering: make local-up, then try again"


def _no_provider(_match: re.Match[str], deployment: Deployment) -> str:
    return f"the provider of {deployment.name} is gone from {deployment.directory}: make clean, then try again"


FAILURES = (
    _failure(
        r"Error acquiring the state lock.*?Lock Info: ID: +(?P<id>\S+)"
        r".*?Who: +(?P<who>\S+).*?Created: +(?P<created>\S+ \S+)",
        _locked,
    ),
    _failure(r"AWS account ID not allowed: (?P<account>\d{12})", _wrong_account),
    # The backend's own words: a bucket that a resource lacks is another matter.
    _failure(r"S3 bucket \"[^\"]+\" does not exist\. The referenced S3 bucket must have been previously", _no_bucket),
    _failure(r"No valid credential sources found|failed to refresh cached credentials", _no_credentials),
    _failure(r"ExpiredToken|token (included in the request )?(is|has) expired", _expired),
    _failure(
        r"(AccessDenied|UnauthorizedOperation).{0,400}?not authorized to perform:? (?P<action>[\w-]+:\w+)", _denied
    ),
    _failure(r"operation error (?P<action>\w+: \w+),.{0,200}api error UnauthorizedOperation", _denied),
    _failure(
        r"access entry resource is already in use.*?aws_eks_access_entry\.eks_access_entry_(?P<name>\w+)", _entry_there
    ),
    _failure(
        r"updating EKS Node Group \((?P<cluster>[\w-]+):(?P<group>[\w-]+)\).*?"
        r"Minimum capacity (?P<least>\d+) can't be greater than desired size (?P<desired>\d+)",
        _below_least,
    ),
    _failure(r"Saved plan is stale", _stale),
    _failure(r"Instance cannot be destroyed.*?Resource (?P<address>\S+) has lifecycle\.prevent_destroy", _protected),
    _failure(
        r"could not connect to registry|could not query provider registry|Invalid provider registry host",
        _no_registry,
    ),
    _failure(r"Backend configuration changed|Backend initialization required", _backend_moved),
    _failure(r"Required plugins are not installed|Inconsistent dependency lock file", _no_provider),
    _failure(r"dial tcp 127\.0\.0\.1:\d+: connect: connection refused", _no_emulator, "local"),
)
"""The first that matches wins: the more precise ones stand first."""
