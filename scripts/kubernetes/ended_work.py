"""What a deploy ends while somebody may be using it: said before anything is applied, and on AWS asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from config.commands import make_command
from config.kuberay_eks import KuberayEksConfig
from scripts.consent import require_name
from scripts.kubernetes.anew import is_at_work
from scripts.kubernetes.applying import Change
from scripts.kubernetes.objects import Document, key_of

_DETAIL = 300
"""Characters of changed fields: a worker group that is gone has hundreds."""


def require_consent(environment: KuberayEksConfig, changes: Sequence[Change], gone: Sequence[Document]) -> None:
    """Say what ends and what runs again. Raises UserError on AWS when work ends and nobody has typed the name."""
    ended = [str(change.key) for change in changes if _ends_work(change)]
    ended += [str(key_of(one)) for one in gone if is_at_work(one)]
    for line in _told(changes, gone):
        print(f"note: {line}", file=sys.stderr)
    if not ended:
        return
    names = ", ".join(ended)
    look = make_command("job-list", environment)
    require_name(
        environment,
        "deploy",
        question=f"This ends work that may be running: {names}. Jobs that run now: {look}.",
        refusal=f"{environment.name} is not deployed: that ends work that may be running ({names}; see: {look})",
    )


def _ends_work(change: Change) -> bool:
    return change.live is not None and is_at_work(change.live) and (change.is_anew or change.is_restart)


def _told(changes: Sequence[Change], gone: Sequence[Document]) -> Iterator[str]:
    for change in changes:
        if change.live is None:
            continue
        if change.is_restart:
            yield f"{change.key} is made anew by KubeRay: head, workers and jobs on it end, for {_detail(change)}"
        elif change.is_anew and change.key.kind == "RayJob":
            state = change.live.get("status", {}).get("jobDeploymentStatus") or "not seen by the operator"
            yield f"{change.key} is deleted and made anew, and so runs again (now {state}), for {_detail(change)}"
        elif change.is_anew:
            yield f"{change.key} is deleted and made anew, volumes stay, for {_detail(change)}"
    for one in gone:
        if is_at_work(one):
            yield f"{key_of(one)} is no longer in the file, and ends"


def _detail(change: Change) -> str:
    text = ", ".join(change.told)
    return text if len(text) <= _DETAIL else f"{text[:_DETAIL]}…"
