"""One problem of an environment file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a setting, and what is wanted."""

    path: Path
    got: str
    want: str
    misses: Path = ()
    """The entry that the setting names and that is not there: `workers.cpu`."""

    def __str__(self) -> str:
        place = f"{dotted(self.path)}: " if self.path else ""
        return f"{place}{self.got}, want {self.want}"


def dotted(path: Path) -> str:
    """`head.instance_type`; a name that would be misread stands in quotes."""
    return ".".join(part if re.fullmatch(r"[\w:/@+-]+", part) else json.dumps(part) for part in map(str, path))
