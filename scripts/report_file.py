"""Reports are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from config.errors import UserError


def write_report(path: Path, text: str) -> None:
    """Write a file next to its place and move it there: a reader sees the old report or the new one, never a part.

    Raises UserError when the disk or a permission is in the way.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; make room or mend the permissions") from None


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        # mkstemp makes private files; a report is for everybody who may read the checkout.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
