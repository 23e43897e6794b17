"""The emulator's state on disk: every backend of moto in one file, written atomically, loaded at start.

A pickle can run code when it is loaded, so only a file of the current user is opened, and only after its checksum
and versions were compared.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moto.core.base_backend import BackendDict

from config.errors import UserError
from scripts.local_aws import pickling
from scripts.local_aws.identity import PRODUCT, moto_version

FORMAT = 2
"""Raised when what an older state lacks cannot be added to it: 2 knows EKS's images and clusters."""


def freeze() -> bytes:
    """All backends as one pickle; nothing may change them meanwhile."""
    tree = [
        (pickling.home(services), {account: _used(regions) for account, regions in services.items()})
        for services in list(BackendDict._instances)
    ]
    return pickling.dumps(tree)


def _used(regions: dict[str, Any]) -> dict[str, Any]:
    """Leave the partitions out that we do not serve: moto loads 4 MB of IAM policies for each of them."""
    return {region: backend for region, backend in regions.items() if not region.startswith("aws-")}


def write(path: Path, payload: bytes) -> None:
    """Put a frozen state in place in one step, readable by its owner only."""
    header = {"product": PRODUCT, "format": FORMAT, "moto": moto_version(), "sha256": _checksum(payload)}
    document = json.dumps(header).encode() + b"\n" + payload
    write_private(path, document)


def write_private(path: Path, document: bytes) -> None:
    """Replace a file atomically, with mode 0600 and on disk before it gets its name."""
    scratch = path.with_name(f"{path.name}.new")
    scratch.unlink(missing_ok=True)
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)


def load(path: Path) -> None:
    """Fill moto's backends from a file; a missing file is an empty account."""
    document = _read_own(path)
    if document is None:
        return
    payload = _verified_payload(path, document)
    try:
        tree = pickling.loads(payload)
        for (module, name), accounts in tree:
            _restore(getattr(importlib.import_module(module), name), accounts)
    except Exception as error:  # a pickle of other code fails in any way it likes
        raise _unusable(path, f"it does not load ({type(error).__name__})") from error


def _restore(services: BackendDict[Any], accounts: dict[str, dict[str, Any]]) -> None:
    for account, regions in accounts.items():
        for region, backend in regions.items():
            services[account][region] = backend


def _read_own(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if status.st_uid != os.getuid():
                raise _unusable(path, "it belongs to another user")
            if status.st_mode & 0o022:
                raise _unusable(path, "others may write to it")
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error.strerror or "it cannot be read") from error


def _verified_payload(path: Path, document: bytes) -> bytes:
    head, _, payload = document.partition(b"\n")
    try:
        header = json.loads(head)
        found = {name: header[name] for name in ("product", "format", "moto", "sha256")}
    except (ValueError, KeyError, TypeError):
        raise _unusable(path, "it is not a state of the embedded AWS") from None
    expected: dict[str, Callable[[], object]] = {
        "product": lambda: PRODUCT,
        "format": lambda: FORMAT,
        "moto": moto_version,
        "sha256": lambda: _checksum(payload),
    }
    for name, wanted in expected.items():
        if found[name] != wanted():
            raise _unusable(path, f"its {name} is {found[name]}, wanted {wanted()}")
    return payload


def _checksum(payload: bytes) -> str:
    return hashlib.sha256(payload).hexdigest()


def _unusable(path: Path, why: str) -> UserError:
    return UserError(f"the state of the embedded AWS cannot be used: {path}: {why}; run: make local-reset")
