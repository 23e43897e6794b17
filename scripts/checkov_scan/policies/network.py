"""Routes, public addresses, endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.documents import Statement, statements_of
from scripts.checkov_scan.policies.plan import NotYetKnownError, Plan, Resource
from scripts.checkov_scan.policies.registry import policy

_TABLES = ("aws_route_table", "aws_default_route_table")


@policy("CKV2_RAYFORM_5", "aws_subnet", setting="access.public_nodes")
def private_subnets_stay_private(subject: Resource, plan: Plan) -> Iterator[str]:
    """No private subnet has a route to an internet gateway, in IPv4 or IPv6.

    Why: one such route makes every node of the subnet one public address away from the internet, and an IPv6 address
    is always public. checkov follows no route tables.
    Fix: private subnets get out through NAT (`network.nat`); nodes that are meant to be public have
    `access.public_nodes`.
    """
    if subject.tags.get("rayform:tier") == "public":
        return
    for table in _tables_of(subject, plan):
        for route in plan.referring(table, "route_table_id", "aws_route"):
            if _leads_to_the_internet(plan, route, "gateway_id"):
                yield f"{route.address} leads to the internet"
        for index in range(table.count("route")):
            if _leads_to_the_internet(plan, table, "route", index, "gateway_id"):
                yield f"{table.address} leads to the internet"


def _tables_of(subnet: Resource, plan: Plan) -> list[Resource]:
    """The subnet's own table, or else the main one, when it is in the plan."""
    associations = plan.referring(subnet, "subnet_id", "aws_route_table_association")
    named = [
        table for each in associations for table in plan.of(*_TABLES) if plan.refers(each, "route_table_id", table)
    ]
    if associations and not named:
        raise NotYetKnownError("its route table is not in the plan")
    return named or list(plan.of("aws_default_route_table"))


def _leads_to_the_internet(plan: Plan, route: Resource, *path: str | int) -> bool:
    if not route.is_set(*path):
        return False
    gateways = {each.address for each in plan.of("aws_internet_gateway")}
    if gateways & route.references(*path):
        return True
    return str(route.value(*path) or "").startswith("igw-")


@policy("CKV_RAYFORM_1", "aws_eip", "aws_eip_association", setting="access.public_nodes")
def addresses_are_for_nat_only(subject: Resource, plan: Plan) -> Iterator[str]:
    """No instance has an elastic IP address, but where nodes are meant to be public.

    Why: it makes a node public that is not declared so, beside `associate_public_ip_address`, which checkov looks at.
    Fix: `access.public_nodes: true` gives nodes public addresses; else nodes are reached through SSM or the VPC.
    """
    if plan.declared.public_nodes:
        return
    for name in ("instance", "instance_id", "network_interface", "network_interface_id"):
        if subject.is_set(name):
            yield f"{name} is set"


@policy("CKV_RAYFORM_2", "aws_vpc_endpoint", setting="network.s3_endpoint_buckets")
def endpoints_say_who_and_what(subject: Resource, plan: Plan) -> Iterator[str]:
    """Endpoints have a policy, and it lets nobody do everything to everything.

    Why: without one, credentials that somebody brings along carry data into any account through the endpoint; AWS's
    default allows everything.
    Fix: the endpoint policies are made here; buckets of others that nodes read go to `network.s3_endpoint_buckets`.
    """
    statements = statements_of(plan, subject, "policy")
    if not statements:
        yield "it has no policy"
    for statement in statements:
        if statement.allows and _is_everything(statement):
            yield f"{statement.shown} lets anybody do everything to everything"


def _is_everything(statement: Statement) -> bool:
    wide = {"*", "s3:*"} & set(statement.actions) or statement.not_actions
    return bool(wide and "*" in statement.resources and statement.is_for_anybody and not statement.conditions)
