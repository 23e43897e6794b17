"""Find, start, stop and reset the embedded AWS. Imports nothing heavy: `make` calls this often."""

from __future__ import annotations

import os
import shutil
import signal
import time
import urllib.parse
from collections.abc import Callable, Mapping

from config.errors import UserError
from config.paths import LOCAL_AWS
from scripts.aws_endpoints import is_endpoint
from scripts.local_aws import control, daemon
from scripts.local_aws.folder import locked, prepare, require_ours
from scripts.local_aws.identity import (
    ACCOUNT_ID,
    HOST,
    KUBERNETES_PATH,
    PREPARE_DESTROY_PATH,
    SAVE_PATH,
    Folder,
    Identity,
    code_version,
)

__all__ = [
    "ACCOUNT_ID",
    "CONFLICTING_VARIABLES",
    "ensure_running",
    "environment_for",
    "environment_variables",
    "kubernetes_port",
    "prepare_destroy",
    "reset",
    "running",
    "save",
    "stop",
]

STOP_SECONDS = 30.0

CONFLICTING_VARIABLES = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
)
"""Variables that lead a program elsewhere than to the emulator, as endpoints do: unset them for it."""


def ensure_running() -> str:
    """Find the emulator or start it; return its endpoint."""
    folder = _folder()
    prepare(folder)
    with locked(folder):
        found = control.identify(folder)
        if found is not None and found.version != code_version():
            _stop(found)  # it runs older code
            found = None
        return (found or daemon.start(folder)).endpoint


def running() -> str | None:
    """Return the endpoint when the emulator of this checkout answers."""
    found = control.identify(_folder())
    return found.endpoint if found else None


def stop() -> bool:
    """Save and end the emulator; False when there was none."""
    folder = _folder()
    if not folder.path.is_dir():
        return False
    with locked(folder):
        found = control.identify(folder)
        if found is not None:
            _stop(found)
        return found is not None


def reset() -> bool:
    """Drop the emulator's state and the Terraform states that refer to it; False when there was nothing."""
    folder = _folder()
    if not folder.path.is_dir():
        return False
    require_ours(folder)
    with locked(folder):
        found = control.identify(folder)
        if found is not None:
            _stop(found)
        shutil.rmtree(folder.path)
    return True


def save() -> bool:
    """Write the state to disk now; False when no emulator runs."""
    found = control.identify(_folder())
    if found is None:
        return False
    control.post(found.endpoint + SAVE_PATH)
    return True


def kubernetes_port() -> int:
    """Port of the Kubernetes API of all EKS clusters, on loopback; the TLS server name says which cluster is meant.

    Raises UserError when no emulator runs.
    """
    found = control.identify(_folder())
    if found is None:
        raise UserError("the embedded AWS is not running; run: make local-up")
    return int(control.post(found.endpoint + KUBERNETES_PATH)["port"])


def prepare_destroy(prefix: str) -> int:
    """Delete on the emulator what `terraform destroy` would wait minutes for; return how many there were.

    The AWS provider sleeps 600 s before it looks whether an FSx file system is gone, 480 s for a scraper of Prometheus,
    300 s for a MemoryDB cluster, 30 s for an ACL. `prefix` is the beginning of the names to delete; end it with the
    separator, or `ray-dev` means `ray-dev2` too.
    """
    found = control.identify(_folder())
    if found is None:
        return 0
    query = urllib.parse.urlencode({"prefix": prefix})
    return int(control.post(f"{found.endpoint}{PREPARE_DESTROY_PATH}?{query}")["deleted"])


def environment_variables(endpoint: str) -> dict[str, str]:
    """Variables that lead Terraform's AWS provider, boto3 and the AWS CLI to the emulator and to nothing else."""
    direct = ",".join(filter(None, [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), HOST, "localhost"]))
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        # The user's profiles may name roles, endpoints or regions of their own.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # The provider's own 25 attempts keep a failing call going for many minutes; 1 gave spurious failures.
        "AWS_MAX_ATTEMPTS": "4",
        "NO_PROXY": direct,
        "no_proxy": direct,
    }


def environment_for(endpoint: str, base: Mapping[str, str]) -> dict[str, str]:
    """Return a whole environment for a child process: `base` without what conflicts, led to the emulator."""
    kept = {name: value for name, value in base.items() if name not in CONFLICTING_VARIABLES and not is_endpoint(name)}
    return {**kept, **environment_variables(endpoint)}


def _folder() -> Folder:
    return Folder(LOCAL_AWS.resolve())


def _stop(found: Identity) -> None:
    os.kill(found.pid, signal.SIGTERM)
    if not _wait(lambda: not daemon.is_alive(found.pid), STOP_SECONDS):
        raise UserError(f"the embedded AWS does not stop; end it: kill -9 {found.pid}")


def _wait(done: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
