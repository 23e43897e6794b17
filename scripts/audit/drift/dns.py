"""The private zone in which workers find the head."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.label import HEAD_HOST
from scripts.audit.drift.deployed import Deployed
from scripts.audit.drift.normal import snaked, tag_map
from scripts.audit.drift.translator import (
    COMPUTED,
    FIXED,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Translator,
    added,
    at,
    by_document,
    left_out,
    renamed,
)
from scripts.inventory.details import GET_HOSTED_ZONE, LIST_ZONE_TAGS
from scripts.inventory.dns import LIST_RECORDS, MADE_BY_AWS
from scripts.state import Resource


def _tags(case: Case) -> dict[str, str]:
    answer = case.deployed.document(LIST_ZONE_TAGS, ResourceId=case.state("zone_id"), ResourceType="hostedzone")
    return tag_map(answer["ResourceTagSet"].get("Tags") if answer else ())


def _vpcs(case: Case) -> list[str]:
    return [vpc["VPCId"] for vpc in case.answer.get("VPCs") or ()]


def _intended_vpcs(case: Case) -> list[str]:
    return [vpc["vpc_id"] for vpc in case.state("vpc") or ()]


def _key(record: Mapping[str, Any]) -> tuple[str, str, str]:
    """DNS knows no case, and ends a name with a dot that Terraform leaves out."""
    return _name(record["Name"]), str(record["Type"]), str(record.get("SetIdentifier", ""))


def _name(name: str) -> str:
    return name.lower().rstrip(".")


def _intended_key(resource: Resource) -> tuple[str, str, str]:
    attributes = resource.attributes
    return _name(attributes.get("fqdn") or attributes["name"]), attributes["type"], attributes["set_identifier"] or ""


def _added_records(case: Case) -> list[str]:
    zone = case.state("zone_id")
    ours = {_intended_key(each) for each in case.deployed.resources("aws_route53_record", "zone_id", zone)}
    if case.state("force_destroy"):
        # What Terraform takes a zone away with, nodes write: the head that `ray up` made, its own name.
        ours.add((_name(f"{HEAD_HOST}.{case.state('name')}"), "A", ""))
    records = case.deployed.document(LIST_RECORDS, HostedZoneId=zone)
    found = (each for each in records if each["Type"] not in MADE_BY_AWS and _key(each) not in ours)
    return [f"{_name(each['Name'])} {each['Type']} {', '.join(_values(each))}" for each in found]


def _values(record: Mapping[str, Any]) -> list[str]:
    return sorted(value["Value"] for value in record.get("ResourceRecords") or ())


ZONE = Translator(
    "aws_route53_zone",
    by_document(GET_HOSTED_ZONE, Id="zone_id"),
    {
        **renamed(comment="HostedZone.Config.Comment"),
        "vpc": Same(_vpcs, intended=_intended_vpcs),
        "tags_all": Same(_tags),
        "records": added(_added_records),
    },
    left_out(
        (COMPUTED, "arn id zone_id name_servers primary_name_server"),
        (FIXED, "delegation_set_id"),
        (NAME, "name"),
        (OWN, "force_destroy timeouts"),
        (TAGS, "tags"),
    ),
)


def _record(resource: Resource, deployed: Deployed) -> Any:
    records = deployed.document(LIST_RECORDS, HostedZoneId=resource.attributes["zone_id"])
    return next((each for each in records if _key(each) == _intended_key(resource)), None)


def _alias(case: Case) -> Any:
    return snaked(case.answer.get("AliasTarget"), {"DNSName": "name", "HostedZoneId": "zone_id"})


RECORD = Translator(
    "aws_route53_record",
    _record,
    {
        "records": Same(lambda case: _values(case.answer)),
        "ttl": Same(at("TTL"), intended=lambda case: case.state("ttl") or None),
        "alias": Same(_alias),
        **renamed(
            health_check_id="HealthCheckId",
            multivalue_answer_routing_policy="MultiValueAnswer",
            geolocation_routing_policy="GeoLocation",
            geoproximity_routing_policy="GeoProximityLocation",
            cidr_routing_policy="CidrRoutingConfig",
            failover_routing_policy="Failover",
            latency_routing_policy="Region",
            weighted_routing_policy="Weight",
        ),
    },
    left_out((COMPUTED, "id fqdn"), (NAME, "name type zone_id set_identifier"), (OWN, "allow_overwrite timeouts")),
)

TRANSLATORS = (ZONE, RECORD)
