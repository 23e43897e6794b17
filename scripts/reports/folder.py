"""Where reports are: `reports/<env>/<date>/`, each folder there as a whole or not at all."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from config.environment import Environment
from config.errors import UserError
from config.paths import REPORTS

LATEST = "latest"
"""A link beside the folders that leads to the newest."""
AUDIT, JUNIT, SARIF, PAGE = "audit.json", "junit.xml", "audit.sarif", "report.html"

_FORM = "%Y-%m-%dT%H%M%SZ"
_FOLDER = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?")


def date_of(generated: datetime) -> str:
    """Name of the folder, `2026-11-21T141523Z`: sorts by time, and every file system takes it."""
    return generated.strftime(_FORM)


def dump_name(date: str, suffix: str) -> str:
    """Name of a dump: it says what it is wherever it is copied to."""
    return f"ray_cluster_aws_config_dump_{date}{suffix}"


def environment_folder(name: str) -> Path:
    """Where the reports of an environment are."""
    return REPORTS / name


def report_folders(directory: Path) -> list[Path]:
    """Folders of an environment's reports, the oldest first."""
    if not directory.is_dir():
        return []
    found = [path for path in directory.iterdir() if _FOLDER.fullmatch(path.name) and path.is_dir()]
    return sorted(found, key=_moment)


def _moment(path: Path) -> tuple[str, int]:
    date, _, repetition = path.name.partition("Z")
    return date, int(repetition.removeprefix("-") or 1)


def previous_report(environment: Environment) -> Path | None:
    """The newest report of an environment on the same target: a rehearsal does not compare with the real one."""
    for folder in reversed(report_folders(environment_folder(environment.name))):
        if _target(folder) == environment.target:
            return folder
    return None


def _target(folder: Path) -> str | None:
    try:
        document: Any = json.loads((folder / AUDIT).read_text(encoding="utf-8"))
        return str(document["target"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # nobody's: it was edited, or is of another version


def dump_of(folder: Path) -> Path | None:
    """The JSON dump in a folder."""
    return next(iter(sorted(folder.glob(dump_name("*", ".json")))), None)


def text_dump_of(folder: Path) -> Path:
    """The text dump of a folder that was just written."""
    return next(folder.glob(dump_name("*", ".txt")))


def write_folder(directory: Path, date: str, files: Mapping[str, str]) -> Path:
    """Write the files into a new folder of a directory: a reader finds all of them or no folder.

    Raises UserError when the disk or a permission is in the way.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        folder = _write(directory, date, files)
        _point(directory / LATEST, folder.name)
    except OSError as error:
        raise UserError(
            f"{error.filename or directory} cannot be written: {error.strerror}; make room or mend the permissions"
        ) from None
    return folder


def _write(directory: Path, date: str, files: Mapping[str, str]) -> Path:
    scratch = Path(tempfile.mkdtemp(dir=directory, prefix=f".{date}."))
    try:
        for name, text in files.items():
            (scratch / name).write_text(text, encoding="utf-8")
        # mkdtemp makes private folders; a report is for everybody who may read the checkout.
        scratch.chmod(0o755)
        return _move(scratch, directory, date)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _move(scratch: Path, directory: Path, date: str) -> Path:
    """Move a folder to its name. A second one of the same second gets a number: no report is ever replaced."""
    for number in count(1):
        folder = directory / (date if number == 1 else f"{date}-{number}")
        # A rename onto a folder that has files fails, so two audits at once cannot take the same name.
        if not folder.exists():
            try:
                return scratch.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
    raise AssertionError  # count has no end


def _point(link: Path, name: str) -> None:
    scratch = Path(tempfile.mkdtemp(dir=link.parent, prefix=f".{LATEST}."))
    try:
        new = scratch / LATEST
        new.symlink_to(name, target_is_directory=True)
        new.replace(link)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
