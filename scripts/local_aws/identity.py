"""What the emulator's process and its clients must agree on: names of files, paths and the identity answer."""

from __future__ import annotations

import hashlib
import importlib.metadata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PRODUCT = "rayform-local-aws"
ACCOUNT_ID = "123456789012"
"""The account of the emulator; no real account has this number."""

ID_TAG = "rayform:emulator-id"
"""A VPC or subnet made with this tag gets its value as id: an environment that uses an existing VPC names ids."""

HOST = "127.0.0.1"
PORT_VARIABLE = "RAYFORM_LOCAL_AWS_PORT"

CONTROL_PATH = "/rayform/"
IDENTITY_PATH = CONTROL_PATH + "identity"
SAVE_PATH = CONTROL_PATH + "save"
PREPARE_DESTROY_PATH = CONTROL_PATH + "prepare-destroy"
KUBERNETES_PATH = CONTROL_PATH + "kubernetes"


@dataclass(frozen=True)
class Folder:
    """The files of one emulator, all in one folder beside the Terraform states."""

    path: Path

    @property
    def state(self) -> Path:
        """Everything the emulated account holds."""
        return self.path / "emulator.pickle"

    @property
    def identity(self) -> Path:
        """Where a running emulator says how to reach it."""
        return self.path / "emulator.json"

    @property
    def kubernetes(self) -> Path:
        """The port of the Kubernetes API of EKS clusters, taken again after a restart."""
        return self.path / "kubernetes.json"

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.path / "emulator.log"

    @property
    def process_lock(self) -> Path:
        """Held by the emulator for its whole life: one process per folder."""
        return self.path / "emulator.lock"

    @property
    def client_lock(self) -> Path:
        """Held by a client that starts, stops or resets."""
        return self.path / "client.lock"


@dataclass(frozen=True)
class Identity:
    """Who answers on a port; a client trusts nothing else."""

    product: str
    pid: int
    port: int
    folder: str
    version: str

    @classmethod
    def parse(cls, document: Any) -> Identity | None:
        """Read an answer or a file; None when it is not one of ours."""
        try:
            found = cls(**document)
        except TypeError:
            return None
        return found if found.product == PRODUCT and isinstance(found.pid, int) else None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain JSON types."""
        return asdict(self)

    @property
    def endpoint(self) -> str:
        """URL for `AWS_ENDPOINT_URL`."""
        return f"http://{HOST}:{self.port}"


def moto_version() -> str:
    """Version of moto that is installed, without importing it."""
    return importlib.metadata.version("moto")


def code_version() -> str:
    """Changes whenever moto or a file of this package does: an emulator of older code is restarted."""
    digest = hashlib.sha256(moto_version().encode())
    for source in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
