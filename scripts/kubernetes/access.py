"""kubectl on the environment's own cluster: the context is checked against AWS before anything is done with it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from config.commands import make_command
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.kubernetes.eks_cluster import EksCluster, describe_cluster
from scripts.kubernetes.eks_token import hand_down
from scripts.kubernetes.kubeconfig import keep_kubeconfig, kubeconfig_file
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.programs import find_program, kubectl_for

_ANSWER = "--request-timeout=15s"


def cluster_access(environment: KuberayEksConfig, session: Session, *, cluster: EksCluster | None = None) -> Kubectl:
    """kubectl with the context of `CONTEXT=` or KUBECONFIG, else with the file that `make kubeconfig` writes.

    Raises UserError when a program is missing, when the context is another cluster's, or when nobody answers.
    """
    find_program("kubectl")
    found = cluster or describe_cluster(environment, session)
    program = kubectl_for(found.version)
    variables = process_environment(environment, session)
    if os.environ.get("CONTEXT") or os.environ.get("KUBECONFIG"):
        context = _context_of_user(environment, found, program, variables)
        kubectl = Kubectl(environment, program, None, context, variables)
    else:
        file = keep_kubeconfig(environment, found)
        credential = hand_down(found.name, environment.region, embedded=environment.target == "local")
        variables = {**variables, **credential}
        kubectl = Kubectl(environment, program, str(file), environment.label.cluster, variables)
    # Unlike /version, this is not told to strangers.
    kubectl.output("get", "--raw=/api", _ANSWER, what=f"{environment.name} is not reached")
    return kubectl


def process_environment(environment: KuberayEksConfig, session: Session) -> dict[str, str]:
    """Variables for kubectl and helm: the credentials of the session's AWS, and a cache of their own.

    What they know of an API is kept by host and port, which clusters share behind a tunnel and on the embedded AWS.
    """
    variables = dict(os.environ)
    if session.endpoint_url is not None:
        from scripts.local_aws.client import environment_for

        variables = environment_for(session.endpoint_url, os.environ)
    file = kubeconfig_file(environment)
    return {**variables, "KUBECACHEDIR": str(file.with_name(f"{file.name}.cache"))}


def _context_of_user(
    environment: KuberayEksConfig, cluster: EksCluster, program: str, variables: Mapping[str, str]
) -> str:
    wanted = os.environ.get("CONTEXT")
    files = [file for file in os.environ.get("KUBECONFIG", "").split(os.pathsep) if file]
    if files and not any(map(os.path.exists, files)):  # kubectl passes over one of several
        raise UserError(f"KUBECONFIG={os.environ['KUBECONFIG']}: no such file; {_mend(environment)}")
    words = [program, "config", "view", "--minify", "--flatten", "--raw", "--output=json"]
    chosen = [f"--context={wanted}"] if wanted else []
    done = subprocess.run([*words, *chosen], env=dict(variables), capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().removeprefix("error: ").splitlines() or ["kubectl config view fails"]
        raise UserError(f"{_named(wanted)}: {said[-1]}; {_mend(environment)}")
    view = json.loads(done.stdout)
    try:
        context, place = view["current-context"], view["clusters"][0]["cluster"]
    except (KeyError, IndexError, TypeError):
        raise UserError(f"{_named(wanted)}: there is no current context; {_mend(environment)}") from None
    if reason := mismatch(place, cluster):
        raise UserError(
            f"context {context} is not the cluster {cluster.name} of {environment.name}: {reason}; {_mend(environment)}"
        )
    return str(context)


def mismatch(place: Mapping[str, Any], cluster: EksCluster) -> str | None:
    """Why the cluster of a kubeconfig is not this one; None when it is."""
    server = str(place.get("server", ""))
    # Behind a tunnel the server is this machine, and the certificate's name says which cluster it is.
    host = place.get("tls-server-name") or urlsplit(server).hostname
    if str(host).casefold() != cluster.host.casefold():
        name = f" (tls-server-name {host})" if place.get("tls-server-name") else ""
        return f"got server {server}{name}, want {cluster.endpoint}"
    if place.get("insecure-skip-tls-verify"):
        return "insecure-skip-tls-verify is true, so nobody knows which cluster answers"
    if place.get("certificate-authority-data") != cluster.certificate_authority:
        return f"its server {server} is as {cluster.endpoint}, but the certificate authority is another"
    return None


def _named(wanted: str | None) -> str:
    return f"CONTEXT={wanted}" if wanted else f"KUBECONFIG={os.environ.get('KUBECONFIG')}"


def _mend(environment: KuberayEksConfig) -> str:
    variables = " and ".join(name for name in ("CONTEXT", "KUBECONFIG") if os.environ.get(name))
    return f"leave out {variables}, or use the file of: {make_command('kubeconfig', environment)}"
