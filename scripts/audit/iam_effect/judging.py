"""From findings about a role to verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.audit.iam_effect.evaluate import Grant
from scripts.audit.iam_effect.roles import Subject
from scripts.audit.verdict import Verdict


def effect(subject: Subject, findings: Iterable[str], otherwise: str) -> Iterator[Verdict]:
    """A failure for each finding; without one a pass, or unknown where a policy or the boundary could not be read."""
    details = list(findings)
    if subject.boundary_unread and details:
        # What the boundary forbids nobody can tell: neither a failure nor a pass.
        yield Verdict(subject.name, subject.unread[-1], f"{subject.unread[-1]}; without it {details[0]}")
        return
    yield from (Verdict(subject.name, False, detail) for detail in details)
    if subject.unread:
        yield from (Verdict(subject.name, unread, str(unread)) for unread in subject.unread)
    elif not details:
        yield Verdict(subject.name, True, otherwise)


@dataclass(frozen=True)
class Access:
    """What a role can do with one thing, by what lets it, and what it should."""

    name: str
    can: Mapping[str, Grant]
    """By ability: `read objects`."""
    wanted: set[str]
    allowed: set[str]


def judge_access(subject: Subject, kind: str, accesses: Sequence[Access]) -> Iterator[Verdict]:
    """More than is allowed is wrong, and less than is wanted, too; things that are alike share a line."""
    findings = _grouped(kind, ((access.name, text) for access in accesses for text in _findings(subject, access)))
    good = _grouped(
        kind, ((access.name, f"can {', '.join(access.can) or 'do nothing that matters'}") for access in accesses)
    )
    yield from effect(subject, findings, "; ".join(good))


def _findings(subject: Subject, access: Access) -> Iterator[str]:
    by_grant: dict[str, list[str]] = {}
    for ability, grant in access.can.items():
        if ability not in access.allowed:
            by_grant.setdefault(grant.by, []).append(ability)
    yield from (f"can {', '.join(abilities)} {by}" for by, abilities in by_grant.items())
    missing = sorted(access.wanted - access.can.keys())
    # What could not be read may be what lets it.
    if missing and not subject.unread:
        yield f"cannot {', '.join(missing)}, though it should"


def _grouped(kind: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    names: dict[str, list[str]] = {}
    for name, text in pairs:
        names.setdefault(text, []).append(name)
    return [f"{kind}{'s' if len(found) > 1 else ''} {', '.join(found)}: {text}" for text, found in names.items()]
