"""The files in rejected/: each begins with the errors that it must give, one comment line each."""

from __future__ import annotations

from pathlib import Path

from config.paths import ROOT

REJECTED = Path(__file__).parent / "rejected"
FILES = sorted(REJECTED.glob("*.yaml"))
_MARK = "# error: "


def wanted_lines(path: Path) -> list[str]:
    """Error lines as printed: a comment has them from the file's name on."""
    comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(_MARK)]
    return [f"{REJECTED.relative_to(ROOT)}/{line.removeprefix(_MARK)}" for line in comments]
