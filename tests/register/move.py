"""The files of docs/anyscale.md for a move, filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from config.paths import ROOT

MOVE = ROOT / "docs" / "anyscale-move"
IMPORTS = MOVE / "anyscale.imports.tf"
_PLACE = re.compile(r"<([a-z0-9-]+)>")


def filled(file: Path, found: Mapping[str, str]) -> str:
    """An example of the page with ids in the places of <…>, for the embedded AWS."""
    lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    text = _PLACE.sub(lambda place: found[place[1]], "\n".join(lines))
    return text.replace("target: aws", "target: local") + "\n"
