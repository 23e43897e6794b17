"""Terraform's CLI configuration: which one is in force, and one of ours that names a provider mirror."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from config.paths import BUILD
from scripts.report_file import write_report

GENERATED = BUILD / "terraform.rc"


def user_file(variables: Mapping[str, str]) -> Path | None:
    """The user's CLI configuration, when there is one."""
    named = variables.get("TF_CLI_CONFIG_FILE")
    path = Path(named) if named else Path.home() / ".terraformrc"
    return path if path.is_file() else None


def says_where_providers_are(path: Path) -> bool:
    """Whether a CLI configuration has its own `provider_installation`."""
    try:
        return "provider_installation" in path.read_text()
    except OSError:
        return False


def without_missing_file(variables: Mapping[str, str]) -> dict[str, str]:
    """Drop a `TF_CLI_CONFIG_FILE` that names no file: Terraform would warn at every call."""
    kept = dict(variables)
    if not Path(kept.get("TF_CLI_CONFIG_FILE", "")).is_file():
        kept.pop("TF_CLI_CONFIG_FILE", None)
    return kept


def write_mirror_config(mirror: Path, sources: Iterable[str]) -> Path:
    """Write a CLI configuration that takes these providers from the mirror, and all others from their registry."""
    included = ", ".join(f'"{source}"' for source in sorted(sources))
    # In one step: plans of several environments may write it while Terraform reads it.
    write_report(
        GENERATED,
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = [{included}]\n  }}\n'
        f"  direct {{\n    exclude = [{included}]\n  }}\n"
        "}\n",
    )
    return GENERATED
