"""From policies to what a principal may do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from scripts.audit.iam_effect.conditions import in_words
from scripts.audit.iam_effect.principals import Named, Principal, named
from scripts.audit.iam_effect.statements import Statement
from scripts.audit.iam_effect.truth import Truth
from scripts.audit.iam_effect.variables import Context


@dataclass(frozen=True)
class Request:
    """Something that a principal wants to do."""

    action: str
    """`s3:GetObject`; never a pattern."""
    resource: str
    """An ARN, or a pattern for those that matter: the answer then says which of them."""
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Permissions:
    """What the account's policies let a principal do."""

    principal: Principal
    statements: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None = None
    """Statements of the permissions boundary; None without one."""
    context: Context = field(default_factory=dict)
    """What is known of every request of the principal."""


class Delegation(Enum):
    """Whether identity policies count without a word of the resource's policy."""

    OPEN = "the account's identity policies are enough, as for S3"
    ASKED = "the resource's policy must name the principal or its account, as for KMS and the trust of a role"
    BOTH = "the principal's policies and the resource's must allow, as for what another account has"


@dataclass(frozen=True)
class Grant:
    """What lets a request through."""

    statement: Statement
    resource: str
    """Part of the resource that was asked for."""
    conditions: tuple[str, ...] = ()
    """What must hold for it that nobody can tell from here."""
    spared: tuple[str, ...] = ()
    """Parts of the resource that a Deny takes out."""

    def __str__(self) -> str:
        out = f" but {', '.join(self.spared)}" if self.spared else ""
        where = "everything" if self.resource.endswith(":*:*:*") else self.resource
        return f"on {where}{out} {self.by}"

    @property
    def by(self) -> str:
        """Statement and policy, and what else must hold."""
        under = f", only if {'; '.join(self.conditions)}" if self.conditions else ""
        return f"by {self.statement.place}{under}"


def grants(
    permissions: Permissions,
    request: Request,
    *,
    resource_policy: tuple[Statement, ...] = (),
    delegation: Delegation = Delegation.OPEN,
) -> list[Grant]:
    """Everything that lets a request through, those without a condition first; nothing when it is refused."""
    asked = Request(request.action, request.resource, {**permissions.context, **request.context})
    found = [
        *_by_identity(permissions, asked, resource_policy, delegation),
        *(() if delegation is Delegation.BOTH else _by_resource(permissions, asked, resource_policy)),
    ]
    every = [*permissions.statements, *(permissions.boundary or ()), *_speaking(resource_policy, permissions)]
    denies = [statement for statement in every if not statement.allows and statement.for_action(asked.action)]
    left = (_after_denies(grant, denies, asked) for grant in found)
    return sorted((grant for grant in left if grant is not None), key=lambda grant: bool(grant.conditions))


def _speaking(resource_policy: Iterable[Statement], permissions: Permissions) -> list[Statement]:
    """Statements of a resource's policy that speak of the principal; of everybody in its account, too."""
    return [each for each in resource_policy if named(each, permissions.principal) is not Named.NOT]


def _by_identity(
    permissions: Permissions, asked: Request, resource_policy: tuple[Statement, ...], delegation: Delegation
) -> Iterator[Grant]:
    found = _bounded(_allowed(permissions.statements, asked), permissions, asked)
    if delegation is Delegation.OPEN:
        yield from found
        return
    ways = set(Named) - {Named.NOT} if delegation is Delegation.BOTH else {Named.ACCOUNT}
    delegated = [each for each in resource_policy if named(each, permissions.principal) in ways]
    for grant in found:
        yield from (
            _with(grant, also.conditions)
            for also in _allowed(delegated, Request(asked.action, grant.resource, asked.context))
        )


def _by_resource(permissions: Permissions, asked: Request, resource_policy: tuple[Statement, ...]) -> Iterator[Grant]:
    ways = [(each, named(each, permissions.principal)) for each in resource_policy]
    yield from _allowed((each for each, way in ways if way is Named.SESSION), asked)
    yield from _bounded(_allowed((each for each, way in ways if way is Named.ROLE), asked), permissions, asked)


def _allowed(statements: Iterable[Statement], asked: Request) -> Iterator[Grant]:
    for statement in statements:
        if not statement.allows or not statement.for_action(asked.action):
            continue
        condition = statement.under(asked.context)
        if condition is Truth.NO:
            continue
        for part, sure in statement.parts(asked.resource, asked.context):
            yield Grant(statement, part, tuple(_doubts(statement, condition, sure)))


def _doubts(statement: Statement, condition: Truth, sure: Truth) -> Iterator[str]:
    if condition is Truth.MAYBE:
        yield in_words(statement.condition)
    if sure is Truth.MAYBE:
        yield "its policy variable fits"


def _bounded(found: Iterable[Grant], permissions: Permissions, asked: Request) -> Iterator[Grant]:
    """What of the grants is within the permissions boundary."""
    if permissions.boundary is None:
        yield from found
        return
    for grant in found:
        within = _allowed(permissions.boundary, Request(asked.action, grant.resource, asked.context))
        yield from (_with(replace(grant, resource=each.resource), each.conditions) for each in within)


def _after_denies(grant: Grant, denies: Iterable[Statement], asked: Request) -> Grant | None:
    unless: list[str] = []
    spared: list[str] = []
    for statement in denies:
        holds = statement.under(asked.context)
        refused = min(holds, statement.whole(grant.resource, asked.context))
        if refused is Truth.YES:
            return None
        if refused is Truth.MAYBE:
            unless.append(f"not denied by {statement.place}: {in_words(statement.condition) or 'a policy variable'}")
        elif holds is Truth.YES:
            spared.extend(part for part, _ in statement.parts(grant.resource, asked.context))
    return replace(_with(grant, unless), spared=tuple(spared))


def _with(grant: Grant, conditions: Iterable[str]) -> Grant:
    more = [each for each in conditions if each not in grant.conditions]
    return replace(grant, conditions=(*grant.conditions, *more))
