"""What holds for the documents of every environment."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from config.daemon_sets import beside_ray
from config.node_groups import node_groups
from config.pod_sizes import AUTOSCALER_SIDECAR, node_room, pods_per_node
from config.room import Room
from scripts.manifests.names import WORKLOAD_LABEL
from tests.manifests.rendered import (
    VARIATIONS,
    Document,
    Pod,
    documents,
    files,
    of_kind,
    outputs,
    pod_templates,
    ray_pods,
    real_facts,
)
from tests.synthesis import kube

every_variation = pytest.mark.parametrize("settings", VARIATIONS.values(), ids=VARIATIONS)
DISK = "ephemeral-storage"
Settings = dict[str, Any]


@every_variation
def test_documents_have_our_labels_and_names_of_their_own(settings: Settings) -> None:
    found = documents(**settings)
    names = Counter((each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in found)
    assert [name for name, times in names.items() if times > 1] == []
    for document in found:
        labels = document["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "rayform"
        assert labels["app.kubernetes.io/part-of"] == "ray-test"


@every_variation
def test_pods_run_on_the_nodes_of_their_group(settings: Settings) -> None:
    groups = {group.name: group for group in node_groups(kube(**settings))}
    for pod in ray_pods(documents(**settings)):
        node = groups[pod.group]
        assert dict(pod.spec["nodeSelector"]).items() <= node.labels.items()
        assert {each["key"]: each["value"] for each in pod.spec["tolerations"]} == node.taints
        assert {each["effect"] for each in pod.spec["tolerations"]} == {"NoSchedule"}


@every_variation
def test_pods_of_a_node_fit_on_it(settings: Settings) -> None:
    environment = kube(**settings)
    for pod in ray_pods(documents(**settings)):
        instance_type = environment.ray_groups[pod.group].instance_type
        resources = pod.container["resources"]
        # Kubelet would end a pod whose objects Ray spills to a disk that is not full.
        assert resources["limits"] == {n: amount for n, amount in resources["requests"].items() if n != DISK}
        together = Room(0, 0)
        for _ in range(pods_per_node(environment, pod.group)):
            together += _room(resources["requests"])
        if pod.group == "head" and pod.cluster["enableInTreeAutoscaling"]:
            sidecar = pod.cluster["autoscalerOptions"]["resources"]
            assert sidecar["requests"] == sidecar["limits"]
            assert _room(sidecar["requests"]) == AUTOSCALER_SIDECAR
            together += AUTOSCALER_SIDECAR
        assert together.cpu_millis > 0
        assert node_room(environment, instance_type).holds(together)


def _room(amounts: Document) -> Room:
    cpu, memory = amounts["cpu"].removesuffix("m"), amounts["memory"].removesuffix("Mi")
    return Room(int(cpu), int(memory), int(amounts.get("nvidia.com/gpu", 0)))


@every_variation
def test_disks_hold_the_pods_of_a_node(settings: Settings) -> None:
    environment = kube(**settings)
    for pod in ray_pods(documents(**settings)):
        gib = int(pod.container["resources"]["requests"][DISK].removesuffix("Gi"))
        volume = environment.ray_groups[pod.group].root_volume_gib
        assert 0 < gib * pods_per_node(environment, pod.group) <= volume / 2


@every_variation
def test_replicas_are_within_the_nodes(settings: Settings) -> None:
    environment = kube(**settings)
    for pod in ray_pods(documents(**settings)):
        if pod.group == "head":
            continue
        (group,) = [each for each in pod.cluster["workerGroupSpecs"] if each["groupName"] == pod.group]
        most = environment.node_bounds(pod.group).most * pods_per_node(environment, pod.group)
        assert 0 <= group["minReplicas"] <= group["maxReplicas"] <= most
        assert ("replicas" in group) is not environment.autoscaler.enabled


@every_variation
def test_pods_are_what_a_restricted_namespace_lets_in(settings: Settings) -> None:
    found = documents(**settings)
    (namespace,) = [each for each in of_kind("Namespace", found) if each["metadata"]["name"] == "ray"]
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    contexts = [pod.cluster["autoscalerOptions"]["securityContext"] for pod in _autoscaled(found)]
    for template in pod_templates(found):
        spec = template["spec"]
        assert spec["securityContext"]["runAsUser"] == 1000
        assert spec["automountServiceAccountToken"] is False
        assert all(
            volume.keys() <= {"name", "persistentVolumeClaim", "projected"} for volume in spec.get("volumes", [])
        )
        contexts += [container["securityContext"] for container in spec["containers"]]
    for context in contexts:
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["runAsNonRoot"] is True
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}


def _autoscaled(found: list[Document]) -> list[Pod]:
    return [pod for pod in ray_pods(found) if pod.cluster["enableInTreeAutoscaling"]]


@every_variation
def test_every_pod_is_under_the_default_deny(settings: Settings) -> None:
    found = documents(**settings)
    assert all(WORKLOAD_LABEL in template["metadata"]["labels"] for template in pod_templates(found))
    policies = of_kind("NetworkPolicy", found)
    if not kube(**settings).kuberay.network_policy:
        assert policies == []
        return
    (deny,) = [policy["spec"] for policy in policies if policy["spec"].keys() == {"podSelector", "policyTypes"}]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@every_variation
def test_no_document_holds_a_secret(settings: Settings) -> None:
    assert of_kind("Secret", documents(**settings)) == []
    for pod in ray_pods(documents(**settings)):
        assert pod.cluster["authOptions"] == {"mode": "token", "secretName": "ray-token"}
        options = pod.cluster.get("gcsFaultToleranceOptions", {})
        for field in ("redisUsername", "redisPassword"):
            assert options.get(field, {"valueFrom": None}).keys() == {"valueFrom"}


@every_variation
def test_nothing_made_up_is_left_after_an_apply(settings: Settings) -> None:
    environment = kube(**settings)
    text = "".join(files(real_facts(environment), **settings).values())
    for word in ("0" * 8, "placeholder", "192.0.2."):
        assert word not in text
    before = "".join(files(**settings).values())
    assert [value for value in _ids(outputs(environment)) if value in before] == []


def _ids(found: dict[str, Any]) -> list[str]:
    return [value for value in found.values() if isinstance(value, str)]


@every_variation
def test_daemon_sets_request_what_nodes_were_reckoned_with(settings: Settings) -> None:
    environment = kube(**settings)
    found = documents(**settings)
    gpu_types = [group.instance_types[0] for group in node_groups(environment) if group.gpus]
    plugins = of_kind("DaemonSet", found)
    assert len(plugins) == (1 if gpu_types else 0)
    for plugin in plugins:
        requests = plugin["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]
        assert _room(requests) == beside_ray(environment, gpu_types[0])["nvidia-device-plugin"]
    for volume in of_kind("PersistentVolume", found):
        attributes = volume["spec"]["csi"].get("volumeAttributes", {})
        if "bucketName" in attributes:
            room = Room(
                int(attributes["mountpointContainerResourcesRequestsCpu"].removesuffix("m")),
                int(attributes["mountpointContainerResourcesRequestsMemory"].removesuffix("Mi")),
            )
            assert room in beside_ray(environment, "m7i.4xlarge").values()
