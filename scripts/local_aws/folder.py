"""The emulator's folder: made private, marked as ours, used by one client at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import UserError
from scripts.local_aws.identity import Folder

MARKER = ".rayform"
"""Stands in a folder that this package made: nothing else is ever removed."""

OF_OTHERS = frozenset({"terraform"})
"""What the other commands put there before an emulator ran."""


def prepare(folder: Folder) -> None:
    """Make the folder, open to nobody else."""
    try:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        require_ours(folder)
        folder.path.chmod(0o700)
        (folder.path / MARKER).touch()
    except OSError as error:
        raise UserError(f"{folder.path} cannot be used ({error.strerror}); set RAYFORM_LOCAL_AWS") from None


def require_ours(folder: Folder) -> None:
    """Refuse a folder that holds anything else: a reset removes all of it."""
    entries = {entry.name for entry in folder.path.iterdir()}
    if MARKER not in entries and entries - OF_OTHERS:
        raise UserError(f"{folder.path} holds other files; set RAYFORM_LOCAL_AWS to a new folder")


@contextmanager
def locked(folder: Folder) -> Iterator[None]:
    """Keep other clients from starting or stopping meanwhile; waits for them."""
    descriptor = _lock(folder.client_lock)
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(path: Path) -> int:
    while True:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)  # a reset removed the file while we waited for it


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
