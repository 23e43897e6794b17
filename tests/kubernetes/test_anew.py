"""What has to be made anew, what ends with it, and what people are told: plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts.kubernetes.anew import is_at_work, is_made_anew, is_restarted, unchangeable
from scripts.kubernetes.applying import Change
from scripts.kubernetes.diff import FieldDifference
from scripts.kubernetes.ended_work import require_consent
from scripts.kubernetes.objects import ObjectKey, key_of
from scripts.kubernetes.refusals import refusal
from tests.kubernetes.conftest import ENVIRONMENT, environment_of


def of_ray(kind: str, **status: str) -> dict[str, Any]:
    metadata = {"name": "train", "namespace": "ray"}
    return {"apiVersion": "ray.io/v1", "kind": kind, "metadata": metadata, "status": status}


def change(document: dict[str, Any], path: str) -> Change:
    return Change(document, document, (FieldDifference(key_of(document), path, 2, 1),))


@pytest.mark.parametrize(
    ("kind", "path", "restarted", "anew"),
    [
        ("RayCluster", "spec.workerGroupSpecs[cpu].replicas", False, False),
        ("RayCluster", "spec.workerGroupSpecs[cpu].minReplicas", False, False),
        ("RayCluster", "spec.workerGroupSpecs[cpu].maxReplicas", False, False),
        ("RayCluster", "spec.workerGroupSpecs[cpu].scaleStrategy.workersToDelete", False, False),
        ("RayCluster", "spec.upgradeStrategy.type", False, False),
        ("RayCluster", "metadata.labels[a]", False, False),
        ("RayCluster", "spec.workerGroupSpecs[cpu]", True, False),
        ("RayCluster", "spec.workerGroupSpecs[cpu].idleTimeoutSeconds", True, False),
        ("RayCluster", "spec.workerGroupSpecs[cpu].template.spec.nodeSelector.minReplicas", True, False),
        ("RayCluster", "spec.rayVersion", True, False),
        ("RayJob", "spec.entrypoint", False, True),
        ("RayJob", "spec.ttlSecondsAfterFinished", False, False),
        ("RayJob", "metadata.labels[a]", False, False),
        ("RayService", "spec.serveConfigV2", False, False),
        ("StorageClass", "parameters.type", False, True),
        ("StorageClass", "reclaimPolicy", False, True),
        ("StorageClass", "allowVolumeExpansion", False, False),
    ],
)
def test_what_a_change_of_a_field_takes(kind: str, path: str, restarted: bool, anew: bool) -> None:
    key = ObjectKey("ray.io/v1", kind, "ray", "train")
    fields = [FieldDifference(key, path, 2, 1)]
    assert (is_restarted(key, fields), is_made_anew(key, fields)) == (restarted, anew)


@pytest.mark.parametrize(
    ("document", "at_work"),
    [
        (of_ray("RayJob", jobDeploymentStatus="Complete"), False),
        (of_ray("RayJob", jobDeploymentStatus="Failed"), False),
        (of_ray("RayJob", jobDeploymentStatus="Running"), True),
        (of_ray("RayJob"), True),
        (of_ray("RayService"), True),
        (of_ray("RayCronJob"), False),
    ],
)
def test_what_has_finished_does_not_work(document: dict[str, Any], at_work: bool) -> None:
    assert is_at_work(document) is at_work


def test_on_aws_work_ends_only_when_somebody_means_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = environment_of(tmp_path, f'{ENVIRONMENT}account_id: "123456789012"\n', target="aws")
    monkeypatch.delenv("CONFIRM", raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    cluster = change(of_ray("RayCluster"), "spec.rayVersion")
    running = change(of_ray("RayJob", jobDeploymentStatus="Running"), "spec.entrypoint")
    with pytest.raises(UserError) as raised:
        require_consent(environment, [cluster, running], [of_ray("RayService")])
    assert raised.value.lines == (
        "lab is not deployed: that ends work that may be running (RayCluster ray/train, RayJob ray/train, RayService "
        "ray/train; see: make job-list ENV=lab): confirm it with its name: make deploy ENV=lab CONFIRM=lab",
    )
    assert capsys.readouterr().err == (
        "note: RayCluster ray/train is made anew by KubeRay: head, workers and jobs on it end, for "
        "spec.rayVersion 1 -> 2\n"
        "note: RayJob ray/train is deleted and made anew, and so runs again (now Running), for spec.entrypoint 1 -> 2\n"
        "note: RayService ray/train is no longer in the file, and ends\n"
    )
    finished = change(of_ray("RayJob", jobDeploymentStatus="Complete"), "spec.entrypoint")
    scaled = change(of_ray("RayCluster"), "spec.workerGroupSpecs[cpu].maxReplicas")
    require_consent(environment, [finished, scaled], [of_ray("RayJob", jobDeploymentStatus="Failed")])
    assert "(now Complete)" in capsys.readouterr().err
    monkeypatch.setenv("CONFIRM", "lab")
    require_consent(environment, [cluster], [])


RESIZED = (
    'Error from server (Forbidden): persistentvolumeclaims "fsx" is forbidden: only dynamically provisioned pvc can be '
    "resized and the storageclass that provisions the pvc must support resize"
)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (RESIZED, RESIZED),
        *[('pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot',) * 2],
        (
            'Error from server (Forbidden): pods is forbidden: User "ada" cannot list resource "pods"',
            'Error from server (Forbidden): pods is forbidden: User "ada" cannot list resource "pods"; want a policy '
            "that allows it: add your role to access.entries with policy cluster-admin, and apply",
        ),
    ],
)
def test_an_access_entry_is_told_for_missing_rights_alone(said: str, told: str, tmp_path: Path) -> None:
    assert refusal(said, "no", environment_of(tmp_path)).lines == (f"no: {told}",)


def test_what_cannot_be_changed_is_told_with_what_to_do() -> None:
    metadata = {"name": "fsx", "namespace": "ray"}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata}
    assert unchangeable(claim, RESIZED) == (
        "cannot be changed in place (only dynamically provisioned pvc can be resized and the storageclass that "
        "provisions the pvc must support resize); end what uses it, delete it (data stays where the reclaim policy of "
        "the volume is Retain), and run the same again: kubectl delete persistentvolumeclaim fsx --namespace ray"
    )
    assert unchangeable(claim, 'persistentvolumeclaims "fsx" is forbidden: exceeded quota') is None
