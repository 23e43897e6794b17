"""Apply documents to a cluster: only those that change something, in their order, and nobody's edits unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.commands import make_command
from config.errors import UserError
from scripts.kubernetes.collect import compare
from scripts.kubernetes.diff import FieldDifference
from scripts.kubernetes.kubectl import Kubectl
from scripts.kubernetes.live import APPLY, live_objects
from scripts.kubernetes.objects import Document, ObjectKey, as_list, key_of
from scripts.kubernetes.refusals import refusal
from scripts.kubernetes.scale import SPECS, with_live_scale

_CONFLICTS = re.compile(r'conflicts? with "(?P<manager>[^"]+)"[^:]*: *(?P<fields>\.\S+|(?:\n- \.\S+)+)')
_SHOWN_VALUE = 60


@dataclass(frozen=True)
class Change:
    """What an apply does to one object."""

    document: Document
    """With what Ray's autoscaler has set carried over."""
    live: Document | None
    """None for one that is made."""
    fields: tuple[FieldDifference, ...]

    @property
    def key(self) -> ObjectKey:
        """Its object."""
        return key_of(self.document)


def planned(kubectl: Kubectl, documents: Sequence[Document]) -> list[Change]:
    """What an apply would change. Raises UserError for what the cluster would refuse."""
    live, unread = live_objects(kubectl, documents)
    fields, refused = compare(kubectl, documents, live)
    if problems := [*unread, *refused]:
        raise UserError(f"{one.what}: {one.reason}" for one in problems)
    changes = []
    for document in documents:
        key = key_of(document)
        mine = tuple(field for field in fields if field.object == key)
        if key not in live:
            changes.append(Change(document, None, ()))
        elif mine:
            changes.append(Change(with_live_scale(document, live[key]), live[key], mine))
    return changes


def require_no_conflict(kubectl: Kubectl, changes: Sequence[Change], *, forced: bool) -> None:
    """Refuse to take over fields that somebody else has set since, unless that is asked for."""
    lines = [line for change in changes if change.live is not None for line in _conflicts(kubectl, change)]
    if lines and not forced:
        again = f"{make_command('deploy', kubectl.environment)} FORCE=1"
        raise UserError([*lines, f"others have changed what is deployed: undo it, or take it over with: {again}"])


def apply(kubectl: Kubectl, changes: Sequence[Change]) -> None:
    """Make the changes, and print each. Raises UserError where the cluster refuses."""
    if not changes:
        return
    # Conflicts were judged before: here Ray's autoscaler and whoever else lost that judgement are overruled.
    words = (*APPLY, "--force-conflicts")
    kubectl.output(*words, stdin=as_list(change.document for change in changes), shown=True, what="not deployed")
    for change in changes:
        print(f"made {change.key}" if change.live is None else f"changed {change.key}: {_fields(change)}")


def _conflicts(kubectl: Kubectl, change: Change) -> Iterator[str]:
    answer = kubectl.attempt(*APPLY, "--dry-run=server", "--output=name", stdin=as_list([change.document]))
    if answer.code == 0:
        return
    found = list(_CONFLICTS.finditer(answer.stderr))
    if not found:
        raise refusal(answer.stderr, f"{change.key} cannot be applied", kubectl.environment)
    for conflict in found:
        for field in re.findall(r"\.\S+", conflict["fields"]):
            if not _is_of_the_autoscaler(change, conflict["manager"], field):
                yield f"{change.key}: {field.lstrip('.')} was set by {conflict['manager']}"


def _is_of_the_autoscaler(change: Change, manager: str, field: str) -> bool:
    """The autoscaler holds all worker groups by setting replicas in one; people who edit come by kubectl."""
    at = SPECS.get(change.document["kind"])
    return at is not None and field == f".{at}.workerGroupSpecs" and not manager.startswith("kubectl")


def _fields(change: Change) -> str:
    shown = [f"{one.path} {_value(one.actual)} -> {_value(one.expected)}" for one in change.fields]
    return ", ".join(shown)


def _value(value: object) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN_VALUE else f"{text[:_SHOWN_VALUE]}…"
