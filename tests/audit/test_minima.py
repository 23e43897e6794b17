"""Deployment minima: whom they are for, and what is not known."""

from __future__ import annotations

import pytest

from config.memorydb_zones import MEMORYDB_ZONES
from scripts.audit.checks import ebs, launch_templates, minima, network_acls
from scripts.audit.engine import Outcome, judge
from scripts.audit.registry import Check, checks_of
from tests.audit.change import REFUSED, change
from tests.audit.environments import load
from tests.audit.healthy import healthy

SMALL = load("small")
HEALTHY = healthy(SMALL)
SIZES = (minima.vpc_size, minima.node_subnet_size, minima.two_zones)


@pytest.mark.parametrize("check", SIZES, ids=lambda check: check.id)
def test_sizes_are_wanted_of_what_is_protected(check: Check) -> None:
    assert check.applies(load("production"))
    assert not check.applies(load("lab"))
    assert not check.applies(load("existing-vpc"))


def test_a_region_without_a_list_of_zones_is_unknown() -> None:
    elsewhere = SMALL.model_copy(update={"region": "xx-nowhere-1"})
    outcomes = {result.outcome for result in judge(HEALTHY, elsewhere, [minima.memorydb_zones_supported])}
    assert outcomes == {Outcome.UNKNOWN}


def test_zones_have_the_prefix_of_their_region() -> None:
    for region, zones in MEMORYDB_ZONES.items():
        prefixes = {zone.partition("-")[0] for zone in zones.split()}
        assert len(prefixes) == 1, region
        assert len(zones.split()) >= 2


def test_a_subnet_of_which_nothing_is_known_is_unknown_among_the_others() -> None:
    found = judge(change(HEALTHY, "account.subnets.0.subnet_id", "subnet-other"), SMALL, [minima.addresses_left])
    assert [result.outcome for result in found] == [Outcome.UNKNOWN, Outcome.PASS]


OPTIONAL = [*checks_of(launch_templates), ebs.snapshots_not_public, ebs.snapshots_encrypted_with_our_key]


@pytest.mark.parametrize("check", OPTIONAL, ids=lambda check: check.id)
def test_what_judges_what_is_there_says_nothing_where_nothing_is(check: Check) -> None:
    bare = change(change(HEALTHY, "launch_templates", ()), "ebs.snapshots", ())
    assert judge(bare, SMALL, [check]) == []


def test_the_default_acl_is_left_as_aws_makes_it() -> None:
    assert judge(HEALTHY, SMALL, [network_acls.used, network_acls.closed_to_remote_admin]) == []


def test_a_template_that_says_nothing_gets_the_default_of_the_account() -> None:
    silent = change(HEALTHY, "launch_templates.0.metadata_tokens", None)
    check = launch_templates.metadata_needs_token
    assert [found.outcome for found in judge(silent, SMALL, [check])] == [Outcome.PASS]
    optional = change(silent, "instance_defaults.metadata_tokens", "optional")
    assert [found.outcome for found in judge(optional, SMALL, [check])] == [Outcome.FAIL]
    refused = change(silent, "instance_defaults", REFUSED)
    assert [found.outcome for found in judge(refused, SMALL, [check])] == [Outcome.UNKNOWN]
