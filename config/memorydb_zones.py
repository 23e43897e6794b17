"""Where AWS offers MemoryDB: zones by the ids that mean the same in every account.

Source: https://docs.aws.amazon.com/memorydb/latest/devguide/subnetgroups.html
"""

from __future__ import annotations

MEMORYDB_ZONES: dict[str, str] = {
    "us-east-1": "use1-az1 use1-az2 use1-az4 use1-az5 use1-az6",
    "us-east-2": "use2-az1 use2-az2 use2-az3",
    "us-west-1": "usw1-az1 usw1-az2 usw1-az3",
    "us-west-2": "usw2-az1 usw2-az2 usw2-az3 usw2-az4",
    "ca-central-1": "cac1-az1 cac1-az2 cac1-az4",
    "ap-east-1": "ape1-az1 ape1-az2 ape1-az3",
    "ap-south-1": "aps1-az1 aps1-az2 aps1-az3",
    "ap-northeast-1": "apne1-az1 apne1-az2 apne1-az4",
    "ap-northeast-2": "apne2-az1 apne2-az2 apne2-az3",
    "ap-southeast-1": "apse1-az1 apse1-az2 apse1-az3",
    "ap-southeast-2": "apse2-az1 apse2-az2 apse2-az3",
    "eu-central-1": "euc1-az1 euc1-az2 euc1-az3",
    "eu-west-1": "euw1-az1 euw1-az2 euw1-az3",
    "eu-west-2": "euw2-az1 euw2-az2 euw2-az3",
    "eu-west-3": "euw3-az1 euw3-az2 euw3-az3",
    "eu-north-1": "eun1-az1 eun1-az2 eun1-az3",
    "eu-south-1": "eus1-az1 eus1-az2 eus1-az3",
    "eu-south-2": "eus2-az1 eus2-az2 eus2-az3",
    "sa-east-1": "sae1-az1 sae1-az2 sae1-az3",
    "cn-north-1": "cnn1-az1 cnn1-az2",
    "cn-northwest-1": "cnw1-az1 cnw1-az2 cnw1-az3",
    "us-gov-east-1": "usge1-az1 usge1-az2 usge1-az3",
    "us-gov-west-1": "usgw1-az1 usgw1-az2 usgw1-az3",
}


def memorydb_zones(region: str) -> frozenset[str] | None:
    """Ids of the zones with MemoryDB; None for a region that the list does not name."""
    zones = MEMORYDB_ZONES.get(region)
    return frozenset(zones.split()) if zones is not None else None


_ANYSCALE_ZONES = {
    "us-east-1": "use1-az2 use1-az4 use1-az6",
    "us-west-2": "usw2-az1 usw2-az2 usw2-az3",
}
"""Regions in which Anyscale counts on fewer zones than AWS names."""


def anyscale_memorydb_zones(region: str) -> frozenset[str]:
    """The same for a cluster that Anyscale is told of; a rule refuses regions that no list names."""
    return frozenset(_ANYSCALE_ZONES.get(region, MEMORYDB_ZONES[region]).split())
