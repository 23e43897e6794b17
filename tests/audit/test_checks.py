"""Every check passes what is as declared, fails what is not, and passes nothing that it could not see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.anyscale_cloud import AnyscaleCloudConfig
from config.autoscaling_ec2 import AutoscalingEc2Config
from config.kuberay_eks import KuberayEksConfig
from config.memorydb import ACCESS_STRING
from config.schema import kinds_at
from config.static_ec2 import StaticEc2Config
from scripts.audit.checks import CHECKS
from scripts.audit.engine import Outcome, judge
from scripts.audit.registry import Check
from scripts.inventory.security_groups import SecurityGroupRule
from tests.audit import faults_autoscaling, faults_eks
from tests.audit.change import REFUSED, REMOVED, change, readings
from tests.audit.environments import FILES, load, load_any
from tests.audit.faults import FAULTS, MORE_FAULTS, allowing
from tests.audit.healthy import healthy, tls_only

SMALL = load("small")
HEALTHY = healthy(SMALL)
BY_ID = {check.id: check for check in CHECKS}


def test_every_check_has_a_fault() -> None:
    autoscaling = {*faults_autoscaling.FAULTS, *faults_autoscaling.RAY_UP_FAULTS}
    # Those of `anyscale` have theirs in tests/verify.
    assert {*FAULTS, *autoscaling, *faults_eks.FAULTS, *faults_eks.IRSA_FAULTS} == {
        check.id for check in CHECKS if check.service != "anyscale"
    }
    assert len(BY_ID) == len(CHECKS), "an id is used twice"


@pytest.mark.parametrize("name", list(FILES))
def test_what_is_as_declared_passes(name: str) -> None:
    environment = load_any(name)
    results = judge(healthy(environment), environment, CHECKS)
    assert [(r.check.id, r.resource, r.detail) for r in results if r.outcome is not Outcome.PASS] == []


def test_every_check_but_those_of_other_flavours_applies_to_the_small_environment() -> None:
    on_eks = {*faults_eks.FAULTS, *faults_eks.IRSA_FAULTS}
    others = {check.service for check in CHECKS if not check.is_for(SMALL) and check.id not in on_eks}
    assert others == {"autoscaling", "anyscale"}


@pytest.mark.parametrize("check_id", list(FAULTS))
def test_what_is_not_as_declared_fails(check_id: str) -> None:
    faulty = change(HEALTHY, *FAULTS[check_id])
    results = judge(faulty, SMALL, [BY_ID[check_id]])
    assert Outcome.FAIL in {result.outcome for result in results}, results


@pytest.mark.parametrize(("check_id", "path", "value"), MORE_FAULTS)
def test_what_is_nearly_as_declared_fails(check_id: str, path: str, value: object) -> None:
    results = judge(change(HEALTHY, path, value), SMALL, [BY_ID[check_id]])
    assert Outcome.FAIL in {result.outcome for result in results}, results


@pytest.mark.parametrize(
    ("check_id", "path", "value"),
    [
        ("iam.no_whole_service", "iam.roles.1.inline_policies.0.document", allowing("s3:Get*", "*")),
        ("iam.no_whole_service", "iam.roles.1.inline_policies.0.document", allowing("s3:*", "arn:aws:s3:::one/*")),
        ("iam.no_star_on_star", "iam.roles.1.inline_policies.0.document", allowing("*", "arn:aws:s3:::one")),
        ("s3.tls_only", "buckets.0.policy", tls_only("*", "*")),
        ("efs.tls_only", "file_systems.0.policy", tls_only("elasticfilesystem:*", "*")),
        ("memorydb.users_limited", "memorydb.users.0.access_string", ACCESS_STRING.replace(" +@all", " -@all +@all")),
    ],
)
def test_what_is_written_otherwise_passes(check_id: str, path: str, value: object) -> None:
    results = judge(change(HEALTHY, path, value), SMALL, [BY_ID[check_id]])
    assert {result.outcome for result in results} == {Outcome.PASS}, results


@pytest.mark.parametrize(
    ("check_id", "path", "value"),
    [
        ("nodes.root_volume_declared", "nodes.volumes.0", REMOVED),
        ("nodes.root_volume_declared", "nodes.volumes.0.device", "/dev/sdz"),
        ("nodes.volumes_encrypted_with_our_key", "nodes.volumes.0", REMOVED),
        ("nodes.image_architecture_fits", "nodes.instances.0.image_id", "ami-withdrawn"),
    ],
)
def test_one_node_without_data_is_unknown_among_the_others(check_id: str, path: str, value: object) -> None:
    results = judge(change(HEALTHY, path, value), SMALL, [BY_ID[check_id]])
    assert [result.outcome for result in results].count(Outcome.UNKNOWN) == 1
    assert len(results) == len(SMALL.workers) + 2  # the head, and one group of two


def test_a_rule_that_was_added_is_shown_with_the_ports_that_it_opens() -> None:
    rule = SecurityGroupRule("sgr-x", "sg-head", False, "tcp", 8000, 10500, "10.9.0.0/16", "by hand")
    faulty = change(HEALTHY, "security_groups.rules.0", rule)
    results = judge(faulty, SMALL, [BY_ID["security_groups.ingress_declared"]])
    details = [result.detail for result in results if "10.9.0.0/16" in result.detail]
    assert details == [
        "not declared: tcp 8000-10500, peer 10.9.0.0/16 (by hand), "
        "opens dashboard 8265, client 10001, workers 10002-19999"
    ]


NOT_JUDGED = {
    *("buckets.0.logging", "buckets.0.region", "buckets.1.region", "buckets.0.owned", "buckets.1.owned"),
    *("network.dns_servers", "nodes.elsewhere"),
}
"""The logs bucket does not log into itself; regions and owners are read of an Anyscale cloud's bucket, DNS servers of
its VPC, and instances elsewhere where Ray's autoscaler makes some."""


@pytest.mark.parametrize("path", [path for path in readings(HEALTHY) if path not in NOT_JUDGED])
def test_what_could_not_be_read_is_unknown_and_nothing_breaks(path: str) -> None:
    results = judge(change(HEALTHY, path, REFUSED), SMALL, CHECKS)
    unknown = [result for result in results if result.outcome is Outcome.UNKNOWN]
    assert any("AccessDenied" in result.detail for result in unknown)
    assert not any("the check itself failed" in result.detail for result in results)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_explains_itself(check: Check) -> None:
    assert check.title.endswith((".", ":")) or "\n" in check.documentation
    assert check.why
    assert check.fix
    assert check.scope.startswith(("Every environment", "Environments", "Protected"))


_STANDARD = re.compile(r"FSBP [A-Za-z]+[A-Za-z0-9]*\.\d+|CIS \d+(\.\d+)+|Config [a-z0-9-]+")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_names_standards_and_a_setting_that_there_are(check: Check) -> None:
    assert [each for each in check.standards if not _STANDARD.fullmatch(each)] == []
    # Of what two flavours have in common or all, one stands for them.
    own = {AutoscalingEc2Config, AnyscaleCloudConfig, KuberayEksConfig}
    flavour = check.environments if check.environments in own else StaticEc2Config
    assert not check.setting or kinds_at(flavour, tuple(check.setting.split(".")))


def test_a_check_stands_in_the_file_of_its_service() -> None:
    for check in CHECKS:
        # Those of Anyscale's verification are several: anyscale_roles.py, …
        assert Path(check.judge.__code__.co_filename).stem.split("_")[0] == check.service.split("_")[0]
        assert check.id.split(".")[1].isidentifier()
