"""The Secrets that are not rendered: they come from Secrets Manager, and go to the cluster by stdin alone."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from config.commands import make_commands
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.kubernetes.objects import Document, ObjectKey, our_labels
from scripts.manifests.names import GCS_SECRET, RAY_TOKEN_SECRET
from scripts.operate.refusals import explained

TOKEN_KEY = "auth_token"  # noqa: S105 - the name of the key, which is KubeRay's


def secret_keys(environment: KuberayEksConfig) -> list[ObjectKey]:
    """The Secrets that an environment has."""
    names = [RAY_TOKEN_SECRET, *([GCS_SECRET] if environment.ray.head_storage == "memorydb" else [])]
    return [ObjectKey("v1", "Secret", environment.kuberay.namespace, name) for name in names]


def all_secret_keys(environment: KuberayEksConfig) -> list[ObjectKey]:
    """Those that it may have had."""
    names = (RAY_TOKEN_SECRET, GCS_SECRET)
    return [ObjectKey("v1", "Secret", environment.kuberay.namespace, name) for name in names]


def secret_documents(environment: KuberayEksConfig, session: Session, outputs: Mapping[str, Any]) -> list[Document]:
    """The same with their values: never to be printed or written. Raises UserError when one cannot be read."""
    values = {RAY_TOKEN_SECRET: lambda: {TOKEN_KEY: _read(environment, session, outputs, "ray_token_secret_arn")}}
    values[GCS_SECRET] = lambda: {
        "username": _output(environment, outputs, "memorydb_user"),
        "password": _read(environment, session, outputs, "memorydb_password_secret_arn"),
    }
    return [_document(environment, key, values[key.name]()) for key in secret_keys(environment)]


def _document(environment: KuberayEksConfig, key: ObjectKey, values: Mapping[str, str]) -> Document:
    labels = our_labels(environment.label.cluster)
    return {
        "apiVersion": key.api_version,
        "kind": key.kind,
        "metadata": {"name": key.name, "namespace": key.namespace, "labels": labels},
        "type": "Opaque",
        "data": {name: base64.b64encode(value.encode()).decode() for name, value in values.items()},
    }


def _read(environment: KuberayEksConfig, session: Session, outputs: Mapping[str, Any], output: str) -> str:
    arn = _output(environment, outputs, output)
    with explained(
        f"the secret {arn} cannot be read", "secretsmanager:GetSecretValue on it, and kms:Decrypt on its key"
    ):
        return str(session.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])


def _output(environment: KuberayEksConfig, outputs: Mapping[str, Any], output: str) -> str:
    if output not in outputs:
        run = make_commands(("plan", "apply"), environment)
        raise UserError(f"{environment.name} is not applied as its file says, output {output} is missing; run: {run}")
    return str(outputs[output])
