"""Our zones are those of the emulator, which has them from AWS."""

from __future__ import annotations

import pytest

from config.zones import zones_of


def test_zones_are_those_of_the_emulator() -> None:
    moto = pytest.importorskip("moto.ec2.models.availability_zones_and_regions")
    theirs = moto.RegionsAndZonesBackend.zones
    assert len(theirs) > 25
    assert {region: [zone.name for zone in zones] for region, zones in theirs.items()} == {
        region: zones_of(region) for region in theirs
    }
