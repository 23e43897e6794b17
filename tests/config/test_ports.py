"""The port table: no port twice, and `ray start` pins what the security groups open."""

from __future__ import annotations

from itertools import combinations

import pytest

from config import ports
from config.ports import PORTS, SSH_PORT, WORKER_RANGE, Tier, ray_start_port_flags

TIERS: list[Tier] = ["head", "worker"]
tiers = pytest.mark.parametrize("tier", TIERS)


def test_ports_do_not_clash() -> None:
    for a, b in combinations(PORTS, 2):
        assert a.last < b.first or b.last < a.first, f"{a.name} and {b.name}"


def test_ports_are_ranges_of_free_ports() -> None:
    for port in PORTS:
        assert 1024 <= port.first <= port.last <= 65535
        assert not port.first <= SSH_PORT <= port.last


def test_names_are_unique() -> None:
    assert len({port.name for port in PORTS}) == len(PORTS)


def test_well_known_ports_are_rays_own() -> None:
    assert (ports.GCS_PORT, ports.DASHBOARD_PORT, ports.CLIENT_PORT) == (6379, 8265, 10001)


@tiers
def test_every_port_is_pinned(tier: Tier) -> None:
    flags = ray_start_port_flags(tier)
    for port in PORTS:
        if port is not WORKER_RANGE:
            assert (f"{port.flag}={port.first}" in flags) == (tier == "head" or not port.head_only)
    assert flags[-2:] == ["--min-worker-port=10002", "--max-worker-port=19999"]


@tiers
def test_flags_are_given_once(tier: Tier) -> None:
    names = [flag.split("=")[0] for flag in ray_start_port_flags(tier)]
    assert len(names) == len(set(names))


def test_workers_do_not_open_what_only_the_head_has() -> None:
    assert not any(port.worker_from for port in PORTS if port.head_only)
    assert not any("clients" in port.worker_from for port in PORTS)


def test_only_a_range_or_a_flag_makes_a_port() -> None:
    assert [port.name for port in PORTS if port.flag is None] == ["workers"]
