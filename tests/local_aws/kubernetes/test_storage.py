"""What can be changed of volumes, claims and their classes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_aws.kubernetes.cluster import Programs
from tests.local_aws.kubernetes.objects import Object, claim, storage_class

FORBIDDEN = 'Error from server (Forbidden): persistentvolumeclaims "data" is forbidden: '
STATIC = (
    "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize"
)


def test_a_static_claim_does_not_grow(programs: Programs, namespace: str) -> None:
    programs.apply(claim(namespace, "1200Gi"))
    assert programs.apply(claim(namespace, "2400Gi"), "--dry-run=server").err == f"{FORBIDDEN}{STATIC}\n"
    assert programs.apply(claim(namespace, "1200Gi")).code == 0


@pytest.mark.parametrize("expandable", [True, False])
def test_a_claim_of_a_class_grows_where_the_class_lets_it(programs: Programs, namespace: str, expandable: bool) -> None:
    programs.apply(storage_class(namespace, allowVolumeExpansion=expandable))
    programs.apply(claim(namespace, "1Gi", storageClassName=namespace))
    grown = programs.apply(claim(namespace, "2Gi", storageClassName=namespace))
    assert grown.err == ("" if expandable else f"{FORBIDDEN}{STATIC}\n")
    if expandable:
        smaller = programs.apply(claim(namespace, "1Gi", storageClassName=namespace))
        assert "requests.storage: Forbidden: field can not be less than status.capacity" in smaller.err


def test_a_claim_without_a_volume_does_not_grow(programs: Programs, namespace: str) -> None:
    programs.apply(claim(namespace, "1Gi", volume=None))
    refused = programs.apply(claim(namespace, "2Gi", volume=None))
    assert refused.err == f"{FORBIDDEN}Only bound persistent volume claims can be expanded\n"


def test_modes_of_a_claim(programs: Programs, namespace: str) -> None:
    programs.apply(claim(namespace, "1Gi"))
    refused = programs.apply(claim(namespace, "1Gi", accessModes=["ReadOnlyMany"]))
    why = "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
    assert f'The PersistentVolumeClaim "data" is invalid: spec: Forbidden: {why}' in refused.err


def test_what_is_behind_a_volume(programs: Programs, namespace: str) -> None:
    def volume(handle: str, *options: str) -> Object:
        spec = {
            "capacity": {"storage": "1Ti"},
            "accessModes": ["ReadWriteMany"],
            "mountOptions": list(options),
            "csi": {"driver": "efs.csi.aws.com", "volumeHandle": handle},
        }
        return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": namespace}, "spec": spec}

    programs.apply(volume("fs-1", "tls"))
    assert programs.apply(volume("fs-1", "tls", "iam")).code == 0
    refused = programs.apply(volume("fs-2", "tls"))
    assert "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable" in refused.err


@pytest.mark.parametrize(
    "change", [{"parameters": {"type": "gp2"}}, {"provisioner": "fsx.csi.aws.com"}, {"reclaimPolicy": "Retain"}]
)
def test_what_a_class_makes(programs: Programs, namespace: str, change: dict[str, Any]) -> None:
    programs.apply(storage_class(namespace))
    refused = programs.apply(storage_class(namespace, **change))
    (field,) = change
    words = f"{field}: Forbidden: updates to {field} are forbidden."
    assert refused.err == f'The StorageClass "{namespace}" is invalid: {words}\n'
