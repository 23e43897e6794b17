"""`make undeploy`, and what `make destroy` asks the cluster before."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from config.errors import UserError
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.deploy import deploy
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.leftovers import require_nothing_left
from scripts.kubernetes.undeploy import require_consent, undeploy
from tests.kubernetes.chart import definitions, open_crds, pack
from tests.kubernetes.conftest import ENVIRONMENT, World, environment_of

pytestmark = pytest.mark.integration

Captured = pytest.CaptureFixture[str]


def made(kubectl: Kubectl, kind: str, name: str, *, api: str = "v1", **body: Any) -> None:
    """Somebody else makes an object in the namespace of Ray."""
    document = {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "ray"}, **body}
    kubectl.output("apply", "--server-side", "--field-manager=ada", "--filename=-", stdin=json.dumps(document))


def test_everything_goes_in_order_but_what_is_not_ours(
    world: World, monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    chart = pack(world.folder / "open" / "kuberay-operator-1.7.0.tgz", with_crds=open_crds())
    monkeypatch.setenv("CHART", str(chart))
    environment = world.environment()
    require_nothing_left(environment, world.session)
    assert deploy(environment, world.session, forced=False, crds=definitions()) == 0
    kubectl = cluster_access(environment, world.session)
    made(kubectl, "Service", "front", spec={"type": "LoadBalancer", "ports": [{"port": 80}]})
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    made(kubectl, "PersistentVolumeClaim", "theirs", spec=claim | {"storageClassName": "gp3", "volumeName": "pvc-1"})
    volume = claim | {"capacity": {"storage": "1Gi"}, "claimRef": {"name": "theirs", "namespace": "ray"}}
    volume |= {"persistentVolumeReclaimPolicy": "Retain", "csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}}
    del volume["resources"]
    document = {"apiVersion": "v1", "kind": "PersistentVolume", "spec": volume}
    document["metadata"] = {"name": "pvc-1", "annotations": {"pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com"}}
    kubectl.output("create", "--filename=-", stdin=json.dumps(document))
    with pytest.raises(UserError) as raised:
        require_nothing_left(environment, world.session)
    assert raised.value.lines == (
        "lab is not destroyed: got 2 things in the cluster that would stay (Service ray/front, PersistentVolume pvc-1 "
        "of ray/theirs), want none; run: kubectl delete service front --namespace ray; "
        "kubectl delete pvc theirs --namespace ray && kubectl delete pv pvc-1 (on AWS vol-1 stays, and is yours to "
        "delete)",
    )
    made(kubectl, "RayJob", "theirs", api="ray.io/v1", spec={})
    capfd.readouterr()
    assert undeploy(environment, world.session) == 0
    printed = capfd.readouterr()
    assert "note: the KubeRay operator stays, others need it: RayJob ray/theirs\n" in printed.err
    assert "note: namespace ray stays, there is more in it: " in printed.err
    gone = re.findall(r"deleted (\w+) ", printed.out)
    assert gone[0] == "RayCluster"
    assert "Namespace" not in gone
    assert gone.index("NetworkPolicy") < gone.index("ServiceAccount")
    assert "deleted Secret ray/ray-token\n" in printed.out
    kubectl.output("delete", "rayjobs.ray.io,services,persistentvolumeclaims", "--all", "--namespace=ray")
    kubectl.output("delete", "persistentvolume", "pvc-1")
    assert undeploy(environment, world.session) == 0
    printed = capfd.readouterr()
    assert "helm uninstall kuberay-operator" in printed.err
    assert printed.out == "deleted KubeRay's custom resource definitions\n" + "".join(
        f"deleted Namespace {name}\n" for name in ("kuberay-operator", "ray")
    )
    assert undeploy(environment, world.session) == 0
    assert capfd.readouterr().out == "lab: nothing is deployed\n"


def test_a_cluster_that_is_gone_does_not_keep_from_destroying(world: World, capfd: Captured) -> None:
    environment = environment_of(world.folder, f"{ENVIRONMENT}project: none\n")
    require_nothing_left(environment, world.session)
    assert capfd.readouterr().err == (
        "note: load balancers and volumes that Kubernetes made may stay on AWS: lab has no cluster none-lab yet; "
        "run: make plan ENV=lab TARGET=local && make apply ENV=lab TARGET=local\n"
    )


def test_on_aws_somebody_must_mean_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = environment_of(world.folder, f'{ENVIRONMENT}account_id: "123456789012"\n', target="aws")
    monkeypatch.delenv("CONFIRM", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(
        UserError, match=r"^lab is not undeployed: confirm it with its name: make undeploy ENV=lab CONFIRM=lab$"
    ):
        require_consent(environment)
    monkeypatch.setenv("CONFIRM", "lab")
    require_consent(environment)
