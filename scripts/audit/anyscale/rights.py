"""Whether a request goes through whatever else is true of it, and what stops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scripts.audit.iam_effect.evaluate import Delegation, Grant, Permissions, Request, grants
from scripts.audit.iam_effect.principals import Named, named
from scripts.audit.iam_effect.roles import Subject
from scripts.audit.iam_effect.statements import Statement, read_statements
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.verdict import Verdict
from scripts.inventory.reading import Reading, Unreadable, mapped, readable
from scripts.inventory.shapes import Document

NOTHING_ALLOWS = "nothing allows it"
AS_FAR = "as far as the account's own policies say"
"""Those of the organization are not read."""


@dataclass(frozen=True)
class Asked:
    """A request and the policy of the resource that it is for."""

    request: Request
    policy: tuple[Statement, ...] = ()
    delegation: Delegation = Delegation.OPEN

    def of(self, permissions: Permissions) -> Answer:
        """What a principal is told."""
        whole = [grant for grant in self._granting(permissions) if not grant.spared]
        if any(not grant.conditions for grant in whole):
            return Answer(self.request, Truth.YES, "")
        if whole:
            return Answer(self.request, Truth.MAYBE, "; ".join(whole[0].conditions))
        return Answer(self.request, Truth.NO, self._refusal(permissions))

    def _refusal(self, permissions: Permissions) -> str:
        without_denies = replace(self, policy=_allows(self.policy))
        open_ = replace(permissions, statements=_allows(permissions.statements))
        unbound = replace(open_, boundary=None)
        if without_denies._goes(replace(open_, boundary=permissions.boundary and _allows(permissions.boundary))):
            return f"denied by {self._denying(permissions)}"
        if permissions.boundary is not None and without_denies._goes(unbound):
            return "the permissions boundary does not allow it"
        return NOTHING_ALLOWS

    def _goes(self, permissions: Permissions) -> bool:
        return any(self._granting(permissions))

    def _granting(self, permissions: Permissions) -> Iterator[Grant]:
        """By statements that speak of all of the resource: `instance/*` is what a launch asks about, too."""
        found = grants(permissions, self.request, resource_policy=self.policy, delegation=self.delegation)
        context = {**permissions.context, **self.request.context}
        resource = self.request.resource
        return (grant for grant in found if grant.statement.whole(resource, context) is not Truth.NO)

    def _denying(self, permissions: Permissions) -> str:
        """The first statement that denies the request, or a part of what it is about."""
        context = {**permissions.context, **self.request.context}
        about = (each for each in self.policy if named(each, permissions.principal) is not Named.NOT)
        denies = (
            each
            for each in (*permissions.statements, *(permissions.boundary or ()), *about)
            if not each.allows and each.for_action(self.request.action) and each.under(context) is Truth.YES
        )
        return next((each.place for each in denies if each.parts(self.request.resource, context)), "a statement")


@dataclass(frozen=True)
class Answer:
    """Whether a request goes through; why not, or what must hold for it that nobody can tell from here."""

    request: Request
    goes: Truth
    why: str


def judge_rights(subject: Subject, what: str, asked: Iterable[Asked]) -> Iterator[Verdict]:
    """One verdict for each reason why something is refused; without one, one for all together."""
    if subject.unread:
        # It may allow what nothing else does, and may deny what everything else allows.
        yield Verdict(subject.name, subject.unread[0], str(subject.unread[0]))
        return
    answers = [each.of(subject.permissions) for each in asked]
    refused = _by_reason(answer for answer in answers if answer.goes is Truth.NO)
    for why, actions in refused.items():
        yield Verdict(subject.name, False, f"cannot {', '.join(actions)} {what}: {why}")
    for why, actions in _by_reason(answer for answer in answers if answer.goes is Truth.MAYBE).items():
        unknown = Unreadable(f"the policies of {subject.name}", f"a condition: {', '.join(actions)} {what} if {why}")
        yield Verdict(subject.name, unknown, str(unknown))
    if all(answer.goes is Truth.YES for answer in answers):
        count = len({answer.request.action for answer in answers})
        yield Verdict(subject.name, True, f"can do all {count} actions {what}, {AS_FAR}")


def _by_reason(answers: Iterable[Answer]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for answer in answers:
        actions = found.setdefault(answer.why, [])
        if answer.request.action not in actions:
            actions.append(answer.request.action)
    return found


def policy_of(owner: str, document: Reading[Document | None]) -> tuple[Statement, ...]:
    """The statements of a resource's policy; without one there are none. Raises NotReadableError."""
    found = mapped(document, lambda policy: read_statements(f"the policy of {owner}", policy or {}))
    return readable(found) if isinstance(found, Unreadable) else found


def _allows(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    return tuple(statement for statement in statements if statement.allows)
