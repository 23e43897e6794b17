"""Compare the recorded state with the recorded answers, changed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.audit.drift.types import TRANSLATORS
from scripts.audit.drift.verdicts import of_service
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.answers import Answers
from scripts.state import State
from tests.audit import healthy_drift
from tests.audit.change import change
from tests.audit.environments import load
from tests.audit.healthy import healthy

_HEALTHY = healthy(load("small"))


def inventory(state: State | None = None, answers: Answers | None = None) -> Inventory:
    """The recorded one, with another state or other answers."""
    changed = change(_HEALTHY, "state", state or healthy_drift.state())
    return change(changed, "answers", answers or healthy_drift.answers())


def verdicts(state: State | None = None, answers: Answers | None = None) -> list[Verdict]:
    """Of all services."""
    compared = inventory(state, answers)
    return [verdict for service in TRANSLATORS for verdict in of_service(service, compared)]


def failures(changes: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Address, attribute, intended and deployed of what is found after changes to the answers."""
    for verdict in verdicts(answers=healthy_drift.answers(changes)):
        if verdict.ok is False:
            yield verdict.address, verdict.attribute, str(verdict.intended), str(verdict.deployed)
