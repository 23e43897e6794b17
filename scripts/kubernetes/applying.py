"""Apply documents to a cluster: only those that change something, in their order, and nobody's edits unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config.commands import make_command
from config.errors import UserError
from scripts.kubernetes.anew import is_made_anew, is_restarted
from scripts.kubernetes.collect import compare
from scripts.kubernetes.diff import FieldDifference
from scripts.kubernetes.kubectl import Answer, Kubectl
from scripts.kubernetes.live import APPLY, live_objects
from scripts.kubernetes.objects import Document, ObjectKey, as_list, key_of
from scripts.kubernetes.prune import delete
from scripts.kubernetes.refusals import refusal
from scripts.kubernetes.scale import SPECS, with_live_scale
from scripts.kubernetes.told import told

_CONFLICTS = re.compile(r'conflicts? with "(?P<manager>[^"]+)"[^:]*: *(?P<fields>\.\S+|(?:\n- \.\S+)+)')


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

    @property
    def is_anew(self) -> bool:
        """Whether the object is deleted and made again."""
        return is_made_anew(self.key, self.fields)

    @property
    def is_restart(self) -> bool:
        """Whether the operator ends all its pods."""
        return is_restarted(self.key, self.fields)

    @property
    def told(self) -> list[str]:
        """Its fields, each from what to what."""
        return [told(one) for one in self.fields]


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
    changing = [change for change in changes if change.live is not None and not change.is_anew]
    if not changing or _tried(kubectl, changing).code == 0:
        return
    lines = [line for change in changing for line in _conflicts(kubectl, change)]
    if lines and not forced:
        again = f"{make_command('deploy', kubectl.environment)} FORCE=1"
        raise UserError([*lines, f"others have changed what is deployed: undo it, or take it over with: {again}"])


def apply(kubectl: Kubectl, changes: Sequence[Change]) -> None:
    """Make the changes, and print each. Raises UserError where the cluster refuses."""
    if not changes:
        return
    # Conflicts were judged before: here Ray's autoscaler and whoever else lost that judgement are overruled.
    for change in changes:
        if change.is_anew:
            delete(kubectl, change.key)
    words = (*APPLY, "--force-conflicts")
    kubectl.output(*words, stdin=as_list(change.document for change in changes), shown=True, what="not deployed")
    for change in changes:
        print(_line(change))


def _line(change: Change) -> str:
    """A line; with several fields, one more for each."""
    if change.live is None:
        return f"made {change.key}"
    how = "made anew" if change.is_anew else "changed"
    between = "\n  " if len(change.told) > 1 else " "
    return f"{how} {change.key}:{between}{between.join(change.told)}"


def _tried(kubectl: Kubectl, changes: Sequence[Change]) -> Answer:
    words = (*APPLY, "--dry-run=server", "--output=name")
    return kubectl.attempt(*words, stdin=as_list(change.document for change in changes))


def _conflicts(kubectl: Kubectl, change: Change) -> Iterator[str]:
    answer = _tried(kubectl, [change])
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
