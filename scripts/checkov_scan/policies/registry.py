"""How a policy is declared, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from inspect import cleandoc

from scripts.checkov_scan.policies.plan import NotYetKnownError, Plan, Resource

Judge = Callable[[Resource, Plan], Iterator[str]]
"""Yields what is wrong with a resource, one line each; nothing when it is as it should be."""

POLICIES: dict[str, Policy] = {}
"""All policies by id, filled as their modules are imported."""


@dataclass(frozen=True)
class Policy:
    """One rule over one resource of a plan and what belongs to it."""

    id: str
    judge: Judge
    subjects: tuple[str, ...]
    """Types of the resources that it judges."""
    setting: str
    """Field of the environment file that has to do with it, or nothing."""

    @property
    def title(self) -> str:
        """What is wanted, as findings name it."""
        return cleandoc(self.judge.__doc__ or "").partition("\n\n")[0].replace("\n", " ").removesuffix(".")

    @property
    def text(self) -> str:
        """Why, and what to change: a paragraph each."""
        return cleandoc(self.judge.__doc__ or "").partition("\n\n")[2].replace("\nFix: ", "\n\nFix: ")


@dataclass(frozen=True)
class Judgement:
    """What a policy says about a resource."""

    faults: tuple[str, ...] = ()
    undecided: str = ""
    """Why it cannot say; empty when it can."""


def policy(id_: str, *subjects: str, setting: str = "") -> Callable[[Judge], Judge]:
    """Declare a policy; its docstring is what is wanted, why, and what to change."""

    def declare(judge: Judge) -> Judge:
        if id_ in POLICIES:
            raise ValueError(f"{id_} is taken by {POLICIES[id_].judge.__name__}")
        POLICIES[id_] = Policy(id_, judge, subjects, setting)
        return judge

    return declare


def ask(rule: Policy, resource: Resource, plan: Plan) -> Judgement:
    """Ask a policy about a resource. What it could not see is never fine; what it saw before stays wrong."""
    faults: list[str] = []
    undecided = ""
    try:
        faults.extend(rule.judge(resource, plan))
    except NotYetKnownError as error:
        undecided = str(error)
    except Exception as error:  # noqa: BLE001 - one rule that stumbles must neither pass nor hide the others
        undecided = f"the policy stumbles over it: {type(error).__name__}"
    return Judgement(tuple(dict.fromkeys(faults)), "" if faults else undecided)
