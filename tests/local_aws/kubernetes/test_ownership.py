"""Paths, merges and owners, without a server."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.local_aws.kubernetes.merging import merge, without
from scripts.local_aws.kubernetes.ownership import Manager, apply, entries
from scripts.local_aws.kubernetes.paths import from_fields, leaves, shown, to_fields
from scripts.local_aws.kubernetes.refusals import Refusal
from scripts.local_aws.kubernetes.schema import builtin_node

POD = builtin_node("1.35", "io.k8s.api.core.v1.PodSpec")
SERVICE = builtin_node("1.35", "io.k8s.api.core.v1.Service")
FIRST, SECOND = Manager("first", "Apply", "v1"), Manager("second", "Apply", "v1")
NOW = "2026-01-01T00:00:00Z"


def test_fields_of_lists_by_key_by_value_and_whole() -> None:
    container = {"name": "c", "args": ["x"], "ports": [{"containerPort": 80}]}
    pod = {"containers": [container], "tolerations": [{"key": "gpu"}], "overhead": {"a/b": "1"}, "volumes": []}
    fields = to_fields(leaves(pod, POD))
    port = {".": {}, "f:containerPort": {}}
    assert fields == {
        "f:containers": {
            'k:{"name":"c"}': {
                ".": {},
                "f:name": {},
                "f:args": {},
                "f:ports": {'k:{"containerPort":80,"protocol":"TCP"}': port},
            }
        },
        "f:tolerations": {},
        "f:overhead": {"f:a/b": {}},
        "f:volumes": {},
    }
    assert to_fields(from_fields(fields)) == fields


def test_paths_read_as_messages_spell_them() -> None:
    assert shown(("f:spec", 'k:{"name":"c"}', "f:image")) == '.spec[name="c"].image'
    assert shown(("f:metadata", "f:finalizers", 'v:"a"')) == '.metadata.finalizers[="a"]'


@pytest.mark.parametrize(
    ("live", "new", "merged"),
    [("ab", "b", "ab"), ("ab", "ba", "ba"), ("abc", "cx", "abcx"), ("a", "xa", "xa"), ("", "ab", "ab")],
)
def test_merged_lists_keep_the_applied_order(live: str, new: str, merged: str) -> None:
    def containers(names: str) -> dict[str, Any]:
        return {"containers": [{"name": name} for name in names]}

    assert merge(containers(live), containers(new), POD) == containers(merged)


def test_emptied_maps_go() -> None:
    pod = {"overhead": {"a": "1"}, "securityContext": {"runAsUser": 1, "fsGroup": 2}}
    paths = [("f:overhead", "f:a"), ("f:securityContext", "f:fsGroup")]
    assert without(pod, paths, POD) == {"securityContext": {"runAsUser": 1}}


def _service(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": spec}


def _applied(live: dict[str, Any], manager: Manager, *, force: bool = False, **spec: Any) -> dict[str, Any]:
    merged, owners = apply(live, _service(**spec), manager, SERVICE, force=force)
    return {**merged, "metadata": {"name": "s", "managedFields": entries(owners, live, NOW)}}


def test_item_stays_while_somebody_else_has_it() -> None:
    http, https = {"port": 80, "name": "http"}, {"port": 443, "name": "https"}
    live = _applied({"metadata": {}}, FIRST, ports=[http, https])
    live = _applied(live, SECOND, ports=[https])
    live = _applied(live, FIRST, ports=[http])
    assert live["spec"]["ports"] == [http, https]
    live = _applied(live, SECOND, type="ClusterIP")
    assert live["spec"] == {"ports": [http], "type": "ClusterIP"}


def test_same_value_is_shared_and_another_conflicts() -> None:
    live = _applied({"metadata": {}}, FIRST, type="ClusterIP")
    live = _applied(live, SECOND, type="ClusterIP")
    with pytest.raises(Refusal, match=r'conflict with "first": \.spec\.type'):
        _applied(live, SECOND, type="NodePort")
    live = _applied(live, SECOND, type="NodePort", force=True)
    assert [entry["manager"] for entry in live["metadata"]["managedFields"]] == ["second"]


def test_selector_of_a_service_is_one_value() -> None:
    live = _applied({"metadata": {}}, FIRST, selector={"app": "a"})
    with pytest.raises(Refusal, match=r"\.spec\.selector"):
        _applied(live, SECOND, selector={"app": "a", "tier": "b"})
