"""Answers that refuse: a `Status` as the API server writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True)
class Cause:
    """One field of an invalid object."""

    field: str
    reason: str
    message: str

    def to_dict(self) -> Document:
        """As it stands in a Status."""
        return {"reason": self.reason, "message": self.message, "field": self.field}


class Refusal(Exception):  # noqa: N818  # an answer, not a fault of ours
    """A request that is not served: code, reason and message of https://kubernetes.io/docs/reference/kubernetes-api/."""

    def __init__(self, code: int, reason: str, message: str, details: Document | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details

    def to_dict(self) -> Document:
        """The body of the answer."""
        status: Document = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
        status["message"] = self.message
        if self.reason:
            status["reason"] = self.reason
        if self.details:
            status["details"] = self.details
        return {**status, "code": self.code}


def qualified(plural: str, group: str) -> str:
    """A resource or kind with its group, as messages name it: `deployments.apps`."""
    return f"{plural}.{group}" if group else plural


def _details(name: str, group: str, kind: str) -> Document:
    return {key: value for key, value in (("name", name), ("group", group), ("kind", kind)) if value}


def not_found(plural: str, group: str, name: str, because: str = "") -> Refusal:
    """There is no object of this name."""
    message = f'{qualified(plural, group)} "{name}" not found{because}'
    return Refusal(404, "NotFound", message, _details(name, group, plural))


def no_resource() -> Refusal:
    """There is no such path."""
    return Refusal(404, "NotFound", "the server could not find the requested resource", {})


def already_exists(plural: str, group: str, name: str) -> Refusal:
    """An object of this name is there."""
    message = f'{qualified(plural, group)} "{name}" already exists'
    return Refusal(409, "AlreadyExists", message, _details(name, group, plural))


def modified(plural: str, group: str, name: str, why: str) -> Refusal:
    """The object is not the one that the client has seen."""
    message = f'Operation cannot be fulfilled on {qualified(plural, group)} "{name}": {why}'
    return Refusal(409, "Conflict", message, _details(name, group, plural))


def bad_request(message: str) -> Refusal:
    """The request cannot be understood."""
    return Refusal(400, "BadRequest", message)


def invalid(kind: str, group: str, name: str, causes: Sequence[Cause]) -> Refusal:
    """The object breaks rules of its kind."""
    texts = [f"{cause.field}: {cause.message}" for cause in causes]
    reasons = texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
    message = f'{qualified(kind, group)} "{name}" is invalid: {reasons}'
    details = {**_details(name, group, kind), "causes": [cause.to_dict() for cause in causes]}
    return Refusal(422, "Invalid", message, details)


def forbidden(message: str, plural: str, group: str, name: str) -> Refusal:
    """The caller is known, and may not do this."""
    return Refusal(403, "Forbidden", message, _details(name, group, plural))


def unauthorized() -> Refusal:
    """The caller is not known."""
    return Refusal(401, "Unauthorized", "Unauthorized")


def runs_nothing(what: str) -> Refusal:
    """What needs a running pod or node."""
    message = f"the embedded AWS holds Kubernetes objects and runs no pods: there is nothing for {what}"
    return Refusal(501, "NotImplemented", message)
