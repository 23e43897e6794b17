"""Roles, logs and names: what has the environment's prefix in services that know no VPC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scripts.inventory.dns import LIST_RECORDS, MADE_BY_AWS
from scripts.inventory.filters import one_of
from scripts.inventory.logs import DESCRIBE_FLOW_LOGS, DESCRIBE_LOG_GROUPS
from scripts.inventory.reader import Reader
from scripts.inventory.reading import Read
from scripts.inventory.scope import Scope
from scripts.inventory.surroundings.thing import Managed, Thing, Things, parsed

LIST_ROLES = Read("iam", "ListRoles", items="Roles", page_size=1000)
LIST_INSTANCE_PROFILES = Read("iam", "ListInstanceProfiles", items="InstanceProfiles", page_size=1000)


def start_accounts(reader: Reader, scope: Scope, managed: Managed) -> Things:
    """Start the reads."""
    parse = _Parser(scope, managed)
    zones = scope.state.values("aws_route53_zone", "zone_id")
    vpc = one_of("resource-id", [scope.vpc_id])
    return {
        "roles": parsed(parse.roles, reader.start(LIST_ROLES)),
        "instance_profiles": parsed(parse.instance_profiles, reader.start(LIST_INSTANCE_PROFILES)),
        "log_groups": parsed(
            parse.log_groups, reader.start(DESCRIBE_LOG_GROUPS, logGroupNamePrefix=parse.log_group_prefix)
        ),
        "flow_logs": parsed(parse.flow_logs, reader.start(DESCRIBE_FLOW_LOGS, Filter=vpc)),
        "records": parsed(parse.records, *(reader.start(LIST_RECORDS, HostedZoneId=zone) for zone in zones)),
    }


class _Parser:
    def __init__(self, scope: Scope, managed: Managed) -> None:
        self._managed = managed
        self.log_group_prefix = f"/{scope.environment.project}/{scope.environment.name}/"
        self._records = {
            (_dotless(record.attributes.get("fqdn")), record.attributes.get("type"))
            for record in scope.state.of_type("aws_route53_record")
        }

    def roles(self, answer: list[Any]) -> Iterator[Thing]:
        return self._named((role["RoleName"] for role in answer), "aws_iam_role")

    def instance_profiles(self, answer: list[Any]) -> Iterator[Thing]:
        return self._named((profile["InstanceProfileName"] for profile in answer), "aws_iam_instance_profile")

    def _named(self, names: Iterator[str], type_: str) -> Iterator[Thing]:
        for name in filter(self._managed.is_ours, names):
            yield Thing(name, managed=self._managed.has(name, type_, attribute="name"), tagged=True)

    def log_groups(self, answer: list[Any]) -> Iterator[Thing]:
        for group in answer:
            name = group["logGroupName"]
            yield Thing(
                name, managed=self._managed.has(name, "aws_cloudwatch_log_group", attribute="name"), tagged=True
            )

    def flow_logs(self, answer: list[Any]) -> Iterator[Thing]:
        for log in answer:
            target = log.get("LogDestination") or log.get("LogGroupName") or "unknown"
            yield self._managed.of_ec2(log, log["FlowLogId"], "aws_flow_log", note=f"to {target}")

    def records(self, answer: list[Any]) -> Iterator[Thing]:
        for record in answer:
            name, type_ = _dotless(record["Name"]), record["Type"]
            values = ", ".join(value["Value"] for value in record.get("ResourceRecords", ()))
            made_by = "Route 53 made it with the zone" if type_ in MADE_BY_AWS else ""
            known = (name, type_) in self._records
            # Routing policies allow more than one of a name and type.
            id_ = " ".join(filter(None, (name, type_, record.get("SetIdentifier"))))
            yield Thing(id_, managed=known, tagged=True, made_by=made_by, note=f"to {values}" if values else "")


def _dotless(name: Any) -> str:
    r"""Route 53 ends names with a dot and writes a star as `\052`; the state does neither."""
    return str(name).rstrip(".").replace("\\052", "*")
