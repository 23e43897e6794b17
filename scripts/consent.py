"""Ask a person before something ends that others may be using."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from config.commands import make_command
from config.errors import UserError

if TYPE_CHECKING:
    from config.commands import Chosen


def require_name(chosen: Chosen, goal: str, *, question: str, refusal: str) -> None:
    """Go on with an environment on AWS only when its name was typed, or given as CONFIRM=; else raise UserError."""
    name = chosen.name
    if chosen.target == "local" or _confirmation(f"{question} Type {name} to go on: ") == name:
        return
    raise UserError(f"{refusal}: confirm it with its name: {make_command(goal, chosen)} CONFIRM={name}")


def _confirmation(question: str) -> str | None:
    if given := os.environ.get("CONFIRM"):
        return given
    if not sys.stdin.isatty():
        return None
    try:
        return input(question).strip()
    except EOFError:  # Ctrl-D is no consent
        print()
        return None
