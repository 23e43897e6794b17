"""Which reports a user means."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import UserError
from config.paths import shown
from scripts.reports.folder import LATEST, PAGE, dump_of, environment_folder, report_folders


@dataclass(frozen=True)
class Dump:
    """A dump that was read."""

    name: str
    """Its path, as messages show it."""
    document: dict[str, Any]

    @property
    def target(self) -> str:
        """Where it was read from."""
        return str(self.document["header"]["target"])


def newest_page(name: str, target: str | None) -> Path:
    """The page of the newest report. Raises UserError when there is none."""
    for folder in reversed(report_folders(environment_folder(name))):
        if (folder / PAGE).is_file() and (target is None or _is_of(folder, target)):
            return folder / PAGE
    raise UserError(f"there is no report of {name}{_on(target)} yet; run: {_audit(name, target)}")


def chosen_dumps(name: str, target: str | None, first: str, second: str) -> tuple[Dump, Dump]:
    """The two dumps to compare. Raises UserError when one is not there or cannot be read."""
    folders = [
        folder for folder in report_folders(environment_folder(name)) if target is None or _is_of(folder, target)
    ]
    wanted = _chosen(name, second or LATEST, folders, target)
    after = _read(wanted)
    if first:
        return _read(_chosen(name, first, folders, target)), after
    # The one before it on the same target: a rehearsal is no earlier state of the real one.
    here = [folder.resolve() for folder in folders]
    earlier = folders[: here.index(wanted.parent.resolve())] if wanted.parent.resolve() in here else []
    before = next((folder for folder in reversed(earlier) if _is_of(folder, after.target)), None)
    if before is None:
        raise UserError(
            f"{shown(wanted)} has no report before it to compare with; name one with FROM=<dump, folder or date>, "
            f"or make another: {_audit(name, target)}"
        )
    return _read(_dump_in(before)), after


def _chosen(name: str, given: str, folders: list[Path], target: str | None) -> Path:
    """The dump that a path, or the beginning of a date, means: of several reports of a day the last."""
    path = Path(given)
    if path.is_dir():
        return _dump_in(path)
    if path.is_file():
        return path
    matching = folders if given == LATEST else [folder for folder in folders if folder.name.startswith(given)]
    if matching:
        return _dump_in(matching[-1])
    if given == LATEST:
        raise UserError(f"there is no report of {name}{_on(target)} yet; run: {_audit(name, target)}")
    raise UserError(f"there is no dump {given!r}, want a file, a folder or one of: {_names(folders)}")


def _names(folders: Iterable[Path]) -> str:
    return ", ".join(folder.name for folder in folders) or "none there yet"


def _dump_in(folder: Path) -> Path:
    dump = dump_of(folder)
    if dump is None:
        raise UserError(f"{shown(folder)} has no JSON dump in it: name another folder, or the file itself")
    return dump


def _is_of(folder: Path, target: str) -> bool:
    dump = dump_of(folder)
    try:
        return dump is not None and _read(dump).target == target
    except UserError:
        return False


def _read(path: Path) -> Dump:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return Dump(shown(path), {**document, "header": dict(document["header"], target=document["header"]["target"])})
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{shown(path)} is no JSON dump: name the .json that `make dump` writes") from None


def _on(target: str | None) -> str:
    return f" on target {target}" if target else ""


def _audit(name: str, target: str | None) -> str:
    return f"make audit ENV={name}{f' TARGET={target}' if target else ''}"
