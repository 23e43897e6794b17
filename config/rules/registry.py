"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from config.environment import Environment, environment_class
from config.problems import Problem

Judge = Callable[[Any], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    """A pure function from an environment to problems, and the top-level settings that it reads."""

    problems: Judge
    reads: frozenset[str]
    of: type[Environment]
    """Environments of this class only: that of the function's parameter."""

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.problems.__name__


def rule(*reads: str) -> Callable[[Judge], Rule]:
    """Make a rule; it is skipped when one of the sections that it reads is itself wrong."""
    return lambda judge: Rule(judge, frozenset(reads), environment_class(judge))


def rules_of(module: ModuleType) -> list[Rule]:
    """The rules of a file, in order."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]
