"""Saves the state soon after the last change, so that a crash or a reboot loses next to nothing."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from scripts.local_aws import state
from scripts.local_aws.gate import Gate

QUIET_SECONDS = 0.5
"""Changes come in bursts: save when there was none for so long …"""

REST_SECONDS = 10.0
"""… and the state was not written for this long, or when the oldest unsaved change is this old: an apply pauses often,
and nothing is answered while the state is copied. Whoever applies asks for a save at the end."""


class Saver:
    """Counts changes and writes the state; `save` is safe from any thread."""

    def __init__(self, path: Path, gate: Gate) -> None:
        self._path = path
        self._gate = gate
        self._writing = threading.Lock()
        self._changed = threading.Event()
        self._oldest: float | None = None
        self._newest = 0.0
        self._saved = float("-inf")

    def start(self) -> None:
        """Begin to watch in the background."""
        threading.Thread(target=self._watch, name="saver", daemon=True).start()

    def note_change(self) -> None:
        """Tell that a request may have changed the state."""
        self._newest = time.monotonic()
        self._oldest = self._oldest or self._newest
        self._changed.set()

    def save(self) -> None:
        """Write the state now, when something changed since it was written."""
        with self._writing:
            try:
                frozen = self._freeze()
                if frozen is not None:
                    state.write(self._path, frozen)
            except Exception:
                self.note_change()  # it is still unsaved
                raise

    def _freeze(self) -> bytes | None:
        with self._gate.alone():
            if not self._changed.is_set():
                return None
            self._changed.clear()
            self._oldest = None
            self._saved = time.monotonic()
            return state.freeze()

    def _watch(self) -> None:
        while True:
            self._changed.wait()
            while not self._due():
                time.sleep(QUIET_SECONDS / 5)
            try:
                self.save()
            except Exception as error:  # noqa: BLE001  # keep serving, and try again
                print(f"EMULATOR SAVE FAILED {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                time.sleep(REST_SECONDS)

    def _due(self) -> bool:
        now, oldest = time.monotonic(), self._oldest
        quiet = now - self._newest >= QUIET_SECONDS and now - self._saved >= REST_SECONDS
        return oldest is None or quiet or now - oldest >= REST_SECONDS
