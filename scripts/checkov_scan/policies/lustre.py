"""FSx for Lustre."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.checkov_scan.policies.firewall import GROUPS, rules_of
from scripts.checkov_scan.policies.plan import Plan, Resource
from scripts.checkov_scan.policies.registry import policy


@policy("CKV2_RAYFORM_19", "aws_fsx_lustre_file_system")
def lustre_has_callers_by_group_only(subject: Resource, plan: Plan) -> Iterator[str]:
    """Lustre has no caller by address, only nodes of a security group.

    Why: Lustre asks nobody who it is: whoever reaches its ports reads and writes every file as any user. checkov does
    not connect a group with what is in it.
    Fix: none in the environment file: the rules are made here (docs/ports.md).
    """
    groups = [group for group in plan.of(*GROUPS) if group.address in subject.references("security_group_ids")]
    if not groups:
        yield "it has no security group of this plan"
    for group in groups:
        rules = rules_of(plan, group, "ingress")
        for rule in rules.read:
            if rule.ranges:
                yield f"{rule.address} lets in {', '.join(map(str, rule.ranges))}"
        rules.finish()
