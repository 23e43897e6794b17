"""`make deploy` with real kubectl and helm against the embedded AWS's Kubernetes API, and what the audit then sees."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from config.kuberay_eks import KuberayEksConfig
from scripts.kubernetes.access import cluster_access
from scripts.kubernetes.applying import Change, apply, planned, require_no_conflict
from scripts.kubernetes.collect import diff_cluster
from scripts.kubernetes.deploy import apply_all, deploy
from scripts.kubernetes.diff import ClusterDiff
from scripts.kubernetes.documents import rendered_documents
from scripts.kubernetes.kubectl import Answer, Kubectl
from scripts.kubernetes.node_groups import require_node_groups
from scripts.kubernetes.objects import Document, key_of
from scripts.kubernetes.operator import apply_crds, install_operator, require_operator
from scripts.kubernetes.prune import prunable, prune
from scripts.kubernetes.secrets import secret_documents, secret_keys
from scripts.manifests.facts import load_facts
from scripts.manifests.files import OPERATOR_VALUES, manifest_directory
from tests.kubernetes.chart import crds, definitions, pack
from tests.kubernetes.conftest import ENVIRONMENT, TOKEN, World, make_node_group

pytestmark = pytest.mark.integration

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def kubectl(world: World) -> Kubectl:
    """The cluster, deployed to once; what a test changes, it takes back."""
    environment = world.environment()
    kubectl = cluster_access(environment, world.session)
    before = diff_cluster(kubectl, documents_of(world, environment))
    assert not before.deployed
    assert (before.missing, before.unread) == (before.compared, ())
    assert "rayclusters.ray.io" in before.missing_crds
    assert deploy(environment, world.session, forced=False, crds=definitions()) == 0
    return kubectl


def documents_of(world: World, environment: KuberayEksConfig) -> list[Document]:
    return rendered_documents(environment, load_facts(environment, world.session))


def diff_of(world: World, kubectl: Kubectl, text: str = ENVIRONMENT) -> ClusterDiff:
    return diff_cluster(kubectl, documents_of(world, world.environment(text)))


def changes_of(world: World, kubectl: Kubectl, text: str = ENVIRONMENT) -> list[Change]:
    return planned(kubectl, documents_of(world, world.environment(text)))


def live(kubectl: Kubectl, *words: str) -> Document:
    (found,) = kubectl.objects("get", *words)
    return found


def changed(kubectl: Kubectl, *words: str, **patch: Any) -> None:
    """Somebody changes an object."""
    kubectl.output("patch", *words, "--type=merge", f"--patch={json.dumps(patch)}")


def test_a_second_deploy_changes_nothing_and_starts_few_programs(
    kubectl: Kubectl, world: World, capfd: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    run = Kubectl._run

    def noted(self: Kubectl, words: Sequence[str], stdin: str | None, *, shown: bool) -> Answer:
        started.append(" ".join(words))
        return run(self, words, stdin, shown=shown)

    monkeypatch.setattr(Kubectl, "_run", noted)
    assert deploy(world.environment(), world.session, forced=False, crds=definitions()) == 0
    printed = capfd.readouterr()
    assert len(started) <= 12, "\n".join(started)
    assert printed.out == "lab is deployed already: nothing is changed\n"
    assert printed.err == "note: on the embedded AWS nothing runs in Kubernetes: no pod is waited for\n"
    diff = diff_of(world, kubectl)
    assert (diff.deployed, diff.missing, diff.different, diff.extra, diff.unread) == (True, (), (), (), ())
    assert [(one.namespace, one.version) for one in diff.operators] == [("kuberay-operator", "1.7.0")]
    assert diff.missing_crds == ()


def test_a_node_group_that_an_interrupted_apply_has_not_made_again_is_named(kubectl: Kubectl, world: World) -> None:
    environment, eks = world.environment(), world.session.client("eks")
    require_node_groups(environment, world.session)
    for name in ("head", "cpu"):
        eks.delete_nodegroup(clusterName="ray-lab", nodegroupName=name)
    try:
        with pytest.raises(UserError) as raised:
            deploy(environment, world.session, forced=False, crds=definitions())
    finally:
        for name in ("head", "cpu"):
            make_node_group(world.session, "ray-lab", name)
    assert raised.value.lines == (
        "lab has no node for what would run: node groups head, cpu are missing; run: "
        "make plan ENV=lab TARGET=local && make apply ENV=lab TARGET=local",
    )


def test_the_token_is_in_the_cluster_and_on_no_disk(kubectl: Kubectl, world: World) -> None:
    encoded = live(kubectl, "secret", "ray-token", "--namespace=ray")["data"]["auth_token"]
    assert base64.b64decode(encoded).decode() == TOKEN
    written = [path for path in (world.folder / "build").rglob("*") if path.is_file()]
    assert written
    assert [path for path in written if any(one.encode() in path.read_bytes() for one in (TOKEN, encoded))] == []


def test_a_secret_that_has_changed_is_told_without_its_value(kubectl: Kubectl, capfd: Captured) -> None:
    (key,) = secret_keys(kubectl.environment)
    found = live(kubectl, "secret", key.name, "--namespace=ray")
    wanted = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": key.name, "namespace": key.namespace}}
    secret = wanted | {"type": "Opaque", "data": {"auth_token": base64.b64encode(b"another").decode()}}
    wanted |= {"type": "Opaque", "data": found["data"]}
    wanted["metadata"]["labels"] = secret["metadata"]["labels"] = found["metadata"]["labels"]
    for document in (secret, wanted):
        apply(kubectl, planned(kubectl, [document]))
    printed = capfd.readouterr()
    assert printed.out == "changed Secret ray/ray-token: data.auth_token (withheld) -> (withheld)\n" * 2
    for one in (TOKEN, "another", *found["data"].values(), secret["data"]["auth_token"]):
        assert one not in printed.out + printed.err


def test_what_others_have_set_is_shown_and_taken_over_only_on_request(
    kubectl: Kubectl, world: World, capfd: Captured
) -> None:
    words = ("poddisruptionbudget", "cluster-head", "--namespace=ray", "--field-manager=kubectl-edit")
    changed(kubectl, *words, spec={"minAvailable": 0})
    (found,) = diff_of(world, kubectl).different
    assert (str(found.object), found.path) == ("PodDisruptionBudget ray/cluster-head", "spec.minAvailable")
    assert (found.expected, found.actual) == (1, 0)
    changes = changes_of(world, kubectl)
    with pytest.raises(UserError) as raised:
        require_no_conflict(kubectl, changes, forced=False)
    assert raised.value.lines == (
        "PodDisruptionBudget ray/cluster-head: spec.minAvailable was set by kubectl-edit",
        "others have changed what is deployed: undo it, or take it over with: make deploy ENV=lab TARGET=local FORCE=1",
    )
    require_no_conflict(kubectl, changes, forced=True)
    apply(kubectl, changes)
    assert capfd.readouterr().out == "changed PodDisruptionBudget ray/cluster-head: spec.minAvailable 0 -> 1\n"
    assert changes_of(world, kubectl) == []


def test_workers_that_the_autoscaler_has_made_stay(kubectl: Kubectl, world: World) -> None:
    cluster = ("rayclusters.ray.io", "ray-lab", "--namespace=ray")
    patch = [{"op": "add", "path": "/spec/workerGroupSpecs/0/replicas", "value": 2}]
    words = ("--type=json", f"--patch={json.dumps(patch)}", "--field-manager=python-requests")
    kubectl.output("patch", *cluster, *words)
    assert changes_of(world, kubectl) == []
    text = ENVIRONMENT.replace("min_replicas: 1", "min_replicas: 0")
    (change,) = changes_of(world, kubectl, text)
    require_no_conflict(kubectl, [change], forced=False)  # though the autoscaler holds the list
    apply(kubectl, [change])
    (group,) = live(kubectl, *cluster)["spec"]["workerGroupSpecs"]
    assert (group["minReplicas"], group["replicas"]) == (0, 2)
    apply(kubectl, changes_of(world, kubectl))


def test_what_is_no_longer_rendered_goes_and_nothing_else(kubectl: Kubectl, world: World, capfd: Captured) -> None:
    policies = ("networkpolicies", "--namespace=ray")
    before = kubectl.objects("get", *policies)
    ours = {one["metadata"]["name"] for one in before}
    owner = live(kubectl, "rayclusters.ray.io", "ray-lab", "--namespace=ray")["metadata"]
    reference = {"apiVersion": "ray.io/v1", "kind": "RayCluster", "name": "ray-lab", "uid": owner["uid"]}
    theirs: dict[str, dict[str, Any]] = {"ada": {}, "rayform": {"ownerReferences": [reference]}}
    for manager, more in theirs.items():
        metadata = {"name": manager, "namespace": "ray", "labels": before[0]["metadata"]["labels"], **more}
        policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata}
        document = json.dumps(policy | {"spec": {"podSelector": {}}})
        kubectl.output("apply", "--server-side", f"--field-manager={manager}", "--filename=-", stdin=document)
    text = f"{ENVIRONMENT}kuberay: {{network_policy: false}}\n"
    assert {key.name for key in diff_of(world, kubectl, text).extra} == ours
    rendered = [*map(key_of, documents_of(world, world.environment(text))), *secret_keys(kubectl.environment)]
    assert prune(kubectl, prunable(kubectl, rendered)) == len(ours) > 1
    assert set(capfd.readouterr().out.split("\n")) == {"", *(f"deleted NetworkPolicy ray/{name}" for name in ours)}
    assert {one["metadata"]["name"] for one in kubectl.objects("get", *policies)} == set(theirs)
    kubectl.output("delete", *policies, *theirs)
    diff = diff_of(world, kubectl)
    assert {key.name for key in diff.missing} == ours
    assert diff.deployed
    apply(kubectl, changes_of(world, kubectl))


def test_an_operator_that_was_changed_by_hand_is_mended(kubectl: Kubectl, capfd: Captured) -> None:
    operator = ("deployment", "kuberay-operator", "--namespace=kuberay-operator")
    changed(kubectl, *operator, spec={"replicas": 0})
    chart, values = Path(os.environ["CHART"]), manifest_directory(kubectl.environment) / OPERATOR_VALUES
    with pytest.raises(
        UserError, match=r"conflict with \"kubectl-patch\" .*: \.spec\.replicas\nundo it, or take it over with"
    ):
        install_operator(kubectl, chart, values)
    assert install_operator(kubectl, chart, values, forced=True)
    assert "helm upgrade kuberay-operator" in capfd.readouterr().err
    assert live(kubectl, *operator)["spec"]["replicas"] == 1
    assert not install_operator(kubectl, chart, values)


def operator_in(kubectl: Kubectl, namespace: str, image: str, args: Sequence[str]) -> None:
    """Somebody deploys an operator."""
    labels = {"app.kubernetes.io/name": "kuberay-operator"}
    container = {"name": "kuberay-operator", "image": f"quay.io/kuberay/operator:{image}", "args": list(args)}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "kuberay-operator", "namespace": namespace},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }
    words = ("apply", "--server-side", "--field-manager=ada", "--force-conflicts", "--filename=-")
    kubectl.output(*words, stdin=json.dumps(deployment))


def test_another_operator_is_refused(kubectl: Kubectl) -> None:
    try:
        operator_in(kubectl, "default", "v1.7.0", ["--watch-namespace=other"])
        require_operator(kubectl)
        operator_in(kubectl, "default", "v1.7.0", [])
        with pytest.raises(
            UserError, match=r"not ours acts on namespace ray \(1\.7\.0 in namespace default\), want none"
        ):
            require_operator(kubectl)
    finally:
        kubectl.output("delete", "deployment", "kuberay-operator", "--namespace=default", "--ignore-not-found")


def test_definitions_of_a_newer_version_are_not_taken_back(kubectl: Kubectl) -> None:
    name = ("customresourcedefinition", "rayjobs.ray.io", "--type=json")
    path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/brandNew"
    added = [{"op": "add", "path": path, "value": {"type": "string"}}]
    kubectl.output("patch", *name, f"--patch={json.dumps(added)}")
    try:
        with pytest.raises(
            UserError, match=r"^rayjobs.ray.io of the cluster knows a field .* \(brandNew\): it is of a "
        ):
            apply_crds(kubectl, Path(os.environ["CHART"]))
    finally:
        kubectl.output("patch", *name, f"--patch={json.dumps([{'op': 'remove', 'path': path}])}")


def test_another_chart_of_the_same_version_is_refused(kubectl: Kubectl, tmp_path: Path) -> None:
    other = pack(tmp_path / "kuberay-operator-1.7.0.tgz", with_crds=crds()[:1])
    values = manifest_directory(kubectl.environment) / OPERATOR_VALUES
    with pytest.raises(
        UserError, match=r"^the chart kuberay-operator-1\.7\.0\.tgz is not the one that the operator was"
    ):
        install_operator(kubectl, other, values)


JOB = "jobs: {train: {entrypoint: python /home/ray/train.py, workers: [cpu]}}\n"


def test_a_changed_cluster_and_a_job_that_goes_are_told_before_they_end(
    kubectl: Kubectl, world: World, capfd: Captured
) -> None:
    def documents(text: str) -> list[Document]:
        made = secret_documents(kubectl.environment, world.session, {"ray_token_secret_arn": world.token_secret_arn})
        return [*documents_of(world, world.environment(text)), *made]

    job = ("rayjobs.ray.io", "train", "--namespace=ray")
    assert apply_all(kubectl, documents(f"{ENVIRONMENT}{JOB}"), None, forced=False) >= 1
    first = live(kubectl, *job)["metadata"]["uid"]
    capfd.readouterr()
    text = ENVIRONMENT.replace("memory_gib: 2", "memory_gib: 3") + JOB.replace("train.py", "other.py")
    apply_all(kubectl, documents(text), None, forced=False)
    printed = capfd.readouterr()
    said = "spec.entrypoint python /home/ray/train.py -> python /home/ray/other.py"
    again = (
        f"note: RayJob ray/train is deleted and made anew, and so runs again (now not seen by the operator), for {said}"
    )
    restart = "note: RayCluster ray/ray-lab is made anew by KubeRay: head, workers and jobs on it end, for spec.worker"
    assert max(printed.err.index(again), printed.err.index(restart)) < printed.err.index("+ ")
    assert f"made anew RayJob ray/train:\n  {said}\n" in printed.out
    assert live(kubectl, *job)["metadata"]["uid"] != first
    apply_all(kubectl, documents(ENVIRONMENT), None, forced=False)
    printed = capfd.readouterr()
    assert printed.err.index("note: RayJob ray/train is no longer in the file, and ends\n") < printed.err.index("+ ")
    assert "deleted RayJob ray/train\n" in printed.out


def test_a_class_whose_fields_are_fixed_is_made_anew(kubectl: Kubectl, capfd: Captured) -> None:
    """With the volumes of its claims, which do not look at it again."""
    metadata = {"name": "lab", "labels": {"a": "b"}}
    base = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": metadata}
    base |= {"provisioner": "fsx.csi.aws.com", "volumeBindingMode": "Immediate", "allowVolumeExpansion": True}
    wanted = base | {"reclaimPolicy": "Delete", "parameters": {"extraTags": "owner=b"}}
    apply(kubectl, planned(kubectl, [base | {"reclaimPolicy": "Retain", "parameters": {"extraTags": "owner=a"}}]))
    apply(kubectl, planned(kubectl, [wanted]))
    assert capfd.readouterr().out == (
        "made StorageClass lab\ndeleted StorageClass lab\n"
        "made anew StorageClass lab:\n  parameters.extraTags owner=a -> owner=b\n  reclaimPolicy Retain -> Delete\n"
    )
    assert planned(kubectl, [wanted]) == []
    kubectl.output("delete", "storageclass", "lab")


def test_what_cannot_be_changed_in_place_is_a_line_for_each(kubectl: Kubectl) -> None:
    def claim(name: str, mode: str) -> Document:
        spec = {"accessModes": [mode], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}
        metadata = {"name": name, "namespace": "ray"}
        return {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec}

    names = ("one", "other")
    apply(kubectl, planned(kubectl, [claim(name, "ReadWriteMany") for name in names]))
    with pytest.raises(UserError) as raised:
        planned(kubectl, [claim(name, "ReadOnlyMany") for name in names])
    for name, line in zip(names, raised.value.lines, strict=True):
        assert line.startswith(
            f"PersistentVolumeClaim ray/{name}: cannot be changed in place (spec: Forbidden: spec is im"
        )
        assert line.endswith(f"run the same again: kubectl delete persistentvolumeclaim {name} --namespace ray")
    kubectl.output("delete", "persistentvolumeclaims", *names, "--namespace=ray")
