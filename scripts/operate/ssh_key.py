"""The key that a user logs in with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from config.errors import UserError
from scripts.operate.process import announce, require_programs

_USUAL = ("id_ed25519", "id_rsa")
"""Those that EC2 Instance Connect takes."""


def find_key(chosen: str | None) -> Path | None:
    """The private key that was chosen with SSH_KEY=; without one, OpenSSH tries the user's own.

    Raises UserError when it is not there.
    """
    if chosen is None:
        return None
    path = Path(chosen).expanduser().resolve()
    if not path.is_file():
        raise UserError(f"SSH_KEY: there is no file {chosen}, want a private key such as ~/.ssh/id_ed25519")
    return path


def require_key(chosen: str | None, directory: Path) -> Path:
    """A private key with its public half beside it: the chosen one, the user's own, or one made for this.

    EC2 Instance Connect takes a public key for 60 seconds, from who has the permission: the key itself opens nothing.
    """
    key = find_key(chosen)
    if key is None:
        key = usual_key() or _own_key(directory)
    if not _has_public_half(key):
        raise UserError(f"SSH_KEY: {key} has no public half {public_half(key)}: ssh-keygen -y -f {key} > {key}.pub")
    return key


def usual_key() -> Path | None:
    """The user's own key, where it has its usual name."""
    return next(filter(_has_public_half, (Path.home() / ".ssh" / name for name in _USUAL)), None)


def public_half(key: Path) -> Path:
    """`id_ed25519.pub`."""
    return key.with_name(f"{key.name}.pub")


def _has_public_half(key: Path) -> bool:
    return key.is_file() and public_half(key).is_file()


def _own_key(directory: Path) -> Path:
    key = directory / "id_ed25519"
    if not _has_public_half(key):
        require_programs("ssh-keygen")
        key.unlink(missing_ok=True)
        arguments = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "rayform", "-f", str(key)]
        announce(arguments)
        subprocess.run(arguments, check=True)
    return key
