"""Which bends are made at the same time: those that are about different things, and found by different checks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from scripts.audit.engine import Result
from tests.verify.bending import Bend
from tests.verify.deployment import Deployment


@dataclass(frozen=True)
class Round:
    """Bends of different areas."""

    bends: list[Bend] = field(default_factory=list)
    areas: set[int] = field(default_factory=set)

    def has_room(self, area: int, bend: Bend) -> bool:
        """Whether nothing that is here already is about the same, or found by the same checks."""
        alone = any(each.alone or each.declared for each in [bend, *self.bends])
        return not (alone and self.bends) and area not in self.areas and not (self.checks & bend.found.keys())

    @property
    def checks(self) -> set[str]:
        """All that must find something."""
        return {check for bend in self.bends for check in bend.found}

    def add(self, area: int, bend: Bend) -> None:
        """Make one more bend."""
        self.bends.append(bend)
        self.areas.add(area)

    def judged(self, deployment: Deployment) -> list[Result]:
        """What is found while all are made; all are put back."""
        with ExitStack() as bent:
            states = [bent.enter_context(bend.make(deployment)) for bend in self.bends]
            declared = [bend.declared(deployment) for bend in self.bends if bend.declared]
            state = next((each for each in states if each is not None), None)
            return deployment.verified(declared[0] if declared else None, state)


def rounds(areas: Sequence[Sequence[Bend]]) -> list[Round]:
    """As few rounds as the first fit gives."""
    found: list[Round] = []
    for area, bends in enumerate(areas):
        for bend in bends:
            fitting = next((each for each in found if each.has_room(area, bend)), None)
            if fitting is None:
                fitting = Round()
                found.append(fitting)
            fitting.add(area, bend)
    return found
