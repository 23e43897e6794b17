"""What a check is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from types import ModuleType

from config.ec2_cluster import Ec2ClusterConfig
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory

Judge = Callable[[Inventory, Ec2ClusterConfig], Iterator[Verdict]]
Applies = Callable[[Ec2ClusterConfig], bool]


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

    def may_see_nothing(self, config: Ec2ClusterConfig) -> bool:
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


def always(_config: Ec2ClusterConfig) -> bool:
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
