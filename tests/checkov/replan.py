"""What Terraform would plan for a changed stack, worked out from its plan of the unchanged one.

A plan by Terraform takes seconds, and there are dozens of mutants. What is changed here is small, so that this is
enough: literals are known, references are known when what they refer to is, IAM policy documents are rendered.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Block = dict[str, Any]

_TOKEN = re.compile(r"\$\{([^}]*)\}")
_NAMED = re.compile(r"(?:data\.)?[a-z][a-z0-9_]*\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_]+)*")
_META = {"//", "depends_on", "lifecycle", "provider", "count", "for_each", "provisioner", "connection"}
_MAPS = {"tags", "tags_all", "input", "triggers"}
"""Attributes that are maps; every other mapping is a nested block."""
_DOCUMENT = "aws_iam_policy_document"
_UNKNOWN = object()


def replan(plan: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The plan of stack `after`, given the plan of stack `before`."""
    replanned = _Replan(copy.deepcopy(dict(plan)))
    old, new = _blocks(before), _blocks(after)
    for address in old.keys() - new.keys():
        replanned.forget(address)
    changed = [address for address in new if new[address] != old.get(address)]
    documents = [address for address in changed if address.startswith(f"data.{_DOCUMENT}.")]
    for address in documents:
        replanned.read_document(address, new[address])
    users = [address for address in new if any(f"${{{each}." in json.dumps(new[address]) for each in documents)]
    for address in dict.fromkeys([*changed, *users]):
        if not address.startswith("data."):
            replanned.plan_resource(address, old.get(address, {}), new[address], anew=documents)
    return replanned.document


class _Replan:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.planned = document["planned_values"]["root_module"]["resources"]
        self.changes = document["resource_changes"]
        self.configured = document["configuration"]["root_module"]["resources"]
        self.prior = document["prior_state"]["values"]["root_module"]["resources"]

    def forget(self, address: str) -> None:
        for listed in (self.planned, self.changes, self.configured, self.prior):
            listed[:] = [each for each in listed if each["address"] != address]

    def read_document(self, address: str, block: Block) -> None:
        """A document is read while planning when all of it is known, else it is a change of its own."""
        self.forget(address)
        values, unknown = self._nested({"statement": _statements(block)})
        entry = _entry(address)
        self.configured.append({**entry, "expressions": _expressions(_arguments(block))})
        if "null" in json.dumps([_parts(each) for each in values["statement"]]):
            self.planned.append({**entry, "values": values})
            change = {"actions": ["read"], "before": None, "after": values, "after_unknown": {**unknown, "json": True}}
            self.changes.append({**entry, "change": change})
        else:
            self.prior.append({**entry, "values": {**values, "json": _rendered(values["statement"])}})

    def plan_resource(self, address: str, old: Block, new: Block, anew: list[str]) -> None:
        """Take over what is as it was; plan what is not, and what refers to a document that was read anew."""
        was = next((each for each in self.changes if each["address"] == address), None)
        values = copy.deepcopy(was["change"]["after"]) if was else {}
        unknown = copy.deepcopy(was["change"]["after_unknown"]) if was else {"id": True, "arn": True}
        for name in dict.fromkeys([*old, *new]):
            if name in _META or (name in old and new.get(name) == old[name] and not _refers(new[name], anew)):
                continue
            self._plan_attribute(name, new.get(name), values, unknown)
        self.forget(address)
        entry = _entry(address)
        self.planned.append({**entry, "values": values})
        change = {"actions": ["create"], "before": None, "after": values, "after_unknown": unknown}
        self.changes.append({**entry, "change": change})
        self.configured.append({**entry, "expressions": _expressions(_arguments(new))})

    def _plan_attribute(self, name: str, given: Any, values: Block, unknown: Block) -> None:
        if given is None:  # what AWS fills in when it is left out was unknown before
            if name in values:
                values[name] = None
        elif _is_block(name, given):
            nested = [self._nested(each) for each in _listed(given)]
            values[name], unknown[name] = [each[0] for each in nested], [each[1] for each in nested]
        else:
            known, is_unknown = self._value(given)
            values.pop(name, None)
            unknown.pop(name, None)
            if is_unknown:
                unknown[name] = True
            else:
                values[name] = known

    def _nested(self, block: Block) -> tuple[Block, Block]:
        values: Block = {}
        unknown: Block = {}
        for name, given in block.items():
            if _is_block(name, given):
                nested = [self._nested(each) for each in _listed(given)]
                values[name], unknown[name] = [each[0] for each in nested], [each[1] for each in nested]
            elif isinstance(given, list):
                values[name] = [None if self._value(each)[1] else self._value(each)[0] for each in given]
                unknown[name] = [self._value(each)[1] for each in given]
            elif self._value(given)[1]:
                unknown[name] = True
            else:
                values[name] = self._value(given)[0]
        return values, unknown

    def _value(self, given: Any) -> tuple[Any, bool]:
        """(value, False), or (None, True) when it is known after apply only."""
        if isinstance(given, list):
            each = [self._value(one) for one in given]
            return (None, True) if any(one[1] for one in each) else ([one[0] for one in each], False)
        if not isinstance(given, str) or "${" not in given:
            return given, False
        found = {token: self._resolved(token) for token in _TOKEN.findall(given)}
        if any(value is _UNKNOWN for value in found.values()):
            return None, True
        return _TOKEN.sub(lambda match: str(found[match[1]]), given), False

    def _resolved(self, token: str) -> Any:
        address, _, attribute = token.rpartition(".")
        for each in self.prior:
            if each["address"] == address:
                return each["values"].get(attribute, _UNKNOWN)
        for each in self.changes:
            if each["address"] == address and not each["change"]["after_unknown"].get(attribute):
                value = each["change"]["after"].get(attribute)
                return _UNKNOWN if value is None else value
        return _UNKNOWN


