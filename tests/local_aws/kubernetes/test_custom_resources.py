"""CustomResourceDefinitions: registering one serves its kind, with its rules, defaults and columns."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.paths import ROOT
from tests.local_aws.kubernetes.cluster import Programs
from tests.local_aws.kubernetes.objects import definition, widget

PACKED = Path(os.environ.get("RAYFORM_KUBERAY_CRDS", ROOT.parent / "shared/data/kuberay-1.7.0-crds.json.gz"))


@pytest.fixture(scope="module")
def widgets(programs: Programs) -> Programs:
    done = programs.apply(definition())
    assert done.code == 0, done.err
    waited = programs.kubectl("wait", "--for=condition=Established", "crd/widgets.rayform.test", "--timeout=10s")
    assert waited.out == "customresourcedefinition.apiextensions.k8s.io/widgets.rayform.test condition met\n"
    return programs


def test_object_gets_its_defaults(widgets: Programs, namespace: str) -> None:
    found = widgets.apply(widget(namespace, size=1), "-o", "json").json
    assert found["spec"] == {"size": 1, "mode": "fast"}
    again = widgets.apply(widget(namespace, size=1), "-o", "json").json
    assert again["metadata"]["resourceVersion"] == found["metadata"]["resourceVersion"]


def test_object_breaks_a_rule(widgets: Programs, namespace: str) -> None:
    refused = widgets.apply(widget(namespace, size=0, mode="odd"))
    words = "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"
    assert f'* spec.mode: Unsupported value: "odd": supported values: "fast", "slow"\n* {words}\n' in refused.err
    assert widgets.apply(widget(namespace)).err == 'The Widget "one" is invalid: spec.size: Required value\n'


def test_unknown_field(widgets: Programs, namespace: str) -> None:
    place = f"{namespace}/one; rayform.test/v1, Kind=Widget"
    applied = widgets.apply(widget(namespace, size=1, sise=2))
    words = f"failed to create typed patch object ({place}): .spec.sise: field not declared in schema"
    assert applied.err == f"Error from server: {words}\n"
    created = widgets.kubectl("create", "-f", "-", stdin=widget(namespace, size=1, sise=2))
    assert 'Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.sise"' in (
        created.err
    )
    pruned = widgets.kubectl(
        "create", "--validate=ignore", "-o", "json", "-f", "-", stdin=widget(namespace, size=1, x=2)
    )
    assert pruned.json["spec"] == {"size": 1, "mode": "fast"}


def test_list_items_have_owners_by_key(widgets: Programs, namespace: str) -> None:
    widgets.apply(widget(namespace, size=1, parts=[{"name": "a", "n": 1}]), manager="first")
    other = widget(namespace, parts=[{"name": "b", "n": 2}])
    found = widgets.apply(other, "-o", "json", manager="second").json
    assert found["spec"]["parts"] == [{"name": "a", "n": 1}, {"name": "b", "n": 2}]
    refused = widgets.apply(widget(namespace, parts=[{"name": "a", "n": 3}]), manager="second")
    assert 'conflict with "first": .spec.parts[name="a"].n' in refused.err


def test_status_is_written_apart(widgets: Programs, namespace: str) -> None:
    made = widgets.apply(widget(namespace, size=1), "-o", "json").json
    assert "status" not in widgets.apply({**widget(namespace, size=1), "status": {"x": 1}}, "-o", "json").json
    patch = ("patch", "widget", "one", "-n", namespace, "--type=merge", "-o", "json")
    status = '{"status":{"conditions":[{"type":"Ready","status":"True"}]},"spec":{"size":9}}'
    found = widgets.kubectl(*patch, "--subresource=status", "-p", status).json
    assert found["spec"]["size"] == 1
    assert found["metadata"]["generation"] == made["metadata"]["generation"]
    waited = widgets.kubectl("wait", "--for=condition=Ready", "widget/one", "-n", namespace, "--timeout=10s")
    assert waited.out == "widget.rayform.test/one condition met\n"
    assert widgets.apply(widget(namespace, size=2), "-o", "json").json["metadata"]["generation"] == 2


def test_columns(widgets: Programs, namespace: str) -> None:
    widgets.apply(widget(namespace, size=7))
    lines = widgets.kubectl("get", "widgets", "-n", namespace).out.splitlines()
    assert [line.split() for line in lines] == [["NAME", "SIZE"], ["one", "7"]]


def test_definition_goes_with_its_objects(programs: Programs, namespace: str) -> None:
    programs.apply(definition("Gadget"))
    programs.apply(widget(namespace, "Gadget", size=1))
    assert programs.kubectl("delete", "crd", "gadgets.rayform.test").code == 0
    assert "the server could not find the requested resource" in programs.kubectl("get", "gadgets").err
    programs.apply(definition("Gadget"))
    assert programs.kubectl("get", "gadgets", "-n", namespace, "-o", "name").out == ""


def test_definition_that_is_not_structural(programs: Programs) -> None:
    wanted = definition("Broken")
    del wanted["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["type"]
    refused = programs.apply(wanted)
    place = "spec.versions[0].schema.openAPIV3Schema.properties[spec].type"
    assert f"{place}: Required value: must not be empty for specified object fields" in refused.err


@pytest.fixture(scope="module")
def kuberay(programs: Programs) -> Programs:
    if not PACKED.exists():
        pytest.skip(f"KubeRay's definitions are not at {PACKED}; name them: RAYFORM_KUBERAY_CRDS=<file>")
    done = programs.apply(list(_unpacked(json.loads(gzip.decompress(PACKED.read_bytes())))))
    assert done.code == 0, done.err
    return programs


def test_ray_cluster(kuberay: Programs, namespace: str) -> None:
    pod = {"spec": {"containers": [{"name": "ray", "image": "rayproject/ray:2.60.0"}]}}
    group = {"groupName": "cpu", "minReplicas": 0, "maxReplicas": 3, "rayStartParams": {}, "template": pod}
    head = {"rayStartParams": {"num-cpus": "0"}, "template": pod}
    metadata = {"name": "ray", "namespace": namespace}
    spec = {"rayVersion": "2.60.0", "headGroupSpec": head, "workerGroupSpecs": [group]}
    cluster = {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": metadata, "spec": spec}
    assert kuberay.apply(cluster).out == "raycluster.ray.io/ray serverside-applied\n"
    assert kuberay.kubectl("diff", "--server-side", "--field-manager=tests", "-f", "-", stdin=cluster).code == 0
    group["replicaz"] = 1
    refused = kuberay.apply(cluster)
    assert ".spec.workerGroupSpecs[0].replicaz: field not declared in schema" in refused.err


def _unpacked(packed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The definitions as the chart has them."""
    for name, entry in packed.items():
        api_version, kind = name.split("|")
        group, version = api_version.split("/")
        found = definition(kind, group)
        served = found["spec"]["versions"][0]
        served["name"], served["schema"] = version, {"openAPIV3Schema": _structural(entry["schema"])}
        del served["additionalPrinterColumns"]
        yield found


def _structural(schema: dict[str, Any]) -> dict[str, Any]:
    """Undo what packing did: closed objects, and keys of lists with their defaults."""
    found = {key: value for key, value in schema.items() if key not in ("x-cel", "x-map-keys", "additionalProperties")}
    if "properties" in schema:
        found["properties"] = {name: _structural(child) for name, child in schema["properties"].items()}
    for key in ("items", "additionalProperties"):
        if schema.get(key):
            found[key] = _structural(schema[key])
    if "x-map-keys" in schema:
        keys = [name for name, _default in schema["x-map-keys"]]
        found |= {"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}
    if isinstance(found.get("type"), list):  # or null
        found["type"] = found["type"][0]
    return found | _open(found)


def _open(schema: dict[str, Any]) -> dict[str, bool]:
    if {"type": "integer"} in schema.get("anyOf", ()):
        return {"x-kubernetes-int-or-string": True}
    closed = schema.get("type", "object") != "object" or {"properties", "additionalProperties"} & set(schema)
    return {} if closed else {"x-kubernetes-preserve-unknown-fields": True}
