"""Rules over several settings: what AWS or Ray would refuse later, or what would silently do nothing."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from config.environment import Environment
from config.problems import Problem
from config.rules import access, audit, buckets, environment, kms, names, network, nodes, observability, ray, storage
from config.rules.registry import Rule, rules_of

_MODULES = (environment, network, access, kms, nodes, ray, observability, buckets, storage, names, audit)
RULES: tuple[Rule, ...] = tuple(chain.from_iterable(rules_of(module) for module in _MODULES))


def rule_problems(checked: Environment, *, skip: Collection[str]) -> list[Problem]:
    """Problems that the rules find; a rule that reads a section in `skip` is left out."""
    return [problem for rule in RULES if not rule.reads.intersection(skip) for problem in rule.problems(checked)]
