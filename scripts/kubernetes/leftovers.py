"""What a cluster would leave behind on AWS, or in somebody's cluster, when `make destroy` ends its environment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

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
        shown = ", ".join(one.name for one in left[:_SHOWN]) + (", …" if len(left) > _SHOWN else "")
        mend = "; ".join(dict.fromkeys(one.mend for one in left[:_SHOWN]))
        raise UserError(
            f"{environment.name} is not destroyed: got {len(left)} things in the cluster that would stay ({shown}), "
            f"want none; run: {mend}"
        )


@dataclass(frozen=True)
class _Leftover:
    name: str
    mend: str
    """Command that ends it."""


def _left(kubectl: Kubectl) -> Iterator[_Leftover]:
    environment = kubectl.environment
    if not environment.makes_cluster:
        # The cluster stays: so would all of ours in it.
        undeploy = make_command("undeploy", environment)
        ours = our_objects(kubectl, environment.label.cluster)
        yield from (_Leftover(str(key_of(one)), undeploy) for one in ours)
        return
    what = "what Kubernetes has made cannot be listed"
    for one in kubectl.objects("get", "services", "--all-namespaces", what=what):
        if one["spec"].get("type") == "LoadBalancer":
            place = one["metadata"]
            yield _Leftover(
                str(key_of(one)), f"kubectl delete service {place['name']} --namespace {place['namespace']}"
            )
    for one in kubectl.objects("get", "persistentvolumes", what=what):
        if _PROVISIONED in one["metadata"].get("annotations", {}):
            yield _volume(one)


def _volume(volume: Document) -> _Leftover:
    """`make undeploy` leaves the claims of people alone: whose data it is must be asked of them."""
    spec, name = volume["spec"], volume["metadata"]["name"]
    claim = spec.get("claimRef", {})
    of = f" of {claim['namespace']}/{claim['name']}" if claim else ""
    commands = []
    if claim and volume.get("status", {}).get("phase") != "Released":
        commands.append(f"kubectl delete pvc {claim['name']} --namespace {claim['namespace']}")
    if spec.get("persistentVolumeReclaimPolicy") == "Retain" or not commands:
        handle = spec.get("csi", {}).get("volumeHandle", "its volume")
        commands.append(f"kubectl delete pv {name} (on AWS {handle} stays, and is yours to delete)")
    return _Leftover(f"{key_of(volume)}{of}", " && ".join(commands))
