"""From things to verdicts: few lines for what is as it should be, one for each thing that is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config.foundation import FoundationConfig
from scripts.audit.unmanaged.explain import Scope
from scripts.audit.unmanaged.kinds import KINDS, Kind
from scripts.audit.verdict import Verdict
from scripts.inventory import Inventory
from scripts.inventory.reading import Unreadable
from scripts.inventory.surroundings import Thing

NAMED = 3
"""So many examples of what is explained; the rest is counted."""


def judge_kinds(inventory: Inventory, config: FoundationConfig, *kinds: str) -> Iterator[Verdict]:
    """Judge that everything of these kinds is in the state, or explained."""
    scope = Scope(config, inventory.surroundings.things)
    for kind in kinds:
        found = scope.of(kind)
        if found is None:
            continue  # what brings things of this kind is gone: another check says so
        if isinstance(found, Unreadable):
            yield Verdict(KINDS[kind].many, found, str(found))
        else:
            yield from _judge(scope, kind, found)


def _judge(scope: Scope, kind: str, found: Sequence[Thing]) -> Iterator[Verdict]:
    words = KINDS[kind]
    unmanaged = [thing for thing in found if not thing.managed]
    managed = len(found) - len(unmanaged)
    explained: dict[str, list[Thing]] = {}
    strays: dict[str, list[Thing]] = {}
    for thing in unmanaged:
        why = scope.explanation(kind, thing)
        # Interfaces of one load balancer are one finding.
        group = explained if why else strays
        group.setdefault(why or _user(kind, thing), []).append(thing)
    yield Verdict(words.many, True, f"{managed} of {len(found)} {'is' if managed == 1 else 'are'} in Terraform's state")
    yield from (Verdict(words.many, True, _explained(why, things)) for why, things in explained.items())
    doubt = scope.doubt(kind)
    for things in strays.values():
        yield _stray(words, things) if doubt is None else Verdict(things[0].id, doubt, f"{doubt}; {_named(things[0])}")


def _user(kind: str, thing: Thing) -> str:
    return thing.note if kind == "interfaces" and thing.used_by_service else thing.id


def _explained(why: str, things: Sequence[Thing]) -> str:
    more = len(things) - NAMED
    examples = ", ".join(thing.id for thing in things[:NAMED])
    return f"{len(things)} explained: {why} ({examples}{f' and {more} more' if more > 0 else ''})"


def _stray(words: Kind, things: Sequence[Thing]) -> Verdict:
    first = things[0]
    others = f" and {len(things) - 1} more like it" if len(things) > 1 else ""
    verb = "are" if others else "is"
    return Verdict(
        first.id, False, f"{words.one} {_named(first)}{others} {verb} not in Terraform's state{_mend(words, first)}"
    )


def _mend(words: Kind, thing: Thing) -> str:
    if thing.used_by_service:
        return "; delete what uses it"
    return f"; delete it: {words.command.format(thing.id)}" if words.command else ""


def _named(thing: Thing) -> str:
    name = f" {thing.name}" if thing.name and thing.name not in thing.id else ""
    return f"{thing.id}{name}{f' ({thing.note})' if thing.note else ''}"
