"""Talk to a running emulator's own paths, by the standard library alone."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from config.errors import UserError
from scripts.local_aws.identity import IDENTITY_PATH, Folder, Identity

ANSWER_SECONDS = 5.0
SAVE_SECONDS = 60.0

# Loopback never goes through the user's HTTP proxy.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def identify(folder: Folder) -> Identity | None:
    """Return the emulator that serves this folder, when it answers by the name that its file gives it.

    After a crash another program may have the port, or the emulator of another checkout: neither is ours.
    """
    noted = _noted(folder.identity)
    if noted is None or Path(noted.folder) != folder.path:
        return None
    return noted if _asked(noted.endpoint) == noted else None


def post(url: str) -> dict[str, Any]:
    """Send a command to the emulator and return its answer."""
    try:
        document: dict[str, Any] = _ask(urllib.request.Request(url, method="POST"), SAVE_SECONDS)
        return document
    except (OSError, ValueError) as error:
        raise UserError(f"the embedded AWS did not answer ({error}); run: make local-down local-up") from error


def _noted(path: Path) -> Identity | None:
    try:
        return Identity.parse(json.loads(path.read_text()))
    except (OSError, ValueError):
        return None


def _asked(endpoint: str) -> Identity | None:
    try:
        return Identity.parse(_ask(urllib.request.Request(endpoint + IDENTITY_PATH), ANSWER_SECONDS))
    except (OSError, ValueError, http.client.HTTPException):  # whatever a foreign program answers
        return None


def _ask(request: urllib.request.Request, seconds: float) -> Any:
    try:
        with _OPENER.open(request, timeout=seconds) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        raise
