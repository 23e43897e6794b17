"""What was decided, in memory and as JSON lines."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.iam_gate.principals import StatementId


@dataclass(frozen=True)
class Decision:
    """One check of a request; a request has several."""

    number: int
    """Of the request, from 1."""
    request: str
    """What was called: `ec2:RunInstances`."""
    principal: str
    """Name of the role, or an access key id that nobody registered."""
    action: str
    """What was asked for: `ec2:CreateTags`."""
    resource: str
    allowed: bool
    statements: tuple[StatementId, ...] = ()
    """Every statement that allowed it."""
    reason: str = ""
    """Why it was denied."""
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    """Condition keys of the check, in small letters."""

    def __str__(self) -> str:
        if self.allowed:
            return f"{self.principal} may {self.action} on {self.resource}"
        return f"{self.principal} may not {self.action} on {self.resource}: {self.reason} ({dict(self.context)})"


class Log:
    """Decisions in the order of the requests; written to a file, too, when there is one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._requests = 0
        self._decisions: list[Decision] = []

    def next_number(self) -> int:
        """Number of a new request."""
        with self._lock:
            self._requests += 1
            return self._requests

    def add(self, decisions: Iterable[Decision]) -> None:
        """Keep the decisions of one request."""
        kept = list(decisions)
        with self._lock:
            self._decisions.extend(kept)
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.writelines(json.dumps(asdict(decision)) + "\n" for decision in kept)

    def clear(self) -> None:
        """Forget what is in memory."""
        with self._lock:
            self._decisions.clear()

    def all(self) -> list[Decision]:
        """Everything so far."""
        with self._lock:
            return list(self._decisions)


def read_log(path: Path) -> list[Decision]:
    """Decisions of a file; the last line may still be in the writing and is then left out."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [_parsed(json.loads(line)) for line in lines if line.endswith("\n")]


def _parsed(line: dict[str, object]) -> Decision:
    statements = tuple(StatementId(*each) for each in line.pop("statements"))  # type: ignore[attr-defined]
    return Decision(**line, statements=statements)  # type: ignore[arg-type]
