"""Find a provider mirror on disk, for machines that cannot reach the provider registry.

A mirror that somebody has named always wins. Directories that merely exist are searched only when the registry
is out of reach: what they hold is what somebody put there, the registry's packages are signed.
"""

from __future__ import annotations

import os
import platform
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.errors import UserError

REGISTRY = "registry.terraform.io"
REGISTRY_TIMEOUT_SECONDS = 3
SEARCH_ROOTS = ("/opt", "/usr/share", "/usr/local/share", "/usr/local/lib", "/var/lib", "~")
SEARCH_DEPTH = 4
DIRECTORIES_PER_ROOT = 5_000
"""A home directory can be huge: better to miss a mirror in it than to search for minutes."""

Providers = Mapping[str, str]
"""Provider source (`registry.terraform.io/hashicorp/aws`) → exact version."""


def find_mirror(providers: Providers, variables: Mapping[str, str]) -> Path | None:
    """Return the mirror to install from; None when the registry (or the user's own set-up) serves."""
    if named := variables.get("RAYFORM_PROVIDER_MIRROR"):
        return _checked(Path(named).expanduser().absolute(), providers)
    if implied_mirror(providers) or registry_answers():
        return None
    return next((mirror for mirror in _candidates() if holds(mirror, providers)), None)


def _checked(mirror: Path, providers: Providers) -> Path:
    if not holds(mirror, providers):
        wanted = ", ".join(f"{source} {version}" for source, version in providers.items())
        raise UserError(f"RAYFORM_PROVIDER_MIRROR={mirror} does not hold {wanted} for {terraform_platform()}")
    return mirror


def implied_mirror(providers: Providers) -> Path | None:
    """Return the directory in which Terraform itself looks first, when it holds the providers."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    directories = (
        Path.home() / ".terraform.d",
        data / "terraform",
        Path("/usr/local/share/terraform"),
        Path("/usr/share/terraform"),
    )
    mirrors = (directory / "plugins" for directory in directories)
    return next((mirror for mirror in mirrors if holds(mirror, providers)), None)


def registry_answers() -> bool:
    """Whether the provider registry serves from here; the refusal of a proxy in between is no registry."""
    try:
        with urllib.request.urlopen(f"https://{REGISTRY}/.well-known/terraform.json", timeout=REGISTRY_TIMEOUT_SECONDS):
            return True
    except OSError:  # an HTTP error is one
        return False


def holds(mirror: Path, providers: Providers) -> bool:
    """Whether a mirror has every provider in the wanted version for this machine, packed or unpacked."""
    return all(_holds_one(mirror / source, version) for source, version in providers.items())


def _holds_one(directory: Path, version: str) -> bool:
    system = terraform_platform()
    packed = f"terraform-provider-{directory.name}_{version}_{system}.zip"
    return (directory / version / system).is_dir() or (directory / packed).is_file()


def terraform_platform() -> str:
    """This machine in Terraform's words: `linux_amd64`."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{ {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(machine, machine) }"


def _candidates() -> Iterator[Path]:
    for root in SEARCH_ROOTS:
        yield from search(Path(root).expanduser())


def search(root: Path) -> Iterator[Path]:
    """Yield the directories at or below `root` that hold a directory named after the registry, nearest first."""
    level = [root]
    seen = 0
    for _ in range(SEARCH_DEPTH + 1):
        below: list[Path] = []
        for directory in level:
            seen += 1
            if seen > DIRECTORIES_PER_ROOT:
                return
            names = _subdirectories(directory)
            if REGISTRY in names:
                yield directory
            below += [directory / name for name in names if name != REGISTRY]
        level = below


def _subdirectories(directory: Path) -> list[str]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except OSError:
        return []
