"""What settings change in the documents."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.manifests.render import render_operator_values
from tests.manifests.rendered import (
    CPU,
    EXISTING,
    GPU,
    STORAGE,
    VARIATIONS,
    WORK,
    documents,
    files,
    named,
    of_kind,
    parsed,
)
from tests.synthesis import kube

API_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"


def _cluster(**settings: Any) -> dict[str, Any]:
    spec: dict[str, Any] = named("RayCluster", "ray-test", documents(**settings))["spec"]
    return spec


def test_only_the_autoscaler_holds_a_token_of_the_api() -> None:
    spec = _cluster()
    assert [mount["mountPath"] for mount in spec["autoscalerOptions"]["volumeMounts"]] == [API_TOKEN]
    head = spec["headGroupSpec"]["template"]["spec"]
    assert "volumeMounts" not in head["containers"][0]
    assert [volume["name"] for volume in head["volumes"]] == ["kubernetes-api"]
    worker = spec["workerGroupSpecs"][0]["template"]["spec"]
    assert "volumes" not in worker


def test_without_the_autoscaler_nobody_may_ask_the_api() -> None:
    found = documents(**VARIATIONS["no_autoscaler"])
    spec = named("RayCluster", "ray-test", found)["spec"]
    assert "autoscalerOptions" not in spec
    assert "volumes" not in spec["headGroupSpec"]["template"]["spec"]
    assert [each for each in of_kind("Role", found) if each["metadata"]["namespace"] == "ray"] == []
    group = spec["workerGroupSpecs"][0]
    assert (group["replicas"], group["minReplicas"], group["maxReplicas"]) == (1, 1, 1)
    policies = [policy for policy in of_kind("NetworkPolicy", found) if "/32" in str(policy["spec"])]
    assert [policy["metadata"]["name"] for policy in policies] == ["ray-aws"]


def test_idle_time_of_a_group_overrides_that_of_the_cluster() -> None:
    spec = _cluster(workers={"cpu": CPU, "slow": {**CPU, "idle_timeout_seconds": 300}})
    assert [group.get("idleTimeoutSeconds") for group in spec["workerGroupSpecs"]] == [None, 300]
    assert spec["autoscalerOptions"]["idleTimeoutSeconds"] == 60


def test_the_head_runs_no_work() -> None:
    assert _cluster()["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"


def test_resources_of_the_head_say_so_in_the_place_of_num_cpus() -> None:
    spec = _cluster(**VARIATIONS["own_resources"])
    head, worker = spec["headGroupSpec"], spec["workerGroupSpecs"][0]
    assert head["resources"] == {"CPU": "0", "door": "1"}
    assert "num-cpus" not in head["rayStartParams"]
    assert worker["resources"] == {"disk": "1000000"}


def test_labels_of_groups_are_those_of_the_file() -> None:
    spec = _cluster(head={"labels": {"tier": "front"}}, workers={"cpu": CPU})
    assert spec["headGroupSpec"]["labels"] == {"tier": "front"}
    assert "labels" not in spec["workerGroupSpecs"][0]


@pytest.mark.parametrize(
    ("settings", "images"),
    [
        ({"workers": {"cpu": CPU, "gpu": GPU}}, ["", "", "-gpu"]),
        (VARIATIONS["arm"], ["-aarch64", "-aarch64"]),
    ],
)
def test_images_are_of_the_processor(settings: dict[str, Any], images: list[str]) -> None:
    spec = _cluster(**settings)
    templates = [spec["headGroupSpec"]["template"], *(group["template"] for group in spec["workerGroupSpecs"])]
    found = [template["spec"]["containers"][0]["image"] for template in templates]
    assert found == [f"rayproject/ray:2.60.0-py312{suffix}" for suffix in images]


def test_a_job_is_submitted_from_nodes_of_the_right_processor() -> None:
    settings = {**WORK, **VARIATIONS["arm"]}
    job = named("RayJob", "train", documents(**settings))["spec"]
    spec = job["submitterPodTemplate"]["spec"]
    assert spec["nodeSelector"] == {"rayform/node-group": "system", "kubernetes.io/arch": "amd64"}
    assert spec["containers"][0]["image"] == "rayproject/ray:2.60.0-py312"


def test_where_there_are_no_system_nodes_jobs_come_from_any() -> None:
    settings = {**WORK, **EXISTING, **VARIATIONS["arm"]}
    spec = named("RayJob", "train", documents(**settings))["spec"]["submitterPodTemplate"]["spec"]
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "arm64"}
    assert spec["containers"][0]["image"] == "rayproject/ray:2.60.0-py312-aarch64"


def test_state_is_kept_for_what_outlives_its_head() -> None:
    found = documents(**STORAGE, **WORK)
    cluster = named("RayCluster", "ray-test", found)["spec"]["gcsFaultToleranceOptions"]
    service = named("RayService", "embed", found)["spec"]["rayClusterConfig"]["gcsFaultToleranceOptions"]
    assert cluster["redisAddress"].startswith("rediss://")
    assert cluster["externalStorageNamespace"] == "ray-test-2.60"
    # The two clusters of a service that is upgraded must not share one.
    assert "externalStorageNamespace" not in service
    assert "gcsFaultToleranceOptions" not in named("RayJob", "train", found)["spec"]["rayClusterSpec"]


def test_tls_to_the_store_and_patience_of_workers() -> None:
    spec = _cluster(**STORAGE)
    head, worker = (
        {each["name"]: each.get("value") for each in group["template"]["spec"]["containers"][0]["env"]}
        for group in (spec["headGroupSpec"], spec["workerGroupSpecs"][0])
    )
    assert head["RAY_REDIS_CA_CERT"] == "/etc/ssl/certs/ca-certificates.crt"
    assert worker["RAY_gcs_rpc_server_reconnect_timeout_s"] == "600"


def test_without_a_store_there_is_no_trace_of_one() -> None:
    text = "".join(files(**WORK).values()).lower()
    assert "redis" not in text
    assert "ray-gcs" not in text


def test_a_job_is_what_the_file_says() -> None:
    job = named("RayJob", "train", documents(**WORK))["spec"]
    assert (job["backoffLimit"], job["activeDeadlineSeconds"], job["ttlSecondsAfterFinished"]) == (2, 3600, 600)
    assert job["shutdownAfterJobFinishes"] is True
    assert [group["groupName"] for group in job["rayClusterSpec"]["workerGroupSpecs"]] == ["cpu"]


def test_a_schedule_makes_a_cron_job_and_opens_its_gate() -> None:
    cron = named("RayCronJob", "nightly", documents(**WORK))["spec"]
    assert (cron["schedule"], cron["timeZone"]) == ("0 3 * * *", "Etc/UTC")
    assert cron["jobTemplate"]["entrypoint"] == "python -m nightly"
    assert _gates(**WORK)["RayCronJob"] is True
    assert _gates(jobs={"train": WORK["jobs"]["train"]})["RayCronJob"] is False


def _gates(**settings: Any) -> dict[str, bool]:
    (values,) = parsed(render_operator_values(kube(**settings)) or "")
    return {gate["name"]: gate["enabled"] for gate in values["featureGates"]}


@pytest.mark.parametrize(
    "entrypoint", ["python -c 'print(\"{{ x }} ${HOME}\")'", "echo ü \u2028 \x7f # no: comment", "- 'yes': [1", "null"]
)
def test_an_entrypoint_arrives_as_it_was_written(entrypoint: str) -> None:
    found = documents(jobs={"odd": {"entrypoint": entrypoint}})
    assert named("RayJob", "odd", found)["spec"]["entrypoint"] == entrypoint


def test_a_service_is_what_the_file_says() -> None:
    service = named("RayService", "embed", documents(**WORK))["spec"]
    (config,) = parsed(service["serveConfigV2"])
    assert config == {
        "applications": [
            {
                "name": "embed",
                "import_path": "embed:app",
                "route_prefix": "/",
                "runtime_env": {"working_dir": "https://example.com/embed.zip"},
            }
        ]
    }


def test_a_guest_leaves_the_cluster_as_it_is() -> None:
    found = documents(**EXISTING)
    kinds = {each["kind"] for each in found if "namespace" not in each["metadata"]}
    assert kinds == {"Namespace"}
    assert {each["metadata"].get("namespace", "ray") for each in found} == {"ray"}


def test_irsa_is_an_annotation() -> None:
    found = of_kind("ServiceAccount", documents(**VARIATIONS["irsa"]))
    roles = {each["metadata"]["name"]: each["metadata"]["annotations"]["eks.amazonaws.com/role-arn"] for each in found}
    assert roles.keys() == {"ray-head", "ray-worker", "cluster-autoscaler"}
    assert roles["ray-head"].endswith("role/ray-test-ray-head")
    assert all("annotations" not in each["metadata"] for each in of_kind("ServiceAccount", documents()))


def test_the_cluster_autoscaler_finds_the_groups_of_its_cluster() -> None:
    deployment = named("Deployment", "cluster-autoscaler", documents(eks={"version": "1.35"}))["spec"]["template"][
        "spec"
    ]
    container = deployment["containers"][0]
    assert container["image"] == "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.2"
    tags = "k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/ray-test"
    assert f"--node-group-auto-discovery=asg:tag={tags}" in container["command"]
    assert deployment["nodeSelector"] == {"rayform/node-group": "system"}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


def test_an_operator_that_is_there_is_left_alone() -> None:
    settings = {"kuberay": {"install_operator": False}}
    assert render_operator_values(kube(**settings)) is None
    assert [each["metadata"]["name"] for each in of_kind("Namespace", documents(**settings))] == ["ray"]


def test_the_operator_has_rights_in_one_namespace() -> None:
    (values,) = parsed(render_operator_values(kube(kuberay={"namespace": "vision"})) or "")
    assert (values["singleNamespaceInstall"], values["watchNamespace"]) == (True, ["vision"])


def test_monitors_and_dashboards_on_request() -> None:
    found = documents(kuberay={"pod_monitor": True})
    head = named("PodMonitor", "ray-head", found)["spec"]["podMetricsEndpoints"]
    ports = {port["name"] for port in _cluster()["headGroupSpec"]["template"]["spec"]["containers"][0]["ports"]}
    assert {endpoint["port"] for endpoint in head} <= ports
    maps = of_kind("ConfigMap", found)
    assert len(maps) == 3
    assert all(each["metadata"]["labels"]["grafana_dashboard"] == "1" for each in maps)
    assert of_kind("ConfigMap", documents()) == []


def test_heads_are_protected_from_drains() -> None:
    found = documents(**WORK)
    budgets = {each["metadata"]["name"]: each["spec"] for each in of_kind("PodDisruptionBudget", found)}
    assert budgets.keys() == {"cluster-head", "job-train-head", "job-nightly-head", "service-embed-head"}
    assert all(budget["minAvailable"] == 1 for budget in budgets.values())
    head = _cluster()["headGroupSpec"]["template"]["metadata"]["annotations"]
    assert head["cluster-autoscaler.kubernetes.io/safe-to-evict"] == "false"


def test_people_get_rays_resources_as_far_as_their_entry_says() -> None:
    arn = "arn:aws:iam::123456789012:role/"
    entries = {
        "boss": {"principal_arn": f"{arn}boss", "policy": "cluster-admin"},
        "research": {"principal_arn": f"{arn}research", "policy": "edit", "namespaces": ["ray"]},
        "elsewhere": {"principal_arn": f"{arn}elsewhere", "policy": "view", "namespaces": ["other"]},
    }
    found = documents(access={"entries": entries})
    role = named("Role", "rayform-edit", found)
    assert role["metadata"]["namespace"] == "ray"
    verbs = ["get", "list", "watch", "create", "update", "patch", "delete"]
    assert role["rules"] == [{"apiGroups": ["ray.io"], "resources": ["*"], "verbs": verbs}]
    binding = named("RoleBinding", "rayform-edit", found)
    assert [subject["name"] for subject in binding["subjects"]] == ["rayform:edit"]
    assert "rayform-view" not in [each["metadata"]["name"] for each in found]
