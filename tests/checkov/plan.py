"""Plans of a few resources, and what a policy says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scripts.checkov_scan.policies.declared import Declared, RayPort
from scripts.checkov_scan.policies.plan import Plan
from scripts.checkov_scan.policies.registry import POLICIES, Judgement, ask

DASHBOARD = Declared(ray_ports=(RayPort("dashboard", 8265, 8265),))


def plan_of(
    resources: Mapping[str, Mapping[str, Any]], declared: Declared = DASHBOARD, documents: Any = (), **unknown: Any
) -> Plan:
    """A plan: `${…}` and what is in `unknown` are known after apply."""
    changes, configured = [], [*documents]
    for address, values in resources.items():
        type_, name = address.split(".")
        entry = {"address": address, "mode": "managed", "type": type_, "name": name}
        later = {each: True for each, value in values.items() if "${" in str(value)} | unknown
        after = {each: value for each, value in values.items() if each not in later}
        changes.append({**entry, "change": {"actions": ["create"], "after": after, "after_unknown": later}})
        configured.append({**entry, "expressions": {each: expression(value) for each, value in values.items()}})
    root = {"root_module": {"resources": configured}}
    return Plan({"resource_changes": changes, "configuration": root}, declared)


def expression(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{name: expression(each) for name, each in block.items()} for block in value]
    references = [str(value).partition("${")[2].partition("}")[0]] if "${" in str(value) else []
    return {"constant_value": value, "references": references}


def judged(id_: str, address: str, plan: Plan) -> Judgement:
    resource = plan.get(address)
    assert resource is not None
    return ask(POLICIES[id_], resource, plan)
