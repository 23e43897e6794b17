"""What the checks say of an environment on EKS, made here or added to a cluster of others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.eks import EksConfig
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, Result, judge
from scripts.inventory import Inventory
from scripts.inventory.eks_cluster import AccessEntry
from scripts.inventory.iam import Policy
from scripts.inventory.reading import readable
from scripts.inventory.surroundings import Thing
from scripts.kubernetes.diff import Unread
from tests.audit.change import REFUSED, change, readings
from tests.audit.faults import allowing
from tests.audit.faults_eks import EKS, EXISTING, FAULTS, HEALTHY, IRSA_FAULTS, MORE_FAULTS, STRANGER
from tests.audit.healthy import healthy

BY_ID = {check.id: check for check in CHECKS}
IRSA = EKS.model_copy(update={"eks": EksConfig(version="1.36", service_account_roles="irsa")})
HEALTHY_EXISTING = healthy(EXISTING)


def outcomes(inventory: Inventory, check_id: str, config: Any = EKS) -> set[Outcome]:
    return {result.outcome for result in results(inventory, check_id, config)}


def results(inventory: Inventory, check_id: str, config: Any = EKS) -> list[Result]:
    return judge(inventory, config, [BY_ID[check_id]])


@pytest.mark.parametrize("check_id", list(FAULTS))
def test_what_is_not_as_declared_fails(check_id: str) -> None:
    assert Outcome.FAIL in outcomes(change(HEALTHY, *FAULTS[check_id]), check_id)


@pytest.mark.parametrize(("check_id", "path", "value"), MORE_FAULTS)
def test_what_is_nearly_as_declared_fails(check_id: str, path: str, value: object) -> None:
    assert Outcome.FAIL in outcomes(change(HEALTHY, path, value), check_id)


def test_roles_by_the_oidc_provider_pass_and_fail_without_it() -> None:
    inventory = healthy(IRSA)
    wrong = [
        (r.check.id, r.resource, r.detail) for r in judge(inventory, IRSA, CHECKS) if r.outcome is not Outcome.PASS
    ]
    assert wrong == []
    for check_id, fault in IRSA_FAULTS.items():
        assert Outcome.FAIL in outcomes(change(inventory, *fault), check_id, IRSA)
    # The account of head and workers is another one's.
    other = change(inventory, "iam.roles.2.trust", inventory.iam.roles[4].trust)  # type: ignore[union-attr]
    assert Outcome.FAIL in outcomes(other, "eks.account_roles_bound", IRSA)


@pytest.mark.parametrize(
    "path", [path for path in readings(HEALTHY) if path.startswith(("eks.", "lustre", "repos", "prom", "kube"))]
)
def test_what_could_not_be_read_is_unknown_and_nothing_breaks(path: str) -> None:
    found = judge(change(HEALTHY, path, REFUSED), EKS, CHECKS)
    assert any("AccessDenied" in result.detail for result in found if result.outcome is Outcome.UNKNOWN)
    assert not any("the check itself failed" in result.detail for result in found)


def test_an_existing_cluster_is_its_owners() -> None:
    """Its endpoint, its add-ons and whom it lets in are not judged; what we need of it is."""
    faulty = change(HEALTHY_EXISTING, "eks.control_plane.public_cidrs", ("0.0.0.0/0",))
    clusters = tuple(
        replace(readable(each), name="shared", public_cidrs=("0.0.0.0/0",)) for each in readable(faulty.eks_clusters)
    )
    faulty = change(faulty, "eks_clusters", clusters)
    assert Outcome.FAIL not in outcomes(faulty, "eks.endpoint_private", EXISTING)
    assert outcomes(
        change(HEALTHY_EXISTING, "eks.control_plane.authentication_mode", "CONFIG_MAP"),
        "eks.api_authentication",
        EXISTING,
    ) == {Outcome.FAIL}
    assert not BY_ID["eks.no_other_access"].is_for(EXISTING)
    assert Outcome.FAIL in outcomes(
        change(HEALTHY_EXISTING, "eks.addons", ()), "eks.pod_identity_agent_there", EXISTING
    )


def test_a_stranger_in_an_entry_of_ours_is_found_in_an_existing_cluster() -> None:
    entries: tuple[AccessEntry, ...] = (STRANGER,)
    found = outcomes(change(HEALTHY_EXISTING, "eks.access_entries", entries), "eks.cluster_admins_declared", EXISTING)
    assert found == {Outcome.FAIL}


def test_a_newer_add_on_is_said_and_no_fault() -> None:
    details = [result.detail for result in results(HEALTHY, "eks.addon_versions_declared")]
    assert all(detail.endswith("AWS's default is v99.0.0-eksbuild.1") for detail in details)


@pytest.mark.parametrize(
    ("role", "action", "resource", "check_id"),
    [
        ("node", "s3:GetObject", "arn:aws:s3:::ray-eks-models-123456789012/*", "bucket_access_declared"),
        ("ray-worker", "s3:PutBucketPolicy", "*", "bucket_access_declared"),
        ("s3-csi", "s3:GetObject", "arn:aws:s3:::ray-eks-results-123456789012/*", "bucket_access_declared"),
        ("cluster-autoscaler", "kms:Decrypt", "*", "key_use_declared"),
        ("ray-head", "elasticfilesystem:ClientMount", "*", "file_system_access_declared"),
        ("ray-worker", "secretsmanager:GetSecretValue", "*", "secrets_declared"),
        ("ray-head", "iam:AttachRolePolicy", "*", "no_privilege_escalation"),
    ],
)
def test_a_right_too_much_of_a_service_account_is_found(role: str, action: str, resource: str, check_id: str) -> None:
    roles = [readable(each) for each in HEALTHY.iam.roles]
    index = next(i for i, each in enumerate(roles) if each.name == EKS.label.name(role))
    more = (*readable(roles[index].inline_policies), Policy("x", None, allowing(action, resource)))
    faulty = change(HEALTHY, f"iam.roles.{index}.inline_policies", more)
    assert Outcome.FAIL in outcomes(faulty, f"iam_effect.{check_id}")


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("volumes", Thing("vol-x", made_by="the EBS driver made it for a claim")),
        ("interfaces", Thing("eni-x", note=f"EKS cluster {EKS.cluster_name}", used_by_service=True)),
        ("interfaces", Thing("eni-x", note="pods of EKS", used_by_service=True, holders=("i-0",))),
        ("security_groups", Thing("sg-x", "eks-cluster-sg-x", made_by="EKS made it for the cluster")),
        ("interfaces", Thing("eni-x", holders=("fs-lustre",))),
        ("grants", Thing("grant-x", note=f"lets {EKS.place.iam_arn('role/ray-eks-cluster')} Decrypt")),
    ],
)
def test_what_eks_makes_is_explained(kind: str, thing: Thing) -> None:
    there = readable(HEALTHY.surroundings.things[kind])
    found = change(HEALTHY, f"surroundings.things.{kind}", (*there, thing))
    assert {r.outcome for r in judge(found, EKS, [c for c in CHECKS if c.service == "unmanaged"])} == {Outcome.PASS}


def test_a_cluster_that_nobody_deployed_to_is_one_finding() -> None:
    diff = readable(HEALTHY.kubernetes.diff)  # type: ignore[union-attr]
    faulty = change(HEALTHY, "kubernetes.diff", replace(diff, missing=diff.compared, operators=()))
    faulty = change(faulty, "kubernetes.ray_cluster", None)
    found = judge(faulty, EKS, [check for check in CHECKS if check.service == "kubernetes"])
    assert [(r.check.id, r.outcome) for r in found] == [("kubernetes.deployed", Outcome.FAIL)]
    assert "make deploy" in found[0].detail


def test_a_part_of_the_cluster_that_could_not_be_read_is_unknown() -> None:
    faulty = change(HEALTHY, "kubernetes.diff.unread", (Unread("Secret ray/ray-gcs", "forbidden"),))
    assert outcomes(faulty, "kubernetes.as_rendered") == {Outcome.UNKNOWN}


def test_a_cluster_that_was_not_asked_is_unknown() -> None:
    found = judge(replace(HEALTHY, kubernetes=None), EKS, [c for c in CHECKS if c.service == "kubernetes"])
    assert {result.outcome for result in found} == {Outcome.UNKNOWN}


def test_on_the_embedded_aws_ray_need_not_be_ready() -> None:
    local = EKS.model_copy(update={"target": "local"})
    assert outcomes(change(HEALTHY, "kubernetes.ray_cluster.state", ""), "kubernetes.ray_cluster_ready", local) == set()
