"""From a check to yes or no."""

from __future__ import annotations

from dataclasses import dataclass

from scripts.audit.iam_effect.conditions import in_words
from scripts.audit.iam_effect.evaluate import Request, grants
from scripts.audit.iam_effect.truth import Truth
from tests.iam_gate.checks import Check
from tests.iam_gate.principals import Principal, StatementId


@dataclass(frozen=True)
class Verdict:
    """Whether a check passes, by what, or why not."""

    allowed: bool
    statements: tuple[StatementId, ...] = ()
    reason: str = ""


def judge(principal: Principal, check: Check) -> Verdict:
    """Ask the principal's policies; only a plain yes on the whole resource is one.

    The ARN of what a launch makes ends in a `*` that AWS compares as it stands: a Deny of one instance is none of a
    launch, which is why a grant's `spared` does not count.
    """
    found = grants(principal.permissions, Request(check.action, check.resource, check.context))
    context = {**principal.permissions.context, **check.context}
    whole = (grant for grant in found if grant.statement.whole(check.resource, context) is Truth.YES)
    sure = [grant for grant in whole if not grant.conditions]
    if sure:
        return Verdict(True, tuple(dict.fromkeys(principal.place(grant.statement) for grant in sure)))
    return Verdict(False, reason=_reason(principal, check))


def _reason(principal: Principal, check: Check) -> str:
    context = {**principal.permissions.context, **check.context}
    near = []
    for statement in principal.permissions.statements:
        if not statement.for_action(check.action) or statement.whole(check.resource, context) is not Truth.YES:
            continue
        if not statement.allows and statement.under(context) is Truth.YES:
            return f"denied by {statement.place}"
        if statement.allows:
            near.append(f"{statement.name}, if {in_words(statement.condition)}")
    return f"no statement allows it{f'; near: {near}' if near else ''}"
