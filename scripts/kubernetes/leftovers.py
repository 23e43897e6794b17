"""What a cluster would leave behind on AWS, or in somebody's cluster, when `make destroy` ends its environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from config.commands import make_command
from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.inventory.session import Session
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.live import our_objects
from scripts.kubernetes.objects import Document, key_of

_SHOWN = 3
_PROVISIONED = "pv.kubernetes.io/provisioned-by"


def require_nothing_left(environment: KuberayEksConfig, session: Session) -> None:
    """Refuse a destroy while the cluster has load balancers or volumes of its own making.

    A cluster that cannot be asked is no reason to refuse: it may be gone. That is said. Raises UserError.
    """
    try:
        left = list(_left(cluster_access(environment, session)))
    except UserError as error:
        print(
            f"note: load balancers and volumes that Kubernetes made may stay on AWS: {error.lines[0]}", file=sys.stderr
        )
        return
    if left:
        shown = ", ".join(left[:_SHOWN]) + (", …" if len(left) > _SHOWN else "")
        raise UserError(
            f"{environment.name} is not destroyed: got {len(left)} things in the cluster that would stay ({shown}), "
            f"want none; run: {make_command('undeploy', environment)}"
        )


def _left(kubectl: Kubectl) -> Iterator[str]:
    environment = kubectl.environment
    if not environment.makes_cluster:
        # The cluster stays: so would all of ours in it.
        yield from (str(key_of(one)) for one in our_objects(kubectl, environment.label.cluster))
        return
    what = "what Kubernetes has made cannot be listed"
    for one in kubectl.objects("get", "services", "--all-namespaces", what=what):
        if one["spec"].get("type") == "LoadBalancer":
            yield str(key_of(one))
    for one in kubectl.objects("get", "persistentvolumes", what=what):
        if _PROVISIONED in one["metadata"].get("annotations", {}):
            yield _volume(one)


def _volume(volume: Document) -> str:
    claim = volume["spec"].get("claimRef", {})
    of = f" of {claim.get('namespace')}/{claim.get('name')}" if claim else ""
    return f"{key_of(volume)}{of}"
