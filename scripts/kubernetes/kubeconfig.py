"""The kubeconfig file that is written for an environment: no secret is in it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from config.paths import BUILD
from scripts.kubernetes import eks_token
from scripts.kubernetes.eks_cluster import EksCluster


def kubeconfig_file(environment: KuberayEksConfig) -> Path:
    """Where it is."""
    return BUILD.resolve() / environment.target / "kubeconfig" / environment.name


def render_kubeconfig(environment: KuberayEksConfig, cluster: EksCluster, server: str) -> str:
    """Render it: JSON, which is YAML too. `server` differs from the cluster's endpoint where a tunnel leads to it."""
    tunnelled = {} if server == cluster.endpoint else {"tls-server-name": cluster.host}
    place = {"server": server, **tunnelled, "certificate-authority-data": cluster.certificate_authority}
    context = {"cluster": cluster.arn, "user": cluster.arn, "namespace": environment.kuberay.namespace}
    name = environment.label.cluster
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": cluster.arn, "cluster": place}],
        "users": [{"name": cluster.arn, "user": {"exec": _plugin(environment, cluster)}}],
        "contexts": [{"name": name, "context": context}],
        "current-context": name,
    }
    return json.dumps(document, indent=2) + "\n"


def _plugin(environment: KuberayEksConfig, cluster: EksCluster) -> dict[str, Any]:
    embedded = ["--embedded"] if environment.target == "local" else []
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        # Isolated: whatever folder kubectl is started in, nothing is imported from there.
        "args": ["-I", str(Path(eks_token.__file__).resolve()), cluster.name, environment.region, *embedded],
        "env": None,
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": False,
    }


def keep_kubeconfig(environment: KuberayEksConfig, cluster: EksCluster) -> Path:
    """Write the file where it is missing or another; return its path."""
    path, text = kubeconfig_file(environment), render_kubeconfig(environment, cluster, server_of(environment, cluster))
    try:
        if not _is_as_wanted(path, text):
            _replace(path, text)
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}; make room or mend the permissions") from None
    return path


def server_of(environment: KuberayEksConfig, cluster: EksCluster) -> str:
    """Where the Kubernetes API is reached: at the cluster's endpoint, or where the embedded AWS serves it."""
    if environment.target == "aws":
        return cluster.endpoint
    from scripts.local_aws.client import kubernetes_port

    return f"https://127.0.0.1:{kubernetes_port()}"


def _is_as_wanted(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text and path.stat().st_mode & 0o077 == 0
    except FileNotFoundError:
        return False


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # of mode 600
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(path)
