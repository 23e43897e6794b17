"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from scripts.explained import Explained
from scripts.manifests.check.bundle import Bundle
from scripts.manifests.check.reading import Document, Place

VALIDATION = "https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/controllers/ray/utils/validation.go"
"""The rules of KubeRay's operator."""
_REFUSED = "the operator refuses the resource with an event that says so, and makes no pod."


@dataclass(frozen=True)
class Hit:
    """One place where a rule is broken."""

    document: Document | None
    place: Place
    got: str
    """What stands there, never a secret."""
    wrong: str = ""
    """What is wrong, where the rule's title does not say it."""
    want: str = ""
    """What is wanted, where the rule does not say it."""
    file: str = ""
    line: int = 0
    """Where there is no document."""
    setting: str = ""


Judge = Callable[[Bundle], Iterator[Hit]]


@dataclass(frozen=True)
class Rule(Explained):
    """A pure function from documents to the places that break it. Its id is never reused."""

    id: str
    source: str
    """Address of what proves it: a schema, KubeRay's source or documentation, an issue."""
    judge: Judge
    needs_environment: bool = False
    """Whether it compares with the environment's own file, and is skipped for foreign files."""
    is_operators: bool = False

    @property
    def why(self) -> str:
        """What comes of it."""
        return super().why or (_REFUSED if self.is_operators else "")


def rule(id_: str, source: str, *, needs_environment: bool = False) -> Callable[[Judge], Rule]:
    """Make a rule of a function."""
    return lambda judge: Rule(id_, source, judge, needs_environment)


def operator_rule(id_: str) -> Callable[[Judge], Rule]:
    """Make a rule of a function that repeats what KubeRay's operator refuses."""
    return lambda judge: Rule(id_, VALIDATION, judge, is_operators=True)


def rules_of(module: ModuleType) -> list[Rule]:
    """The rules of a file, in order."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]
