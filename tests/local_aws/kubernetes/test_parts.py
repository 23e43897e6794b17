"""Small parts: selectors, columns, paths of requests, protobuf."""

from __future__ import annotations

import base64

import pytest

from scripts.local_aws.kubernetes.claims import size
from scripts.local_aws.kubernetes.immutable import immutable_causes
from scripts.local_aws.kubernetes.protobuf import decode
from scripts.local_aws.kubernetes.refusals import Document, Refusal
from scripts.local_aws.kubernetes.requests import ObjectPath, object_path
from scripts.local_aws.kubernetes.selectors import field_selector, label_selector
from scripts.local_aws.kubernetes.tables import at_path


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ("a=1", True),
        ("a==2", False),
        ("a!=2,b", True),
        ("!b", False),
        ("a in (1, 2)", True),
        ("a notin (1)", False),
        ("c notin (1)", True),
        ("", True),
    ],
)
def test_label_selectors(selector: str, matches: bool) -> None:
    assert label_selector(selector)({"metadata": {"labels": {"a": "1", "b": ""}}}) is matches


def test_selectors_that_cannot_be_read() -> None:
    for read in (label_selector, field_selector):
        with pytest.raises(Refusal):
            read("a b c")({"metadata": {}})


def test_columns_look_into_objects() -> None:
    document = {"status": {"conditions": [{"type": "Ready", "status": "True"}], "a.b": 1}}
    assert at_path(document, '.status.conditions[?(@.type=="Ready")].status') == "True"
    assert at_path(document, ".status.conditions[0].type") == "Ready"
    assert at_path(document, ".status.nothing.there") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/pods", ObjectPath("", "v1", "pods")),
        ("/api/v1/namespaces/ray", ObjectPath("", "v1", "namespaces", "", "ray")),
        ("/api/v1/namespaces/ray/finalize", ObjectPath("", "v1", "namespaces", "", "ray", "finalize")),
        ("/api/v1/namespaces/ray/pods/p/log", ObjectPath("", "v1", "pods", "ray", "p", "log")),
        ("/apis/ray.io/v1/namespaces/ray/rayjobs", ObjectPath("ray.io", "v1", "rayjobs", "ray")),
        ("/apis/ray.io/v1", None),
    ],
)
def test_paths_of_requests(path: str, expected: ObjectPath | None) -> None:
    assert object_path(path) == expected


def test_protobuf() -> None:
    # What `kubectl create namespace nn` sends.
    body = base64.b64decode("azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhoKEgoCbm4SABoAIgAqADIAOABCABIAGgIKABoAIgA=")
    assert decode(body) == {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "nn"}}
    with pytest.raises(Refusal, match="does not read v1/Namespacf as protobuf: write the object down"):
        decode(body.replace(b"Namespace", b"Namespacf"))


@pytest.mark.parametrize(
    ("plural", "before", "after", "field"),
    [
        ("deployments", {"spec": {"selector": {"a": "b"}}}, {"spec": {"selector": {"a": "c"}}}, "spec.selector"),
        ("storageclasses", {"parameters": {"type": "gp3"}}, {"parameters": {"type": "gp2"}}, "parameters"),
        ("storageclasses", {"reclaimPolicy": "Delete"}, {"reclaimPolicy": "Retain"}, "reclaimPolicy"),
        ("storageclasses", {"provisioner": "a"}, {"provisioner": "b"}, "provisioner"),
        ("storageclasses", {"allowVolumeExpansion": True}, {"allowVolumeExpansion": False}, None),
        ("rolebindings", {"roleRef": {"name": "a"}}, {"roleRef": {"name": "b"}}, "roleRef"),
        ("persistentvolumes", {"spec": {"csi": {"a": 1}}}, {"spec": {"csi": {"a": 2}}}, "spec.persistentvolumesource"),
        ("persistentvolumes", {"spec": {"csi": {}, "capacity": 1}}, {"spec": {"csi": {}, "capacity": 2}}, None),
        ("persistentvolumeclaims", {"spec": {}}, {"spec": {"volumeName": "b", "resources": {}}}, None),
        ("persistentvolumeclaims", {"spec": {"volumeName": "a"}}, {"spec": {"volumeName": "b"}}, "spec"),
        ("persistentvolumeclaims", {"spec": {"accessModes": [1]}}, {"spec": {"accessModes": [2]}}, "spec"),
        ("configmaps", {"immutable": True, "data": {"a": "1"}}, {"immutable": True, "data": {"a": "2"}}, "data"),
        ("configmaps", {"data": {"a": "1"}}, {"data": {"a": "2"}}, None),
    ],
)
def test_fields_that_cannot_change(plural: str, before: Document, after: Document, field: str | None) -> None:
    assert [cause.field for cause in immutable_causes(plural, before, after)] == ([field] if field else [])


@pytest.mark.parametrize(
    ("quantity", "bytes_"), [("1Ti", 2**40), ("1.5G", 1.5e9), ("1200Gi", 1200 * 2**30), ("7", 7), (5, 5)]
)
def test_sizes_of_claims(quantity: object, bytes_: float) -> None:
    assert size({"spec": {"resources": {"requests": {"storage": quantity}}}}) == bytes_
    assert size({"spec": {}}) == 0
