"""Which reports a user means."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
    # The one before it on the same target: a rehearsal is no earlier state of the real one.
    earlier = [folder for folder in _before(wanted, folders) if _is_of(folder, after.target)]
    if first:
        chosen = _chosen(name, first, folders, target, preferred=earlier)
        _check_two(name, target, chosen, wanted, earlier)
        return _read(chosen), after
    before = earlier[-1] if earlier else None
    if before is None:
        raise UserError(
            f"{shown(wanted)} has no report before it to compare with; name one with FROM=<dump, folder or date>, "
            f"or make another: {_audit(name, target)}"
        )
    return _read(_dump_in(before)), after


def _before(dump: Path, folders: list[Path]) -> list[Path]:
    """The reports that are older than a dump's; none when it is no report of these folders."""
    here, folder = [each.resolve() for each in folders], dump.parent.resolve()
    return folders[: here.index(folder)] if folder in here else []


def _check_two(name: str, target: str | None, first: Path, second: Path, earlier: list[Path]) -> None:
    """Raise UserError when both are one: a report never differs from itself."""
    if first.resolve() == second.resolve():
        other = earlier[-1].name if earlier else "<dump, folder or date>"
        raise UserError(
            f"FROM and TO are both {shown(second)}, want two reports: "
            f"make diff ENV={name}{_target_option(target)} FROM={other} TO={second.parent.name}"
        )


def _chosen(
    name: str, given: str, folders: list[Path], target: str | None, preferred: Sequence[Path] | None = None
) -> Path:
    """The dump that a path, or the beginning of a date, means: of several reports the last, of the preferred first."""
    path = Path(given)
    if path.is_dir():
        return _dump_in(path)
    if path.is_file():
        return _json_of(path)
    matching = _matching(given, folders)
    if matching:
        better = [] if given == LATEST else _matching(given, preferred or ())
        return _dump_in((better or matching)[-1])
    if given == LATEST:
        raise UserError(f"there is no report of {name}{_on(target)} yet; run: {_audit(name, target)}")
    raise UserError(f"there is no dump {given!r}, want a file, a folder or one of: {_names(folders)}")


def _matching(given: str, folders: Sequence[Path]) -> list[Path]:
    """Reports whose date begins so; a whole name means that one, though another may begin with it."""
    if given == LATEST:
        return list(folders[-1:])
    exact = [folder for folder in folders if folder.name == given]
    return exact or [folder for folder in folders if folder.name.startswith(given)]


def _json_of(path: Path) -> Path:
    """The dump itself for its text, which stands beside it."""
    if path.suffix != ".txt":
        return path
    beside = path.with_suffix(".json")
    if not beside.is_file():
        raise UserError(f"{shown(path)} is a text dump and has no {beside.name} beside it: name a .json dump")
    return beside


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
        document = _parsed(path, path.read_text(encoding="utf-8"))
        return Dump(shown(path), {**document, "header": dict(document["header"], target=document["header"]["target"])})
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{shown(path)} is no JSON dump: name the .json that `make dump` writes") from None


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(text)
        return document
    except ValueError as error:
        if path.suffix != ".json" and not text.lstrip().startswith("{"):
            raise
        raise UserError(
            f"{shown(path)} is damaged, it is no whole JSON ({error}): name another report, or make one: make dump"
        ) from None


def _on(target: str | None) -> str:
    return f" on target {target}" if target else ""


def _audit(name: str, target: str | None) -> str:
    return f"make audit ENV={name}{_target_option(target)}"


def _target_option(target: str | None) -> str:
    return f" TARGET={target}" if target else ""
