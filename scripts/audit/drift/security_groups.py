"""Security groups and their rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scripts.audit.drift.translator import (
    COMPUTED,
    NAME,
    OWN,
    TAGS,
    Case,
    Same,
    Source,
    Translator,
    added,
    by_item,
    fields,
    left_out,
    renamed,
    tags,
)
from scripts.inventory.security_groups import (
    ALL_PROTOCOLS,
    DESCRIBE_SECURITY_GROUP_RULES,
    DESCRIBE_SECURITY_GROUPS,
)

_RULES = {"ingress": "aws_vpc_security_group_ingress_rule", "egress": "aws_vpc_security_group_egress_rule"}


def _deployed_rules(case: Case, direction: str) -> list[Mapping[str, Any]]:
    rules = case.deployed.items(DESCRIBE_SECURITY_GROUP_RULES, "GroupId", case.state("id"))
    return [rule for rule in rules if rule["IsEgress"] == (direction == "egress")]


def _added_rules(direction: str) -> Source:
    """Rules of a group that are no resource of their own."""

    def read(case: Case) -> list[str]:
        ours = case.deployed.resources(_RULES[direction], "security_group_id", case.state("id"))
        ids = {each.attributes["id"] for each in ours}
        rules = [rule for rule in _deployed_rules(case, direction) if rule["SecurityGroupRuleId"] not in ids]
        return sorted({f"{_rule_text(rule)} ({rule['SecurityGroupRuleId']})" for rule in rules})

    return read


def _all_rules(direction: str) -> Source:
    return lambda case: sorted({_rule_text(rule) for rule in _deployed_rules(case, direction)})


def _rule_text(rule: Mapping[str, Any]) -> str:
    return _text(rule["IpProtocol"], rule.get("FromPort", -1), rule.get("ToPort", -1), _peer(rule) or "unknown")


def _text(protocol: str, first: int, last: int, peer: str) -> str:
    if protocol == ALL_PROTOCOLS:
        return f"all traffic, {peer}"
    return f"{protocol} {first}, {peer}" if first == last else f"{protocol} {first}-{last}, {peer}"


def _peer(rule: Mapping[str, Any]) -> str | None:
    group = (rule.get("ReferencedGroupInfo") or {}).get("GroupId")
    peer: str | None = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("PrefixListId") or group
    return peer


def _inline_rules(direction: str) -> Source:
    """Rules that stand in the group itself, as the default group has them."""
    return lambda case: sorted({text for block in case.state(direction) or () for text in _block_texts(block, case)})


def _block_texts(block: Mapping[str, Any], case: Case) -> Iterable[str]:
    peers = [*(block.get("cidr_blocks") or ()), *(block.get("ipv6_cidr_blocks") or ())]
    peers += [*(block.get("prefix_list_ids") or ()), *(block.get("security_groups") or ())]
    peers += [case.state("id")] if block.get("self") else []
    return (_text(block["protocol"], block["from_port"], block["to_port"], peer) for peer in peers)


_LEFT_OUT = left_out(
    (COMPUTED, "arn id"),
    (NAME, "name_prefix"),
    (TAGS, "tags"),
    (OWN, "revoke_rules_on_delete"),
)
_GROUP = {**fields("description vpc_id owner_id"), **renamed(name="GroupName"), **tags()}

GROUP = Translator(
    "aws_security_group",
    by_item(DESCRIBE_SECURITY_GROUPS, "GroupId"),
    {**_GROUP, "ingress": added(_added_rules("ingress")), "egress": added(_added_rules("egress"))},
    {**_LEFT_OUT, **left_out((OWN, "timeouts"))},
)

DEFAULT_GROUP = Translator(
    "aws_default_security_group",
    by_item(DESCRIBE_SECURITY_GROUPS, "GroupId"),
    {
        **_GROUP,
        "ingress": Same(_all_rules("ingress"), intended=_inline_rules("ingress")),
        "egress": Same(_all_rules("egress"), intended=_inline_rules("egress")),
    },
    _LEFT_OUT,
)


def _port(answer_field: str) -> Source:
    """All protocols have no ports: AWS says -1, the state nothing."""
    return lambda case: None if case.answer["IpProtocol"] == ALL_PROTOCOLS else case.answer.get(answer_field)


def _intended_port(attribute: str) -> Source:
    return lambda case: None if case.state("ip_protocol") == ALL_PROTOCOLS else case.state(attribute)


def _referenced_group(case: Case) -> Any:
    """A group of another account has that before its id."""
    group = case.answer.get("ReferencedGroupInfo") or {}
    intended = case.state("referenced_security_group_id") or ""
    id_ = group.get("GroupId")
    return f"{group.get('UserId')}/{id_}" if "/" in intended else id_


def _rule(type_: str) -> Translator:
    return Translator(
        type_,
        by_item(DESCRIBE_SECURITY_GROUP_RULES, "SecurityGroupRuleId"),
        {
            **fields("cidr_ipv4 cidr_ipv6 prefix_list_id ip_protocol description"),
            **renamed(security_group_id="GroupId"),
            "from_port": Same(_port("FromPort"), intended=_intended_port("from_port")),
            "to_port": Same(_port("ToPort"), intended=_intended_port("to_port")),
            "referenced_security_group_id": Same(_referenced_group),
            **tags(),
        },
        left_out((COMPUTED, "arn id security_group_rule_id"), (TAGS, "tags")),
    )


TRANSLATORS = (GROUP, DEFAULT_GROUP, *(_rule(type_) for type_ in _RULES.values()))
