"""The port table: no port twice, and every port is pinned where it is listened on."""

from __future__ import annotations

from itertools import combinations

import pytest

from config.ports import SSH_PORT, PortTable, Tier, port_table
from config.ray_ports import RayPortsConfig

TIERS: list[Tier] = ["head", "worker"]
tiers = pytest.mark.parametrize("tier", TIERS)
TABLE = port_table(RayPortsConfig())


def pins(table: PortTable, tier: Tier) -> list[str]:
    return [*table.ray_start_flags(tier), *table.ray_variables(tier)]


def test_ports_do_not_clash() -> None:
    for a, b in combinations(TABLE, 2):
        assert a.last < b.first or b.last < a.first, f"{a.name} and {b.name}"


def test_ports_are_ranges_of_free_ports() -> None:
    for port in TABLE:
        assert 1024 <= port.first <= port.last <= 65535
        assert not port.first <= SSH_PORT <= port.last


def test_names_are_those_of_the_settings() -> None:
    assert sorted(port.name for port in TABLE) == sorted(RayPortsConfig.model_fields)


def test_well_known_ports_are_rays_own() -> None:
    assert [TABLE[name].first for name in ("gcs", "dashboard", "client")] == [6379, 8265, 10001]


def test_numbers_are_those_of_the_environment() -> None:
    table = port_table(RayPortsConfig(gcs=7000, workers="30000-30999"))
    assert table["gcs"].shown == "7000"
    assert table["workers"].shown == "30000-30999"
    assert table["workers"].size == 1000
    assert "--port=7000" in table.ray_start_flags("head")
    assert table.ray_start_flags("worker")[-2:] == ["--min-worker-port=30000", "--max-worker-port=30999"]


@tiers
def test_every_port_of_a_tier_is_pinned_and_no_other(tier: Tier) -> None:
    given = pins(TABLE, tier)
    for port in TABLE:
        assert all((pin in given) == port.is_on(tier) for pin in port.pins())
        assert list(port.pins())


@tiers
def test_pins_are_given_once(tier: Tier) -> None:
    names = [pin.split("=")[0] for pin in pins(TABLE, tier)]
    assert len(names) == len(set(names))


def test_metrics_of_the_head_are_pinned_by_variables() -> None:
    assert TABLE.ray_variables("head") == ["AUTOSCALER_METRIC_PORT=44217", "DASHBOARD_METRIC_PORT=44227"]
    assert TABLE.ray_variables("worker") == []


def test_workers_do_not_open_what_only_the_head_has() -> None:
    assert not any(port.worker_from for port in TABLE if port.head_only)
    assert not any("clients" in port.worker_from for port in TABLE)


def test_clients_reach_the_dashboard_and_the_ray_client() -> None:
    assert [port.name for port in TABLE.for_clients] == ["dashboard", "client"]
