"""Scripts of the user's own that become part of user data."""

from __future__ import annotations

from pathlib import Path

from config.paths import shown

HOOK_END = "RAYFORM_HOOK_EOF"
"""Ends the hook in the user data."""


def hook_trouble(file: Path) -> tuple[str, str] | None:
    """What is wrong with a hook, and what is wanted; None when nothing is."""
    if not file.is_file():
        return "which is not there", f"a script at {shown(file)}"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "which cannot be read as text", "a shell script in UTF-8"
    if not text.startswith("#!"):
        return f"which begins with {text[:10]!r}", "a script whose first line names its interpreter: #!/bin/bash"
    if HOOK_END in text.splitlines():
        return f"which has a line {HOOK_END}", "a script without that line, which ends it in the user data"
    return None
