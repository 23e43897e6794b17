"""Where what this package writes for an environment lives."""

from __future__ import annotations

from pathlib import Path

from config.environment import Environment
from config.paths import BUILD

_DIRECTORY = BUILD / "operate"


def directory_of(environment: Environment) -> Path:
    """Its own, by target and name; only its owner may look into it."""
    path = (_DIRECTORY / environment.target / environment.name).resolve()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def other_ssh_configs(environment: Environment) -> list[Path]:
    """The files that `make ssh-config` has written for other environments."""
    own = directory_of(environment) / SSH_CONFIG
    return [path for path in sorted(_DIRECTORY.resolve().glob(f"*/*/{SSH_CONFIG}")) if path != own]


SSH_CONFIG = "ssh_config"
