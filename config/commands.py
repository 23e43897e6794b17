"""The commands that messages tell a user to run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Chosen(Protocol):
    """What a user chose on the command line: an environment, and perhaps another target than its own."""

    @property
    def name(self) -> str:
        """Name of the environment."""

    @property
    def target(self) -> str:
        """Where it is worked on."""

    @property
    def overrides_target(self) -> bool:
        """Whether that is not the target of its file."""


def make_command(goal: str, chosen: Chosen) -> str:
    """Return `make <goal>` for the same environment on the same target: a rehearsal's hint must not lead to AWS."""
    target = f" TARGET={chosen.target}" if chosen.overrides_target else ""
    return f"make {goal} ENV={chosen.name}{target}"


def make_commands(goals: Iterable[str], chosen: Chosen) -> str:
    """Return `make <goal> && make <goal>`: one line of a shell."""
    return " && ".join(make_command(goal, chosen) for goal in goals)
