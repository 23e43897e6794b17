"""Patches other than apply."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.local_aws.kubernetes.patches import json_patch, merge_patch, strategic_merge
from scripts.local_aws.kubernetes.refusals import Refusal
from scripts.local_aws.kubernetes.schema import builtin_node

POD = builtin_node("1.35", "io.k8s.api.core.v1.PodSpec")


def test_merge_patch() -> None:
    assert merge_patch({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None}, "d": [2]}) == {"a": {"c": 2}, "d": [2]}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/l/-", "value": 3}, {"l": [1, 2, 3], "a/b": 1}),
        ({"op": "add", "path": "/l/0", "value": 0}, {"l": [0, 1, 2], "a/b": 1}),
        ({"op": "replace", "path": "/a~1b", "value": 2}, {"l": [1, 2], "a/b": 2}),
        ({"op": "remove", "path": "/l/1"}, {"l": [1], "a/b": 1}),
        ({"op": "move", "from": "/a~1b", "path": "/c"}, {"l": [1, 2], "c": 1}),
        ({"op": "copy", "from": "/l", "path": "/m"}, {"l": [1, 2], "a/b": 1, "m": [1, 2]}),
        ({"op": "test", "path": "/a~1b", "value": 1}, {"l": [1, 2], "a/b": 1}),
    ],
)
def test_json_patch(operation: dict[str, Any], expected: Any) -> None:
    assert json_patch({"l": [1, 2], "a/b": 1}, [operation]) == expected


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a", "value": 2},
        {"op": "replace", "path": "/b", "value": 2},
        {"op": "remove", "path": "/b"},
        {"op": "fly", "path": "/a"},
    ],
)
def test_json_patch_that_does_not_apply(operation: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        json_patch({"a": 1}, [operation])
    assert refused.value.code == 422


def test_strategic_merge_finds_items_by_key() -> None:
    pod = {"containers": [{"name": "a", "env": [{"name": "X", "value": "1"}], "args": ["x"]}, {"name": "b"}]}
    env = [{"name": "Y", "value": "2"}, {"name": "X", "$patch": "delete"}]
    patch = {"containers": [{"name": "a", "env": env, "args": ["y"]}, {"name": "b", "$patch": "delete"}]}
    merged = strategic_merge(pod, patch, POD)
    assert merged == {"containers": [{"name": "a", "env": [{"name": "Y", "value": "2"}], "args": ["y"]}]}


def test_strategic_merge_directives() -> None:
    volume = {"name": "v", "emptyDir": {}}
    patch = {"volumes": [{"name": "v", "$retainKeys": ["name", "configMap"], "configMap": {"name": "c"}}]}
    assert strategic_merge({"volumes": [volume]}, patch, POD) == {
        "volumes": [{"name": "v", "configMap": {"name": "c"}}]
    }
    replaced = strategic_merge({"nodeSelector": {"a": "b"}}, {"nodeSelector": {"$patch": "replace", "c": "d"}}, POD)
    assert replaced == {"nodeSelector": {"c": "d"}}
