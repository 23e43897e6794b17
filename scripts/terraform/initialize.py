"""`terraform init`, only when something it depends on has changed: it takes longer than a synth."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.paths import ROOT
from scripts.terraform import cli_config
from scripts.terraform.binary import terraform_binary
from scripts.terraform.deployment import Deployment
from scripts.terraform.mirror import REGISTRY, find_mirror
from scripts.terraform.run import run_terraform

PLUGIN_CACHE = ROOT / ".terraform-bin" / "plugins"
"""One download of a provider serves all environments."""
_CHECKSUMS = re.compile(r"\n *hashes *= *\[[^]]*\]")


def ensure_initialized(deployment: Deployment) -> None:
    """Initialize the directory of a deployment if that was not done for this backend and these providers."""
    deployment.require_synthesized()
    settings = json.loads(deployment.configuration.read_text())["terraform"]
    key = _key(settings, deployment)
    stamp = deployment.directory / ".terraform" / "rayform-init.sha256"
    if stamp.exists() and stamp.read_text() == key:
        return
    stamp.unlink(missing_ok=True)
    _initialize(deployment, settings)
    stamp.write_text(key)


def _key(settings: Mapping[str, Any], deployment: Deployment) -> str:
    depends_on = [
        settings.get("backend"),
        settings.get("required_providers"),
        str(deployment.state_file),
        str(terraform_binary()),
    ]
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()


def _initialize(deployment: Deployment, settings: Mapping[str, Any]) -> None:
    arguments = ["init", "-input=false", "-no-color"]
    if deployment.state_file:
        deployment.state_file.parent.mkdir(parents=True, exist_ok=True)
        # The path is ours and known, so there is never a state to migrate.
        arguments += ["-reconfigure", f"-backend-config=path={deployment.state_file}"]
    variables = installation_variables(required_providers(settings), deployment.variables)
    run_terraform(dataclasses.replace(deployment, variables=variables), *arguments, quiet=True)
    if deployment.target == "local":
        drop_checksums(deployment.directory)


def drop_checksums(directory: Path) -> None:
    """Leave the lock file of the emulator without checksums.

    `init` has just written them, and each command would hash the provider's 700 MB against them: a second of CPU. Where
    the provider gets credentials of AWS, that stays.
    """
    lock = directory / ".terraform.lock.hcl"
    if lock.exists():  # there is none without a provider
        lock.write_text(_CHECKSUMS.sub("", lock.read_text()))


def required_providers(settings: Mapping[str, Any]) -> dict[str, str]:
    """Sources and exact versions of the providers that a synthesized stack needs."""
    providers: Mapping[str, Any] = settings.get("required_providers", {})
    return {_full_source(provider["source"]): str(provider["version"]) for provider in providers.values()}


def _full_source(source: str) -> str:
    """Add what Terraform adds to `aws`: the namespace `hashicorp` and its registry."""
    defaults = (REGISTRY, "hashicorp")
    return "/".join((*defaults[: 2 - source.count("/")], source))


def installation_variables(providers: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """Add to the process environment where the providers come from."""
    added = cli_config.without_missing_file(variables)
    users = cli_config.user_file(added)
    if users and cli_config.says_where_providers_are(users) and "RAYFORM_PROVIDER_MIRROR" not in added:
        return added
    mirror = find_mirror(providers, added)
    if mirror:
        added["TF_CLI_CONFIG_FILE"] = str(cli_config.write_mirror_config(mirror, providers))
    elif "TF_PLUGIN_CACHE_DIR" not in added:
        added |= _plugin_cache()
    return added


def _plugin_cache() -> dict[str, str]:
    PLUGIN_CACHE.mkdir(parents=True, exist_ok=True)
    # The lock file of a build directory is not kept, so there is nothing that the cache could break.
    return {"TF_PLUGIN_CACHE_DIR": str(PLUGIN_CACHE), "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
