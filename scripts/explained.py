"""What a rule says of itself, read from the docstring of its function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class Explained:
    """A rule whose function's docstring has a title, then paragraphs that begin with `Why: ` and `Want: `."""

    judge: Callable[..., Any]

    @property
    def title(self) -> str:
        """What is wrong: the first paragraph, without the full stop."""
        return self._paragraphs[0].removesuffix(".")

    @property
    def why(self) -> str:
        """What comes of it."""
        return self._paragraph("Why: ")

    @property
    def want(self) -> str:
        """What to write instead."""
        return self._paragraph("Want: ").removesuffix(".")

    @property
    def _paragraphs(self) -> list[str]:
        return [" ".join(part.split()) for part in (inspect.getdoc(self.judge) or "").split("\n\n")]

    def _paragraph(self, start: str) -> str:
        return next((part.removeprefix(start) for part in self._paragraphs if part.startswith(start)), "")
