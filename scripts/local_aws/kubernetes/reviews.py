"""Questions that the API answers and does not keep: who am I, and what may I do."""

from __future__ import annotations

from scripts.local_aws.kubernetes.refusals import Document
from scripts.local_aws.kubernetes.rights import Caller, Wish, allows
from scripts.local_aws.kubernetes.store import Store


def answer(store: Store, caller: Caller, question: Document) -> Document:
    """A SelfSubjectReview or SelfSubjectAccessReview with its status."""
    if question["kind"] == "SelfSubjectReview":
        user = {"username": caller.username, "groups": list(caller.groups)}
        return {**question, "metadata": {}, "status": {"userInfo": user}}
    asked = (question.get("spec") or {}).get("resourceAttributes") or {}
    names = ("verb", "group", "resource", "subresource", "namespace", "name")
    wish = Wish(**{name: asked.get(name, "") for name in names})
    return {**question, "metadata": {}, "status": {"allowed": allows(store, caller, wish)}}
