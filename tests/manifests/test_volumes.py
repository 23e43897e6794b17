"""Volumes, their claims and classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.manifests.volumes import volumes
from tests.manifests.rendered import (
    STORAGE,
    WORK,
    Document,
    documents,
    named,
    of_kind,
    pod_templates,
    ray_pods,
    real_facts,
)
from tests.synthesis import kube


def test_buckets_are_readable_for_the_user_of_the_pods() -> None:
    found = documents(**STORAGE)
    models, results = (_volume(name, found)["spec"] for name in ("s3-models", "s3-results"))
    for volume in (models, results):
        assert {"allow-other", "uid=1000", "gid=100", "region us-west-2"} <= set(volume["mountOptions"])
    assert "read-only" in models["mountOptions"]
    assert "allow-delete" not in models["mountOptions"]
    assert {"allow-delete", "allow-overwrite"} <= set(results["mountOptions"])
    names = [each["metadata"]["name"].rpartition("-")[0] for each in of_kind("PersistentVolumeClaim", found)]
    assert names == ["efs", "fsx", "s3-models", "s3-results"]


def _volume(name: str, found: list[Document]) -> Document:
    """A volume by its name without the digest."""
    volumes = of_kind("PersistentVolume", found)
    return next(each for each in volumes if each["metadata"]["name"].startswith(f"ray-test-{name}-"))


GROWN: dict[str, Any] = {
    "buckets": {
        "models": {"mount_path": "/mnt/m", "node_access": "read_write"},
        "results": {"mount_path": "/mnt/r", "node_access": "read_only"},
    },
    "fsx": {"capacity_gib": 4800, "mount_path": "/mnt/fast"},
    "efs": {"mount_path": "/mnt/shared"},
}


def test_no_setting_changes_what_kubernetes_lets_nobody_change() -> None:
    """The whole of a claim, and what is behind a volume."""
    before, after = documents(**STORAGE), documents(**{**STORAGE, **GROWN})
    for kind, fixed in (("PersistentVolumeClaim", "spec"), ("PersistentVolume", "csi")):
        specs = [{each["metadata"]["name"]: each["spec"] for each in of_kind(kind, found)} for found in (before, after)]
        one, other = ({name: spec.get(fixed, spec) for name, spec in found.items()} for found in specs)
        assert one == other
        assert len(one) == 4


def test_other_storage_has_a_claim_and_a_volume_of_another_name() -> None:
    environment = kube(**STORAGE)
    facts = real_facts(environment)
    assert facts.efs is not None
    replaced = replace(facts, efs=replace(facts.efs, access_point_id="fsap-0other"))
    one, other = (
        {each.claim: each.in_pod["persistentVolumeClaim"]["claimName"] for each in volumes(environment, given)}
        for given in (facts, replaced)
    )
    assert all(claim == mounted for claim, mounted in other.items())
    assert [claim.rpartition("-")[0] for claim in one.keys() - other.keys()] == ["efs"]
    assert len(one) == len(other) == 4


def test_volumes_and_claims_bind_each_other_and_nothing_else() -> None:
    found = documents(**STORAGE)
    claims = {each["metadata"]["name"]: each["spec"] for each in of_kind("PersistentVolumeClaim", found)}
    for volume in of_kind("PersistentVolume", found):
        claim = volume["spec"]["claimRef"]
        assert (claim["namespace"], volume["spec"]["storageClassName"]) == ("ray", "")
        assert claims[claim["name"]]["volumeName"] == volume["metadata"]["name"]
        assert claims[claim["name"]]["storageClassName"] == ""
        assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"


def test_all_volumes_are_mounted_in_head_and_workers() -> None:
    for pod in ray_pods(documents(**STORAGE)):
        mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in pod.container["volumeMounts"]}
        assert mounts == {"/mnt/efs": False, "/mnt/fsx": False, "/mnt/models": True, "/mnt/results": False}


def test_kubelet_gives_lustre_to_the_group_of_the_pods() -> None:
    for pod in ray_pods(documents(**STORAGE)):
        context = pod.spec["securityContext"]
        assert (context["fsGroup"], context["fsGroupChangePolicy"]) == (100, "OnRootMismatch")


def test_kubelet_leaves_the_files_of_a_linked_bucket_alone() -> None:
    settings = {"buckets": {"models": {}}, "fsx": {"linked_bucket": "models", "backup_retention_days": 0}}
    for template in pod_templates(documents(**settings, **WORK)):
        context = template["spec"]["securityContext"]
        assert (context["runAsUser"], context["runAsGroup"]) == (1000, 100)
        assert not [name for name in context if name.startswith("fsGroup")]


@pytest.mark.parametrize(("protect", "policy"), [(True, "Retain"), (False, "Delete")])
def test_a_class_for_lustre_on_request(protect: bool, policy: str) -> None:
    found = documents(protect=protect, fsx={"storage_class": True, "deployment_type": "SCRATCH_2"})
    lustre = named("StorageClass", "fsx-lustre", found)
    assert lustre["reclaimPolicy"] == policy
    assert "kmsKeyId" not in lustre["parameters"]  # a scratch file system takes none
    assert [each["metadata"]["name"] for each in of_kind("StorageClass", documents(fsx={}))] == ["gp3"]


def test_tags_of_a_class_are_those_that_stay() -> None:
    found = documents(owner="somebody-else", tags={"team": "x"}, fsx={"storage_class": True})
    tags = named("StorageClass", "fsx-lustre", found)["parameters"]["extraTags"]
    assert tags == "Project=ray,Environment=test,ManagedBy=rayform,rayform:cluster=ray-test"
