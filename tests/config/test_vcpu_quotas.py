"""Which quota of vCPUs an instance type counts against."""

from __future__ import annotations

import pytest

from config.vcpu_quotas import ALL_VCPU_QUOTAS, vcpu_quota_of


@pytest.mark.parametrize(
    ("instance_type", "on_demand", "spot"),
    [
        ("m7i.large", "L-1216C47A", "L-34B43A08"),
        ("t3.micro", "L-1216C47A", "L-34B43A08"),
        ("im4gn.large", "L-1216C47A", "L-34B43A08"),
        ("g6.4xlarge", "L-DB2E81BA", "L-3819A6DF"),
        ("gr6.4xlarge", "L-DB2E81BA", "L-3819A6DF"),
        ("vt1.3xlarge", "L-DB2E81BA", "L-3819A6DF"),
        ("p5.48xlarge", "L-417A185B", "L-7212CCBC"),
        ("inf2.xlarge", "L-1945791B", "L-B5D1601B"),
        ("trn1n.32xlarge", "L-2C3B7624", "L-6B0D517C"),
        ("x2idn.16xlarge", "L-7295265B", "L-E3A00192"),
        ("u-6tb1.56xlarge", "L-43DA4232", None),
        ("hpc7g.16xlarge", "L-F7808C92", None),
    ],
)
def test_families_share_a_quota(instance_type: str, on_demand: str, spot: str | None) -> None:
    found = [vcpu_quota_of(instance_type, spot=spot) for spot in (False, True)]
    assert [quota.code if quota else None for quota in found] == [on_demand, spot]


def test_every_quota_has_a_code_of_its_own() -> None:
    codes = [quota.code for quota in ALL_VCPU_QUOTAS]
    assert len(codes) == len(set(codes))
