"""Rules over several settings: what AWS or Ray would refuse later, or what would silently do nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import chain

from config.environment import Environment
from config.partial import UnknownSettingError
from config.problems import Problem
from config.rules import (
    access,
    anyscale,
    anyscale_bucket,
    anyscale_network,
    anyscale_policies,
    audit,
    autoscaler,
    bastion,
    buckets,
    eks_access,
    eks_cluster,
    eks_network,
    eks_policies,
    environment,
    kms,
    kuberay_pods,
    kuberay_ray,
    kuberay_scaling,
    kuberay_storage,
    kuberay_types,
    kuberay_work,
    launcher,
    names,
    network,
    nodes,
    observability,
    ray,
    role_policy,
    storage,
    way_out,
    worker_types,
)
from config.rules.registry import Rule, rules_of

_MODULES = (
    environment,
    network,
    way_out,
    access,
    bastion,
    kms,
    nodes,
    worker_types,
    autoscaler,
    launcher,
    ray,
    observability,
    buckets,
    role_policy,
    storage,
    names,
    anyscale,
    anyscale_network,
    anyscale_bucket,
    anyscale_policies,
    eks_cluster,
    eks_access,
    eks_network,
    eks_policies,
    kuberay_types,
    kuberay_pods,
    kuberay_scaling,
    kuberay_ray,
    kuberay_work,
    kuberay_storage,
    audit,
)
RULES: tuple[Rule, ...] = tuple(chain.from_iterable(rules_of(module) for module in _MODULES))


def rule_problems(checked: Environment, *, skip: Collection[str]) -> list[Problem]:
    """Problems that the rules find; a rule that reads a section in `skip` is left out."""
    wanted = [rule for rule in RULES if isinstance(checked, rule.of) and not rule.reads.intersection(skip)]
    return [problem for rule in wanted for problem in _found(rule, checked)]


def _found(rule: Rule, checked: Environment) -> Iterator[Problem]:
    """What a rule finds, up to where it reads a setting that is wrong in the file."""
    with suppress(UnknownSettingError):
        yield from rule.problems(checked)
