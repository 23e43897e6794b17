"""What a check is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import ModuleType
from typing import Any

from config.environment import Environment, environment_class
from config.foundation import FoundationConfig
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory

Judge = Callable[[Inventory, Any], Iterator[Verdict]]
Applies = Callable[[Any], bool]


class Severity(Enum):
    """How much a failure matters; the highest comes first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True)
class Check:
    """A pure function from an inventory and an environment to verdicts. Its id is never reused."""

    id: str
    severity: Severity
    judge: Judge
    applies: Applies
    """Whether the environment declares what is judged; if so, a check without a verdict is UNKNOWN."""
    standards: tuple[str, ...] = ()
    """The rules of others that it stands for: `FSBP EC2.8`, `CIS 5.6`, `Config ec2-imdsv2-check`."""
    setting: str = ""
    """The field of the environment file that mends a failure: `network.flow_logs`."""
    optional: Applies | None = None
    """Where it judges what is there: where nothing is, there is nothing to say."""

    def is_for(self, config: FoundationConfig) -> bool:
        """Whether the environment is of the class that the functions take, and declares what is judged."""
        return isinstance(config, self.environments) and self.applies(config)

    @cached_property
    def environments(self) -> type[Environment]:
        """Environments of this class only."""
        classes = (environment_class(self.judge), environment_class(self.applies))
        return max(classes, key=lambda class_: len(class_.__mro__))

    def may_see_nothing(self, config: FoundationConfig) -> bool:
        """Whether there may be nothing to judge."""
        return self.optional is not None and self.optional(config)

    @property
    def service(self) -> str:
        """First part of the id."""
        return self.id.split(".")[0]

    @property
    def documentation(self) -> str:
        """The docstring of the function."""
        return inspect.getdoc(self.judge) or ""

    @property
    def scope(self) -> str:
        """Which environments it is for, in words."""
        return inspect.getdoc(self.applies) or ""

    @property
    def title(self) -> str:
        """What is wanted: the first paragraph of the documentation, on one line."""
        return " ".join(self.documentation.partition("\n\n")[0].split())

    @property
    def why(self) -> str:
        """Why it matters."""
        return self._paragraph("Why: ")

    @property
    def fix(self) -> str:
        """How a failure is mended."""
        return self._paragraph("Fix: ")

    def _paragraph(self, start: str) -> str:
        paragraphs = (" ".join(part.split()) for part in self.documentation.split("\n\n"))
        return next((part.removeprefix(start) for part in paragraphs if part.startswith(start)), "")


def always(_config: FoundationConfig) -> bool:
    """Every environment."""
    return True


def check(
    id_: str,
    *,
    severity: Severity,
    applies: Applies = always,
    standards: tuple[str, ...] = (),
    setting: str = "",
    optional: bool | Applies = False,
) -> Callable[[Judge], Check]:
    """Make a check of a function."""
    where = optional if callable(optional) else always if optional else None
    return lambda judge: Check(id_, severity, judge, applies, standards, setting, where)


def checks_of(module: ModuleType) -> list[Check]:
    """The checks of a file, in order."""
    return [value for value in vars(module).values() if isinstance(value, Check)]
