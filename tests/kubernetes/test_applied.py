"""Whether what is applied is what the file says, and how fields are compared: plain data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.errors import UserError
from scripts.kubernetes.applied import require_applied
from scripts.kubernetes.diff import ABSENT, differences
from scripts.kubernetes.objects import key_of
from scripts.kubernetes.scale import with_live_scale
from tests.kubernetes.conftest import environment_of, outputs_of


def test_what_is_not_applied_is_one_line(tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    require_applied(environment, outputs := outputs_of(environment))
    run = "run: make plan ENV=lab TARGET=local && make apply ENV=lab TARGET=local"
    for got, told in (
        ({}, f"lab is not applied yet; {run}"),
        (
            outputs | {"node_group_names": ["system", "head"], "efs_id": "fs-1"},
            f"lab is not applied as its file says: node group cpu not applied; {run}",
        ),
        (
            outputs | {"cluster_name": "ray-other"},
            f"lab is not applied as its file says: the cluster is ray-lab, applied is ray-other; {run}",
        ),
    ):
        with pytest.raises(UserError) as raised:
            require_applied(environment, got)
        assert raised.value.lines == (told,)


def test_what_the_file_no_longer_names_goes_from_kubernetes_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = environment_of(tmp_path)
    outputs = outputs_of(environment)
    require_applied(
        environment, outputs | {"node_group_names": [*outputs["node_group_names"], "gpu"], "efs_id": "fs-1"}
    )
    assert capsys.readouterr().err == (
        "note: applied, and no longer in the file: node group gpu, store efs; after this run: "
        "make plan ENV=lab TARGET=local && make apply ENV=lab TARGET=local\n"
    )


def document(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec}


@pytest.mark.parametrize(
    ("wanted", "live", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("spec.a", 1, 2)]),
        ({"a": {"x/y": "b"}}, {"a": {}}, [("spec.a[x/y]", "b", ABSENT)]),
        ({}, {"a": 0}, [("spec.a", ABSENT, 0)]),
        ({"c": [{"name": "r", "v": 1}]}, {"c": [{"name": "r", "v": 2}]}, [("spec.c[r].v", 1, 2)]),
        (
            {"c": [{"name": "r"}]}, {"c": [{"name": "s"}]},
            [("spec.c[r]", {"name": "r"}, ABSENT), ("spec.c[s]", ABSENT, {"name": "s"})],
        ),
        ({"c": ["a", "b"]}, {"c": ["a", "c"]}, [("spec.c[1]", "b", "c")]),
        ({"c": ["a"]}, {"c": ["a", "b"]}, [("spec.c", ["a"], ["a", "b"])]),
    ],
)  # fmt: skip
def test_fields_are_compared_one_by_one(
    wanted: dict[str, Any], live: dict[str, Any], found: list[tuple[str, Any, Any]]
) -> None:
    one = document(**wanted)
    other = document(**live) | {"status": {"x": 1}}
    other["metadata"] = other["metadata"] | {"resourceVersion": "7", "managedFields": []}
    assert [(each.path, each.expected, each.actual) for each in differences(key_of(one), one, other)] == found


@pytest.mark.parametrize(
    ("group", "live", "replicas"),
    [
        ({"minReplicas": 0, "maxReplicas": 4}, {"replicas": 3}, 3),
        ({"minReplicas": 0, "maxReplicas": 2}, {"replicas": 3}, 2),
        ({"minReplicas": 2, "maxReplicas": 4}, {"replicas": 0}, 2),
        ({"replicas": 1}, {"replicas": 3}, 1),
        ({}, {}, None),
    ],
)
def test_live_replicas_are_carried_over_within_the_bounds(
    group: dict[str, Any], live: dict[str, Any], replicas: int | None
) -> None:
    def cluster(group: dict[str, Any]) -> dict[str, Any]:
        spec = {"enableInTreeAutoscaling": True, "workerGroupSpecs": [{"groupName": "cpu", **group}]}
        return {"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": "a"}, "spec": spec}

    carried = with_live_scale(cluster(group), cluster(live))["spec"]["workerGroupSpecs"][0]
    assert carried.get("replicas") == replicas
