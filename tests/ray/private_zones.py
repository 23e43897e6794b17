"""Private zones of the embedded Route 53: what is in them is what the VPC's resolver answers."""

from __future__ import annotations

from typing import Any

from tests.ray.resolver import Resolver


class PrivateZones:
    """All zones together: names of two environments differ."""

    def __init__(self, route53: Any, resolver: Resolver) -> None:
        self._route53, self._resolver = route53, resolver

    def sync(self) -> None:
        """Let the resolver answer as the zones are now."""
        for name, (_, address) in self._records().items():
            self._resolver.point(name, address)

    def address_of(self, name: str) -> str | None:
        """What an A record says; None when there is none."""
        return self._records().get(name, ("", None))[1]

    def overwrite(self, name: str, address: str) -> None:
        """Let an A record, which is there, say something else."""
        zone, _ = self._records()[name]
        record = {"Name": name, "Type": "A", "TTL": 10, "ResourceRecords": [{"Value": address}]}
        changes = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
        self._route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)

    def _records(self) -> dict[str, tuple[str, str]]:
        """Zone and address of each name."""
        found = {}
        for zone in self._route53.list_hosted_zones()["HostedZones"]:
            for record in self._route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
                if record["Type"] == "A":
                    found[record["Name"].rstrip(".")] = (zone["Id"], record["ResourceRecords"][0]["Value"])
        return found
