"""What is read of a cluster on EKS: the answers are those that were recorded for the comparison with the state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config.foundation import FoundationConfig
from scripts.inventory.eks_cluster import Eks, collect_eks
from scripts.inventory.eks_made import made_by_eks, node_group_of
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read, Unreadable, readable
from scripts.inventory.scope import Scope
from scripts.inventory.session import session_for
from scripts.state import State
from tests.audit.environments import load_any, load_eks
from tests.inventory.replayed import NOWHERE

EKS, EXISTING = load_eks("eks"), load_eks("eks-existing")
_RECORDED = json.loads((Path(__file__).parents[1] / "audit/drift/recorded.json").read_text(encoding="utf-8"))
_DESCRIBED = {each["operation"]: each["answer"] for each in _RECORDED["answers"] if each["service"] == "eks"}
LISTS: dict[str, list[Any]] = {
    "ListNodegroups": ["gpu", "of-others"],
    "ListAddons": ["vpc-cni"],
    "ListAccessEntries": ["arn:aws:iam::123456789012:role/research"],
    "ListPodIdentityAssociations": [
        {"associationId": "a-1", "namespace": "ray", "serviceAccount": "ray-head"},
        {"associationId": "a-2", "namespace": "others", "serviceAccount": "theirs"},
    ],
    "DescribeImages": [
        {"Name": f"amazon-eks-node-al2023-x86_64-{kind}-1.36-v{day}"}
        for kind, day in (("standard", "20260901"), ("standard", "20261001"), ("nvidia", "20260915"))
    ],
    "DescribeAddonVersions": [
        {
            "addonName": "vpc-cni",
            "addonVersions": [
                {"addonVersion": "v2", "compatibilities": [{"clusterVersion": "1.36", "defaultVersion": True}]},
                {"addonVersion": "v1", "compatibilities": [{"clusterVersion": "1.36", "defaultVersion": False}]},
                {"addonVersion": "v0", "compatibilities": [{"clusterVersion": "1.35", "defaultVersion": True}]},
            ],
        }
    ],
    "DescribeClusterVersions": [],
    "DescribeLaunchTemplateVersions": [],
}


class CannedReader(Reader):
    """Answers from above; asked for nothing it does not know."""

    def __init__(self, *, gone: bool = False, refused: str = "") -> None:
        super().__init__(session_for(NOWHERE, "us-west-2"))
        self.gone, self.refused = gone, refused
        self.asked: list[str] = []

    def _call(self, read: Read, arguments: Mapping[str, Any]) -> Any:
        self.asked.append(f"{read.operation} {' '.join(map(str, arguments.values()))}")
        if read.operation == self.refused:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, read.operation)
        if self.gone and {"clusterName", "name"} & set(arguments):
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, read.operation)
        if read.operation in LISTS:
            return LISTS[read.operation]
        return _with_times(_DESCRIBED[read.operation])


def _with_times(answer: Any) -> Any:
    if isinstance(answer, dict):
        return {k: datetime.fromisoformat(v) if k == "createdAt" else _with_times(v) for k, v in answer.items()}
    return [_with_times(each) for each in answer] if isinstance(answer, list) else answer


def collected(reader: CannedReader, environment: FoundationConfig = EKS) -> Eks:
    with reader:
        found = collect_eks(reader, Scope(environment, State((), {}), "vpc-1"))
    assert found is not None
    return found


def test_a_cluster_of_our_own_is_read_with_all_that_is_in_it() -> None:
    eks = collected(reader := CannedReader())
    plane = readable(eks.control_plane)
    assert plane is not None
    assert (plane.status, plane.authentication_mode, plane.public_cidrs) == ("ACTIVE", "API", None)
    assert plane.cluster_group_id not in plane.group_ids
    assert len(readable(eks.node_groups)) == 2
    assert len(readable(eks.pod_identities)) == 2
    assert "DescribeNodegroup ray-eks of-others" in reader.asked


def test_of_an_existing_cluster_only_what_is_ours_is_described() -> None:
    reader = CannedReader()
    collected(reader, EXISTING)
    assert not [asked for asked in reader.asked if "of-others" in asked or "research" in asked or "a-2" in asked]


def test_what_a_node_group_is() -> None:
    (group, _) = map(readable, readable(collected(CannedReader()).node_groups))
    assert (group.name, group.capacity_type, group.template_version) == ("gpu", "SPOT", 2)
    assert ("nvidia.com/gpu", "present", "NO_SCHEDULE") in group.taints
    assert not group.remote_access


def test_the_newest_image_of_each_kind_counts() -> None:
    images = readable(collected(CannedReader()).node_images)
    assert {each.ami_type: each.day for each in images} == {
        "AL2023_x86_64_NVIDIA": "20260915",
        "AL2023_x86_64_STANDARD": "20261001",
    }


def test_only_what_fits_the_kubernetes_version_is_offered() -> None:
    (offered,) = readable(collected(CannedReader()).offered_addons)
    assert (offered.versions, offered.default) == (("v2", "v1"), "v2")


def test_a_cluster_that_is_gone_has_nothing_in_it() -> None:
    eks = collected(CannedReader(gone=True))
    assert eks.control_plane is None
    assert [eks.node_groups, eks.addons, eks.access_entries, eks.pod_identities] == [(), (), (), ()]


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("ListNodegroups", "node_groups"),
        ("DescribeCluster", "control_plane"),
        ("DescribeAddonVersions", "offered_addons"),
        ("ListAccessEntries", "access_entries"),
        ("ListPodIdentityAssociations", "pod_identities"),
        ("DescribeImages", "node_images"),
    ],
)
def test_what_is_refused_is_unreadable(operation: str, field: str) -> None:
    assert isinstance(getattr(collected(CannedReader(refused=operation)), field), Unreadable)


def test_policies_that_are_refused_hide_no_entry() -> None:
    (entry,) = map(readable, readable(collected(CannedReader(refused="ListAssociatedAccessPolicies")).access_entries))
    assert entry.principal_arn.endswith("/research")
    assert isinstance(entry.policies, Unreadable)


def test_other_flavours_ask_for_nothing() -> None:
    reader = CannedReader()
    with reader:
        assert collect_eks(reader, Scope(load_any("small"), State((), {}), "vpc-1")) is None
        assert reader.asked == []


@pytest.mark.parametrize(
    ("environment", "cluster", "group", "ours"),
    [("eks", "ray-eks", "any", "any"), ("eks", "other", "cpu", ""), ("eks-existing", "shared", "cpu", "cpu"),
     ("eks-existing", "shared", "of-others", ""), ("small", "ray-eks", "cpu", "")],
)  # fmt: skip
def test_nodes_are_known_by_the_tags_of_eks(environment: str, cluster: str, group: str, ours: str) -> None:
    tags = {"eks:cluster-name": cluster, "eks:nodegroup-name": group}
    assert node_group_of(load_any(environment), tags) == ours
    assert bool(made_by_eks(load_any(environment), tags)) is bool(ours)