def _blocks(stack: Mapping[str, Any]) -> dict[str, Block]:
    return {
        f"{prefix}{type_}.{name}": block
        for section, prefix in (("data", "data."), ("resource", ""))
        for type_, blocks in stack[section].items()
        for name, block in blocks.items()
    }


def _entry(address: str) -> dict[str, Any]:
    is_data = address.startswith("data.")
    type_, name = address.removeprefix("data.").split(".")
    provider = {"provider_name": "registry.terraform.io/hashicorp/aws"}
    return {"address": address, "mode": "data" if is_data else "managed", "type": type_, "name": name, **provider}


def _arguments(block: Block) -> Block:
    """Without what is Terraform's own; blocks inside may have the same names."""
    return {name: given for name, given in block.items() if name not in _META}


def _expressions(block: Block) -> dict[str, Any]:
    return {name: _expression(name, given) for name, given in block.items() if given is not None}


def _expression(name: str, given: Any) -> Any:
    if _is_block(name, given):
        return [_expressions(each) for each in _listed(given)]
    references = list(_references(given))
    return {"constant_value": given, **({"references": references} if references else {})}


def _references(given: Any) -> Iterator[str]:
    for token in _TOKEN.findall(json.dumps(given)):
        for named in _NAMED.findall(token):
            yield named
            yield named.rpartition(".")[0]


def _refers(given: Any, addresses: list[str]) -> bool:
    return any(f"${{{address}." in json.dumps(given) for address in addresses)


def _is_block(name: str, given: Any) -> bool:
    if name in _MAPS:
        return False
    return isinstance(given, dict) or (isinstance(given, list) and any(isinstance(each, dict) for each in given))


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given]


def _statements(block: Block) -> list[Block]:
    """With what the data source fills in, and nothing that it does not have."""
    lists: Block = {"condition": [], "not_principals": [], "principals": [], "not_actions": None, "not_resources": None}
    return [{**lists, "actions": None, "resources": None, **each} for each in _listed(block.get("statement") or [])]


def _parts(statement: Block) -> list[Any]:
    """Whatever of a statement may hold a reference."""
    conditions = [value for each in statement["condition"] for value in each["values"]]
    principals = [name for each in statement["principals"] for name in each["identifiers"]]
    return [statement["actions"] or [], statement["resources"] or [], conditions, principals]


def _rendered(statements: list[Block]) -> str:
    """As the AWS provider renders: lists of one are plain."""
    return json.dumps({"Statement": [_statement(each) for each in statements], "Version": "2012-10-17"})


def _statement(block: Block) -> Block:
    principals = {each["type"]: _plain(each["identifiers"]) for each in block["principals"]}
    conditions: dict[str, Block] = {}
    for each in block["condition"]:
        conditions.setdefault(each["test"], {})[each["variable"]] = _plain(each["values"])
    named = {
        "Sid": block.get("sid"),
        "Effect": block.get("effect") or "Allow",
        "Action": _plain(block["actions"]),
        "NotAction": _plain(block["not_actions"]),
        "Resource": _plain(block["resources"]),
        "NotResource": _plain(block["not_resources"]),
        "Principal": "*" if principals == {"*": "*"} else principals or None,
        "Condition": conditions or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _plain(values: list[str] | None) -> Any:
    return values[0] if values and len(values) == 1 else values
