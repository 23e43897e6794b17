"""Who reaches the nodes of an Anyscale cloud."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from config.anyscale_cloud import AnyscaleCloudConfig
from config.ports import HTTPS_PORT
from scripts.audit.anyscale import cloud, reach
from scripts.audit.anyscale.openings import opened
from scripts.audit.registry import Severity, check
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable, readable
from scripts.inventory.security_groups import ALL_PROTOCOLS


@check("anyscale.security_group_there", severity=Severity.HIGH)
def security_group_there(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The cloud's security group is there.

    Why: Anyscale puts every node into it, and can launch none without it.

    Fix: apply again.
    """
    name, found = config.group_name("cloud"), cloud.group_id(inventory, config)
    yield Verdict(name, found is not None, f"the group is {found or 'missing'}")


@check(
    "anyscale.clients_reach_https",
    severity=Severity.HIGH,
    applies=cloud.has_clients,
    setting="access.client_cidrs",
)
def clients_reach_https(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Security group and network ACLs let all of `access.client_cidrs` in on port 443, and their replies out.

    By effect: one rule or many, a range of ports or all traffic. How clients get to the VPC is not judged: where the
    VPC has no route back to them yet, the finding says so.

    Why: workspaces, dashboards and services are opened by the browser straight on the nodes.

    Fix: mend the hop that is named, or apply again.
    """
    for cidr, party in product(config.access.client_cidrs, reach.nodes(inventory, config)):
        if cidr.version not in reach.versions(party):
            yield Verdict(f"{cidr}", False, f"{party.name} have no IPv{cidr.version} addresses")
            continue
        found = reach.let_in(inventory, party, str(cidr), cidr.version).on(reach.one_port(HTTPS_PORT))
        answer, detail = reach.arrives(found)
        if answer is True and reach.has_way_back(inventory, party, str(cidr), cidr.version) is False:
            detail = "; no route back to it, which a VPN, a peering or a transit gateway brings"
        what = "let in" if answer is True else "not let in: "
        yield Verdict(f"{cidr}", answer, f"tcp {HTTPS_PORT} of {party.name} {what}{detail}")


@check("anyscale.closed_outside", severity=Severity.HIGH, setting="access.client_cidrs")
def closed_outside(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Security group and network ACLs let nobody in from outside but what the access section declares.

    All protocols but ICMP count, and so does every security group but the cloud's own. Of the declared clients, only
    ports that something listens on count: the range of ports that lets them in may be wider than 443. Load balancers of
    services are in the cloud's group, too, so this holds for them. A compute config of Anyscale's may name other groups
    of the VPC for its nodes (`NetworkInterfaces`); those are not judged.

    Why: whoever reaches the dashboard or a Ray port of a node runs code with the rights of the node's role.

    Fix: remove the rule that is named; what is wanted belongs into `access.client_cidrs`.
    """
    name = config.group_name("cloud")
    findings = dict.fromkeys(opened(inventory, config))
    unknown = [finding for finding in findings if isinstance(finding, Unreadable)]
    yield from (Verdict(name, False, finding) for finding in findings if isinstance(finding, str))
    yield from (Verdict(name, finding, str(finding)) for finding in unknown)
    if not findings:
        yield Verdict(name, True, "lets in nothing but what is declared")


@check("anyscale.nodes_reach_each_other", severity=Severity.HIGH)
def nodes_reach_each_other(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """Nodes reach each other on every TCP port, in all pairs of their subnets, and replies come back.

    Why: Ray's processes choose their ports themselves; one that is closed makes tasks hang without an error.

    Fix: mend the hop that is named, or apply again.
    """
    for source, destination in product(reach.nodes(inventory, config), repeat=2):
        answer, detail = reach.arrives(reach.between(inventory, source, destination))
        yield Verdict(f"{source.zone} to {destination.zone}", answer, detail or "every tcp port is open")


@check("anyscale.group_names_itself", severity=Severity.HIGH)
def group_names_itself(inventory: Inventory, config: AnyscaleCloudConfig) -> Iterator[Verdict]:
    """The cloud's security group lets all traffic of its own members in and out, by its own id.

    Why: Anyscale refuses a group without such a rule. The Elastic Fabric Adapter works by it only: ranges of addresses
    will not do.

    Fix: apply again.
    """
    group = cloud.group_id(inventory, config)
    for egress in (False, True):
        found = any(
            rule.group_id == rule.peer == group and rule.egress == egress and rule.protocol == ALL_PROTOCOLS
            for rule in readable(inventory.security_groups.rules)
        )
        way = "to its members" if egress else "from its members"
        yield Verdict(config.group_name("cloud"), found, f"all traffic {way}: {'a rule' if found else 'no rule'}")
