"""What a RayJob leaves behind (deletionStrategy): what the operator refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from scripts.cluster_yaml.lint.cluster import listing, mapping, number, shown, text
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.job import RayJob, ray_jobs
from scripts.manifests.check.registry import Hit, operator_rule

_PLACE = "deletionStrategy"
_LEGACY = ("onSuccess", "onFailure")
_STATUSES = ("jobStatus", "jobDeploymentStatus")
_ORDER = ("DeleteWorkers", "DeleteCluster", "DeleteSelf")


def _strategies(bundle: Bundle) -> Iterator[tuple[RayJob, dict[str, Any]]]:
    for job in ray_jobs(bundle):
        if isinstance(job.fields.get(_PLACE), dict):
            yield job, mapping(job.fields[_PLACE])


def _rules(strategy: dict[str, Any]) -> list[dict[str, Any]]:
    return [mapping(rule) for rule in listing(strategy.get("deletionRules"))]


def _policies(strategy: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every policy with its place."""
    for name in _LEGACY:
        if isinstance(strategy.get(name), dict):
            yield (_PLACE, name, "policy"), text(strategy[name].get("policy"))
    for number_, rule in enumerate(_rules(strategy)):
        yield (_PLACE, "deletionRules", number_, "policy"), text(rule.get("policy"))


@operator_rule("deletion-without-gate")
def deletion_without_gate(bundle: Bundle) -> Iterator[Hit]:
    """deletionStrategy without the feature gate RayJobDeletionPolicy.

    Want: shutdownAfterJobFinishes alone, or the gate on in the values of the operator's chart.
    """
    for job, _strategy in _strategies(bundle):
        if not bundle.gates.get("RayJobDeletionPolicy"):
            yield job.hit(_PLACE, _PLACE)


@operator_rule("deletion-rules-with-shutdown")
def deletion_rules_with_shutdown(bundle: Bundle) -> Iterator[Hit]:
    """deletionRules beside shutdownAfterJobFinishes: true.

    Want: one of the two.
    """
    for job, strategy in _strategies(bundle):
        if _rules(strategy) and job.shuts_down:
            yield job.hit("both", _PLACE, "deletionRules")


@operator_rule("deletion-rules-with-legacy")
def deletion_rules_with_legacy(bundle: Bundle) -> Iterator[Hit]:
    """deletionRules beside onSuccess or onFailure.

    Want: deletionRules alone.
    """
    for job, strategy in _strategies(bundle):
        given = [name for name in _LEGACY if strategy.get(name) is not None]
        if _rules(strategy) and given:
            yield job.hit(f"deletionRules beside {', '.join(given)}", _PLACE, given[0])


@operator_rule("deletion-empty")
def deletion_empty(bundle: Bundle) -> Iterator[Hit]:
    """deletionStrategy says nothing.

    Want: deletionRules, or onSuccess and onFailure.
    """
    for job, strategy in _strategies(bundle):
        if not _rules(strategy) and not any(strategy.get(name) is not None for name in _LEGACY):
            yield job.hit("none", _PLACE)


@operator_rule("deletion-legacy-half")
def deletion_legacy_half(bundle: Bundle) -> Iterator[Hit]:
    """Of onSuccess and onFailure one is missing, or has no policy.

    Want: both, each with a policy.
    """
    for job, strategy in _strategies(bundle):
        if any(strategy.get(name) is not None for name in _LEGACY):
            for name in _LEGACY:
                if not mapping(strategy.get(name)).get("policy"):
                    yield job.hit("none", _PLACE, name)


@operator_rule("deletion-with-selector")
def deletion_with_selector(bundle: Bundle) -> Iterator[Hit]:
    """A job with clusterSelector deletes the cluster or its workers, which are not its own.

    Want: DeleteSelf or DeleteNone.
    """
    for job, strategy in _strategies(bundle):
        for place, policy in _policies(strategy):
            if job.selector and policy in ("DeleteCluster", "DeleteWorkers"):
                yield job.hit(policy, *place)


@operator_rule("deletion-of-workers-with-autoscaler")
def deletion_of_workers_with_autoscaler(bundle: Bundle) -> Iterator[Hit]:
    """DeleteWorkers while Ray's autoscaler is on, which would make them again.

    Want: DeleteCluster.
    """
    for job, strategy in _strategies(bundle):
        for place, policy in _policies(strategy):
            if job.cluster.get("enableInTreeAutoscaling") is True and policy == "DeleteWorkers":
                yield job.hit(policy, *place)


@operator_rule("deletion-none-with-shutdown")
def deletion_none_with_shutdown(bundle: Bundle) -> Iterator[Hit]:
    """DeleteNone of onSuccess or onFailure beside shutdownAfterJobFinishes: true.

    Want: one of the two.
    """
    for job, strategy in _strategies(bundle):
        for name in _LEGACY:
            if job.shuts_down and mapping(strategy.get(name)).get("policy") == "DeleteNone":
                yield job.hit("DeleteNone", _PLACE, name, "policy")


@operator_rule("deletion-condition")
def deletion_condition(bundle: Bundle) -> Iterator[Hit]:
    """The condition of a rule names not exactly one status, or a negative time.

    Want: jobStatus or jobDeploymentStatus, and ttlSeconds of at least 0.
    """
    for job, strategy in _strategies(bundle):
        for position, rule in enumerate(_rules(strategy)):
            condition = mapping(rule.get("condition"))
            given = [name for name in _STATUSES if condition.get(name) is not None]
            place = (_PLACE, "deletionRules", position, "condition")
            if len(given) != 1:
                yield job.hit(" and ".join(given) or "no status", *place)
            if number(condition.get("ttlSeconds")) < 0:
                yield job.hit(shown(condition["ttlSeconds"]), *place, "ttlSeconds")


@operator_rule("deletion-rule-repeated")
def deletion_rule_repeated(bundle: Bundle) -> Iterator[Hit]:
    """Two rules have the same status and policy.

    Want: each pair once.
    """
    for job, strategy in _strategies(bundle):
        seen: set[tuple[str, ...]] = set()
        for position, rule in enumerate(_rules(strategy)):
            pair = (*_status(rule), text(rule.get("policy")))
            if pair in seen:
                yield job.hit(f"{pair[1]} with {pair[2]}", _PLACE, "deletionRules", position)
            seen.add(pair)


@operator_rule("deletion-order")
def deletion_order(bundle: Bundle) -> Iterator[Hit]:
    """What is larger is deleted before what is in it.

    Want: for each status ttlSeconds of DeleteWorkers ≤ DeleteCluster ≤ DeleteSelf.
    """
    for job, strategy in _strategies(bundle):
        times: dict[tuple[str, str], dict[str, tuple[float, int]]] = defaultdict(dict)
        for position, rule in enumerate(_rules(strategy)):
            seconds = number(mapping(rule.get("condition")).get("ttlSeconds"))
            times[_status(rule)].setdefault(text(rule.get("policy")), (seconds, position))
        for by_policy in times.values():
            present = [(policy, *by_policy[policy]) for policy in _ORDER if policy in by_policy]
            for (earlier, before, _), (later, after, position) in pairwise(present):
                if after < before:
                    got = f"{later} after {after:g} s, {earlier} after {before:g} s"
                    yield job.hit(got, _PLACE, "deletionRules", position, "condition", "ttlSeconds")


def _status(rule: dict[str, Any]) -> tuple[str, str]:
    condition = mapping(rule.get("condition"))
    return next(((name, text(condition[name])) for name in _STATUSES if condition.get(name)), ("", ""))
